"""Requests of the coordinator to this process: taken from a socket and answered by a thread of our own."""

# ruff: noqa: BLE001, S110, SIM105, PTH108  (no error of ours may show; nothing is imported without need)
from __future__ import annotations

import gc
import os
import sys
import time

from .caches import filling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .allocation_meter import AllocationMeter
    from .allocation_recorder import AllocationRecorder
    from .call_meter import CallMeter
    from .collections import Collections
    from .objects import Objects


class Desk:
    """Answers the coordinator, on a socket and from a thread of this process's own."""

    def __init__(
        self,
        directory: str,
        collections: Collections | None,
        recorder: AllocationRecorder | None,
        objects: Objects | None,
        meter: CallMeter | AllocationMeter | None,
    ) -> None:
        import _thread

        self.directory = directory
        self._collections = collections
        self._recorder = recorder
        self._objects = objects
        self._meter = meter
        self._heap = _heap_reader()
        # Python keeps up to 4,096 names of looked-up attributes in a cache: it would fill for an hour and
        # look like a leak of some bytes per request. `sys` has this function to hunt for leaks.
        older = getattr(sys, "_clear_type_cache", lambda: None)
        self._forget: Callable[[], None] = getattr(sys, "_clear_internal_caches", older)
        # A fork waits for the answer: a child would inherit a collector that is busy for ever.
        self.lock = _thread.RLock()
        self._open()

    def _open(self) -> None:
        import _signal  # type: ignore[import-not-found]
        import _socket
        import _thread

        listener: Any = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            listener.settimeout(None)  # whatever socket.setdefaulttimeout says
            _bind(listener, self.directory, f"{os.getpid()}.sock")
            listener.listen(8)
            self._listener = listener
            self._inode = os.fstat(listener.fileno()).st_ino
            # The thread takes no signals: those of the process are for who waits for them.
            before = _signal.pthread_sigmask(_signal.SIG_BLOCK, _signal.valid_signals())
            try:
                _thread.start_new_thread(self._serve, ())
            finally:
                _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
        except BaseException:
            listener.close()
            raise

    def reopen(self) -> None:
        """A new socket and a new thread: in a forked child, or where the old socket was closed."""
        try:
            if self._ours():
                self._listener.close()
            else:
                self._listener.detach()
            self._open()
        except Exception:
            pass

    def _ours(self) -> bool:
        """Whether our descriptor is still our socket: a daemon closes all that it finds, and reuses it."""
        try:
            return os.fstat(self._listener.fileno()).st_ino == self._inode
        except OSError:
            return False

    def _serve(self) -> None:
        ours = True
        while ours:
            try:
                connection, _ = self._listener._accept()
            except OSError:  # no descriptor is free, say
                connection = None
                time.sleep(0.05)
            ours = self._ours()
            if not ours:
                self.reopen()  # another thread takes over, before anybody can ask again
            if connection is not None:
                self._reply(connection)

    def _reply(self, connection: int) -> None:
        try:
            os.write(connection, self._answer(os.read(connection, 64)))
        except Exception:
            pass
        finally:
            os.close(connection)

    def _answer(self, question: bytes) -> bytes:
        with self.lock:
            if question == b"mark\n":
                return self._mark()
            if question == b"stop\n":
                stopped = self._recorder is not None and self._recorder.stop()
                return b'{"pid": %d, "stopped": %s}\n' % (os.getpid(), b"true" if stopped else b"false")
            if question == b"count\n" and self._meter is not None:
                self._meter.begin()
                return b'{"pid": %d}\n' % os.getpid()
            if question == b"bill\n" and self._meter is not None:
                self._meter.end()
                return b'{"pid": %d}\n' % os.getpid()
        return b""

    def _mark(self) -> bytes:
        if self._collections is not None:
            self._collections.paused = True
        try:
            for _ in range(3):  # what a finalizer lets go is found by the next
                if not gc.collect():
                    break
            self._forget()
            if self._objects is not None:
                self._objects.mark()
                gc.collect()  # empties the freelists: what lies there of ours has no trace to be moved
        finally:
            if self._collections is not None:
                self._collections.paused = False
        counting = (  # who decides asks, not who attributes or bills
            self._collections is not None and self._objects is None and self._recorder is None
        )
        return b'{"pid": %d, "blocks": %d, "malloc": %s, "caches": %s}\n' % (
            os.getpid(),
            sys.getallocatedblocks(),
            self._heap(),
            filling() if counting else b"[]",  # last: what it takes has been counted by then
        )


def _bind(listener: Any, directory: str, name: str) -> None:
    path = f"{directory}/{name}"
    try:
        os.unlink(path)  # of a program that this process ran before it exec'd
    except OSError:
        pass
    if len(os.fsencode(path)) < 100:
        listener.bind(path)
        return
    folder = os.open(directory, os.O_PATH | os.O_DIRECTORY)
    try:
        listener.bind(f"/proc/self/fd/{folder}/{name}")
    finally:
        os.close(folder)


def _heap_reader() -> Callable[[], bytes]:
    """A function that gives the bytes which malloc has handed out, as text; null where libc can't tell."""
    try:
        import ctypes

        size = ctypes.c_size_t  # of ten fields two matter; the older mallinfo overflows at 2 GiB
        fields = [("a", size * 4), ("hblkhd", size), ("b", size * 2), ("uordblks", size), ("c", size * 2)]
        information = type("mallinfo2", (ctypes.Structure,), {"_fields_": fields})
        ask = ctypes.CDLL(None).mallinfo2
        ask.restype, ask.argtypes = information, []
    except Exception:
        return lambda: b"null"

    def read() -> bytes:
        heap = ask()
        return b"%d" % (heap.uordblks + heap.hblkhd)

    return read
