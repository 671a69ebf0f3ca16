"""Signals: death of a parent, adoption of orphans, those that end us held back or made Interrupted."""

from __future__ import annotations

import _thread
import ctypes
import os
import select
import signal
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from suite.errors import Interrupted

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_ALWAYS = (signal.SIGINT, signal.SIGTERM)
_ENDING = (*_ALWAYS, signal.SIGHUP)
_HELD = (signal.SIGTERM, signal.SIGHUP)
_INSIST_SECONDS = 0.05


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends.

    `parent` is the pid expected: if it is gone already the signal would never come, so we end here.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


_adopting = False


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies, so that none stays a zombie.

    For a process that is all ours: in another it would take what is the user's.
    """
    global _adopting
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    _adopting = True


def adopts_orphans() -> bool:
    """Whether this process is all ours, and adopts."""
    return _adopting


@contextmanager
def sigint_blocked() -> Iterator[None]:
    """Children started inside inherit a blocked SIGINT for good.

    The terminal sends Ctrl-C to the whole process group; only the coordinator may decide what it means.
    A blocked signal stays blocked even where a program installs its own handler.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def endings_held() -> Iterator[None]:
    """SIGTERM and SIGHUP wait until the end of this.

    What a handler raises while Python forks is lost: hooks of other modules run then, and their errors
    are only printed. What it raises while multiprocess hands its data over leaves a view of memory behind
    which Python 3.12 frees too late, and dies of. A child inherits the mask, and has to call
    `release_endings`.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def release_endings() -> None:
    """Let SIGTERM and SIGHUP through again."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HELD)


def forget_handlers() -> None:
    """Have those that were held end a child that is no program yet, as they will then: who forked it would
    take what a handler raises there for a fault.
    """
    for number in _HELD:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP raise Interrupted once; while that unwinds, more of them are ignored.

    A SIGHUP that is ignored, as under nohup, stays so.

    Inside another one this does nothing: the outermost says how far the unwinding goes. Nor does it
    outside of the main thread, which alone can have handlers.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or isinstance(signal.getsignal(signal.SIGINT), _Interruption):
        yield
        return
    interruption = _Interruption()
    heard = [each for each in _ENDING if each in _ALWAYS or signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, interruption) for each in heard}
    told = sys.unraisablehook
    sys.unraisablehook = lambda what: None if isinstance(what.exc_value, Interrupted) else told(what)
    try:
        yield
    finally:
        try:
            interruption.end()
        except Interrupted:  # the first signal comes only now
            interruption.end()
            raise
        finally:
            sys.unraisablehook = told
            for number, handler in before.items():
                signal.signal(number, handler)


def _leave_terminal() -> None:
    """Write to nobody from now on where the terminal was closed, rather than fail at it.

    What was measured has to be kept yet, and each step of that says something.
    """
    for descriptor in (1, 2):
        poll = select.poll()
        with suppress(OSError):
            poll.register(descriptor, select.POLLOUT)
            if any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0)):
                nobody = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nobody, descriptor)
                os.close(nobody)


class _Interruption:
    """Raises Interrupted, and again if that was lost.

    Python drops what a handler raises in some of its own code (while a text file is opened, in finalizers,
    in hooks after a fork), with a traceback that tells nobody anything, and a program may catch all there is.
    The error is then gone before this is over.
    """

    def __init__(self) -> None:
        self._over = False
        self._ending = _thread.allocate_lock()
        self._raised: weakref.ref[Interrupted] | None = None

    def __call__(self, number: int, _frame: object) -> None:
        if self._unwinds():
            return
        if number == signal.SIGHUP:
            _leave_terminal()
        error = Interrupted(number)
        self._raised = weakref.ref(error)
        _thread.start_new_thread(self._insist, (number,))  # threading's locks may be held where we are
        try:
            raise error
        finally:
            del error  # its traceback has this frame: it would keep itself alive

    def end(self) -> None:
        with self._ending:
            self._over = True

    def _unwinds(self) -> bool:
        return self._raised is not None and self._raised() is not None

    def _insist(self, number: int) -> None:
        main = threading.main_thread().ident
        while True:
            with self._ending:  # no signal may meet the handlers that were there before
                if self._over or main is None:
                    return
                if not self._unwinds():
                    signal.pthread_kill(main, number)
                    return
            time.sleep(_INSIST_SECONDS)
