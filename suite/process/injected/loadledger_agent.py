"""The agent in a Python process of the system under test: counts collections, answers marks, records.

It lives in processes of others: standard library only, Python 3.8 or later, silent whatever happens, and
it keeps nothing that grows. Modules that start with an underscore are used for what they lack: they import
nothing, and a thread of `_thread` is none of the user's `threading`.
"""

# ruff: noqa: BLE001, S110, SIM105, PTH108  (no error of ours may show; nothing is imported without need)
from __future__ import annotations

import gc
import mmap
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_GENERATIONS = 3
_COLUMNS = 5  # collections, collected, uncollectable, pause, longest; suite/process/injection.py reads them
_FRAMES = 6  # each makes a program slower again by what it takes without; json.loads() is three
_DICTS = 20_000  # some 0.1 ms each is what it takes to ask for the traces of a dict


class Collections:
    """Counts garbage collections in a mapped file, which is there even after a SIGKILL."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.paused = False  # true while collections are our own
        self._begun = time.perf_counter_ns()
        self._open()
        gc.callbacks.append(self._hook)

    def _open(self) -> None:
        size = _GENERATIONS * _COLUMNS * 8
        path = f"{self.directory}/{os.getpid()}.gc"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.posix_fallocate(file, 0, size)  # a mapped hole on a full disk would be a SIGBUS
            self._table = memoryview(mmap.mmap(file, size)).cast("Q")
        finally:
            os.close(file)

    def forked(self) -> None:
        """In a child: a file of its own. The mapping that it inherits is its parent's."""
        try:
            self._open()
        except Exception:
            gc.callbacks.remove(self._hook)

    def _hook(
        self, phase: str, info: dict[str, int], clock: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        try:
            if phase == "start":
                self._begun = clock()
            elif not self.paused:
                pause = clock() - self._begun
                table = self._table
                row = info["generation"] * _COLUMNS
                table[row] += 1
                table[row + 1] += info["collected"]
                table[row + 2] += info["uncollectable"]
                table[row + 3] += pause
                if pause > table[row + 4]:
                    table[row + 4] = pause
        except Exception:
            pass


class AllocationRecorder:
    """A recording by memray of all that is allocated, in a file per process: `memray.<pid>`."""

    def __init__(self, directory: str, native: bool) -> None:
        self.directory = directory
        self._tracker: Any = None
        self._reason = ""
        try:
            import memray

            # Named so, a forked child's file is `memray.<its pid>`: memray replaces the pid at the end.
            self._tracker = memray.Tracker(
                destination=memray.FileDestination(
                    f"{directory}/memray.{os.getpid()}", overwrite=True, compress_on_exit=False
                ),
                native_traces=native,
                follow_fork=True,
                trace_python_allocators=True,
            )
            self._tracker.__enter__()
        except Exception as error:
            self._tracker = None
            self._reason = " ".join(f"{type(error).__name__}: {error}".split())
        self.forked()

    def forked(self) -> None:
        """Say in a file of this process why it is not recorded, if it is not."""
        if self._reason:
            try:
                with open(f"{self.directory}/{os.getpid()}.failed", "w", encoding="utf-8") as file:
                    file.write(f"{self._reason}\n")
            except Exception:
                pass

    def stop(self) -> bool:
        """End the recording; whether there was one."""
        tracker, self._tracker = self._tracker, None
        if tracker is None:
            return False
        tracker.__exit__(None, None, None)
        return True


class Objects:
    """What Python's allocators handed out and did not get back, by traceback, as tracemalloc knows it.

    Changes from mark to mark go to a file per process, `<pid>.objects`, a line each.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self._first = True
        self._held: dict[Any, tuple[int, int, int]] = {}  # bytes asked for, blocks, bytes given
        self._frames: dict[Any, Any] = {}
        self._given = _Given()
        self._table = _table_tracer()

    def mark(self) -> None:
        """Write down what changed since the mark before; of the first one there is nothing to tell."""
        collecting = gc.isenabled()
        gc.disable()  # so many tuples would have all objects looked at again and again: half of the time
        try:
            import _json
            import _tracemalloc

            if not _tracemalloc.is_tracing():
                return  # the process stopped it: all traces are gone
            sizes = self._sizes(_tracemalloc._get_traces())
            tables = self._tables(_tracemalloc._get_object_traceback)
            changes = self._changes(sizes, tables)
            if self._first:
                self._first = False
                return
            quoted = _json.encode_basestring_ascii  # of json's own modules none is imported
            rows = []
            for stack, (asked, blocks, given) in changes:
                frames = ",".join([f"[{quoted(file)},{line}]" for file, line in stack])
                rows.append(f"[{asked},{blocks},{given},[{frames}]]")
            with open(f"{self.directory}/{os.getpid()}.objects", "a", encoding="ascii") as out:
                out.write(f'{{"at":{time.time()!r},"changes":[{",".join(rows)}]}}\n')
        except Exception:
            pass
        finally:
            if collecting:
                gc.enable()

    def _sizes(self, traces: Any) -> dict[Any, list[int]]:
        """The sizes of all blocks by traceback. It makes no object but lists, for each is traced."""
        ours = Objects.__init__.__code__.co_filename
        sizes: dict[Any, list[int]] = {}
        known = sizes.get
        for trace in traces:
            if trace[0] == 0:  # not numpy's, say
                stack = trace[2]
                same = known(stack)
                if same is not None:
                    same.append(trace[1])
                elif stack[0][0] != ours:
                    sizes[stack] = [trace[1]]
        return sizes

    def _tables(self, made: Callable[[Any], Any]) -> dict[Any, int]:
        """By traceback, how many tables of small dicts were made for another's dict (less than 0), or are
        in its own dicts but made elsewhere.

        CPython moves the trace of an object that it takes from a freelist, but not that of a dict's table.
        A table belongs to its dict.
        """
        moved: dict[Any, int] = {}
        table = self._table
        if table is None:
            return moved
        small, size = sys.getsizeof({"": 0}), sys.getsizeof
        tracked = gc.get_objects()
        both = (tracked, gc.get_referents(*tracked))  # a dict without containers is not tracked
        dicts = {
            id(each): each for some in both for each in some if type(each) is dict and size(each) == small
        }
        del tracked, both
        if self._first and len(dicts) > _DICTS:
            self._table = None
            return moved
        for address, each in dicts.items():
            there, here = table(address), made(each)
            if there is not None and here is not None and there != here:
                moved[here] = moved.get(here, 0) + 1
                moved[there] = moved.get(there, 0) - 1
        return moved

    def _changes(self, sizes: dict[Any, list[int]], tables: dict[Any, int]) -> list[Any]:
        """Pairs of a traceback and its changes since the last time."""
        from _operator import sub

        table = sys.getsizeof({"": 0}) - sys.getsizeof({})
        given = self._given.__getitem__
        frames = self._frames
        held = self._held
        none = (0, 0, 0)
        changes = []
        for stack, all_sizes in sizes.items():
            more = tables.get(stack, 0)
            asked = sum(all_sizes) + more * table
            now = (asked, len(all_sizes) + more, sum(map(given, all_sizes)) + more * given(table))
            before = held.get(stack, none)
            if now != before:
                if before is none:  # most have most of their frames in common
                    stack = tuple([frames.setdefault(frame, frame) for frame in stack])
                held[stack] = now
                changes.append((stack, tuple(map(sub, now, before))))
        gone = [stack for stack in held if stack not in sizes]
        changes += [(stack, tuple(map(sub, none, held.pop(stack)))) for stack in gone]
        return changes


class _Given(dict):  # type: ignore[type-arg]
    """Bytes that pymalloc, or malloc for what is larger, takes for a block."""

    def __missing__(self, size: int) -> int:
        self[size] = given = (size + (15 if size <= 512 else 23)) // 16 * 16
        return given


def _table_tracer() -> Callable[[int], Any] | None:
    """A function that tells for the address of a dict where its table of keys was made; None for one that
    it shares with others. There is none where CPython can't be asked."""
    try:
        import ctypes

        ask = ctypes.PyDLL(None)._PyTraceMalloc_GetTraceback
        ask.restype, ask.argtypes = ctypes.py_object, [ctypes.c_uint, ctypes.c_size_t]
        word = ctypes.c_size_t.from_address
        probe = {number: number for number in range(100)}
        fields = range(16, dict.__basicsize__ - 8, 8)
        at = next(field for field in fields if ask(0, word(id(probe) + field).value) is not None)
    except Exception:
        return None

    def made(address: int) -> Any:
        shared = word(address + at + 8).value  # with the dicts of other objects of its class
        return None if shared else ask(0, word(address + at).value)

    return made


class Desk:
    """Answers the coordinator, on a socket and from a thread of this process's own."""

    def __init__(
        self,
        directory: str,
        collections: Collections,
        recorder: AllocationRecorder | None,
        objects: Objects | None,
    ) -> None:
        import _thread

        self.directory = directory
        self._collections = collections
        self._recorder = recorder
        self._objects = objects
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
        return b""

    def _mark(self) -> bytes:
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
            self._collections.paused = False
        return b'{"pid": %d, "blocks": %d, "malloc": %s}\n' % (
            os.getpid(),
            sys.getallocatedblocks(),
            self._heap(),
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


def _in_main_interpreter() -> bool:
    """A subinterpreter can't end while a thread of ours is in it."""
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            module = __import__(name)
            return bool(module.get_current() == module.get_main())
        except ImportError:
            continue
    return True


def start() -> None:
    """What LOADLEDGER_AGENT_MODE says: gc; counters, more than that; objects or trace, more than that."""
    if not _in_main_interpreter():
        return
    directory = os.environ["LOADLEDGER_AGENT"]
    mode = os.environ.get("LOADLEDGER_AGENT_MODE", "gc")
    recorder = objects = None
    if mode == "objects":  # before all else: what was made before is not known
        import _tracemalloc

        _tracemalloc.start(_FRAMES)
        objects = Objects(directory)
    elif mode == "trace":
        import atexit

        recorder = AllocationRecorder(directory, os.environ.get("LOADLEDGER_AGENT_NATIVE") == "1")
        os.register_at_fork(after_in_child=recorder.forked)
        atexit.register(recorder.stop)
    collections = Collections(directory)
    os.register_at_fork(after_in_child=collections.forked)
    if mode != "gc":
        if sys.version_info >= (3, 12):
            import warnings

            message = r"This process \(pid=\d+\) is multi-threaded, use of fork"  # by our thread
            warnings.filterwarnings("ignore", message, DeprecationWarning)
        desk = Desk(directory, collections, recorder, objects)
        os.register_at_fork(
            before=desk.lock.acquire, after_in_parent=desk.lock.release, after_in_child=desk.lock.release
        )
        os.register_at_fork(after_in_child=desk.reopen)
