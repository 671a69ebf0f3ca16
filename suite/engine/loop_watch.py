"""Watches the event loop of a worker: when it stands still, and who keeps it.

An alarm in the loop notes how late it rings. Each time it puts off a timer on which a thread sleeps, so that
the thread wakes only while the loop stands still, and looks at what is being run. That costs next to nothing.
"""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
import threading
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import CodeType, FrameType

import suite
from suite.engine.clock import Alarm, KernelTimer, now
from suite.process.background import Background
from suite.records.loop_lag import LoopHolder, LoopLag

_SELDOM, _OFTEN = 100_000_000, 20_000_000
"""ns between beats: to wake a loop that has nothing to do costs more than all else here."""
_ATTENTION = 50
"""So many beats come often, at first and after one that was late."""
_LOOK = 5_000_000
"""ns after which the thread looks who keeps a beat waiting, and again."""
_LATE = 1_000_000
"""ns from which on a beat is late."""
_EACH = 1_000_000
"""ns for each operation begun meanwhile: below, the loop was busy with many, and nobody kept it."""
_MOST = 100_000
"""So many late beats are kept: half an hour of them."""
_LIBRARIES = tuple(
    f"{path}{os.sep}"
    for path in {
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        str(Path(suite.__file__).parent),
    }
)


class LoopWatch:
    """Watches the running loop while inside.

    `codes` says which operation a code object is the body of, `begun` how many operations have begun.
    """

    def __init__(self, codes: Mapping[CodeType, str], begun: Callable[[], int]) -> None:
        self._codes = codes
        self._begun = begun
        self._late: tuple[array[int], array[int], array[int]] = (array("q"), array("q"), array("q"))
        self._holders: Counter[LoopHolder] = Counter()
        self._due = self._every = self._count = self._delay = 0
        self._attention = _ATTENTION
        self._stopped = False

    def __enter__(self) -> LoopWatch:
        self._watched = threading.get_ident()
        self._schedule = _open_schedule()
        self._timer = KernelTimer(blocking=True)
        self._alarm = Alarm(asyncio.get_running_loop(), self._beat)
        self._rearm(now())
        self._looking = Background(self._look)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._stopped = True
        self._alarm.close()
        self._timer.set(1)
        self._looking.wait()
        self._timer.close()
        if self._schedule >= 0:
            os.close(self._schedule)
        if kind is None:
            self._looking.result()

    def lag(self) -> LoopLag:
        """What was seen."""
        return LoopLag(*self._late, dict(self._holders))

    def _beat(self) -> None:
        moment = now()
        late = moment - self._due
        count, delay = self._begun(), _waited(self._schedule)
        if late > _LATE:
            late -= delay - self._delay  # that was another's core
            if late > max(_LATE, _EACH * (count - self._count)) and len(self._late[0]) < _MOST:
                self._attention = _ATTENTION
                for column, value in zip(self._late, (self._due, self._every, late), strict=True):
                    column.append(value)
        self._count, self._delay = count, delay
        self._rearm(moment)

    def _rearm(self, moment: int) -> None:
        every = _OFTEN if self._attention else _SELDOM
        self._attention = max(0, self._attention - 1)
        if every == self._every:
            self._due += every * ((moment - self._due) // every + 1)
        else:
            self._due, self._every = moment + every, every
        self._alarm.set(self._due)
        self._timer.set(self._due + _LOOK)

    def _look(self) -> None:
        while True:
            os.read(self._timer.descriptor, 8)
            if self._stopped:
                return
            if now() - self._due >= _LOOK and (frame := sys._current_frames().get(self._watched)):
                found = holder_of(frame, self._codes)
                if found is not None:
                    self._holders[found] += 1
            self._timer.set(max(now(), self._due) + _LOOK)


def holder_of(frame: FrameType, codes: Mapping[CodeType, str]) -> LoopHolder | None:
    """Who runs in a stack whose innermost frame is `frame`; None while the loop itself waits.

    The operation is the innermost one, the line the innermost that is no library's.
    """
    if frame.f_code.co_filename == asyncio.runners.__file__:
        return None
    own: FrameType | None = None
    for each in _outwards(frame):
        if own is None and not each.f_code.co_filename.startswith((*_LIBRARIES, "<")):
            own = each
        if each.f_code in codes:
            return LoopHolder(codes[each.f_code], _place(own or each))
    return LoopHolder("", _place(own or frame))


def _outwards(frame: FrameType) -> Iterable[FrameType]:
    each: FrameType | None = frame
    while each is not None:
        yield each
        each = each.f_back


def _place(frame: FrameType) -> str:
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def _open_schedule() -> int:
    try:
        return os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def _waited(schedule: int) -> int:
    """Ns for which this thread could have run and got no core; 0 where the kernel does not tell."""
    return int(os.pread(schedule, 64, 0).split()[1]) if schedule >= 0 else 0
