"""The threads of a group of processes over time: what each used, what they wait for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from suite.measure.proc import Thread
from suite.measure.resources import Busiest, Waiting
from suite.measure.track import Track

_KEPT = 256
"""Samples kept of each thread."""
_NOTHING = 0.05
"""A thread that ended after fewer seconds of CPU is forgotten: there may be one per request."""
_LOCK = "futex"


class _Life:
    def __init__(self, born: int | None) -> None:
        self.cpu = Track(_KEPT)
        self.delay = Track(_KEPT)
        if born is not None:
            self.cpu.add(born, 0.0)
            self.delay.add(born, 0.0)


class Threads:
    """Follows threads by (process, thread), and how many wait for locks and for disks."""

    def __init__(self) -> None:
        self._lives: dict[tuple[int, int], _Life] = {}
        self._looks: list[tuple[int, int, int, bool]] = []

    def look(self, now: int, found: Mapping[int, Iterable[Thread]]) -> None:
        """Note the threads of each process as they are at `now`."""
        seen: set[tuple[int, int]] = set()
        locked = blocked = 0
        told = False
        before = self._looks[-1][0] if self._looks else None  # who was not there then began since
        for pid, threads in found.items():
            for thread in threads:
                key = (pid, thread.number)
                seen.add(key)
                life = self._lives.get(key) or self._lives.setdefault(key, _Life(before))
                life.cpu.add(now, thread.cpu)
                life.delay.add(now, thread.delay)
                locked += thread.place.startswith(_LOCK)
                blocked += thread.state == "D"
                told = told or len(thread.place) > 1
        self._looks.append((now, locked, blocked, told))
        if len(self._looks) > 4096:
            del self._looks[1:-1:2]
        for key in self._lives.keys() - seen:
            if self._lives[key].cpu.values[-1] < _NOTHING:
                del self._lives[key]

    def forget(self, before: int) -> None:
        """Give up the samples before a time, and the threads that had ended by then."""
        known = min(before, self._looks[-1][0]) if self._looks else before
        self._lives = {key: life for key, life in self._lives.items() if life.cpu.times[-1] >= known}
        for life in self._lives.values():
            life.cpu.forget(before)
            life.delay.forget(before)

    def busiest(self, begin: int, end: int) -> Busiest | None:
        """The thread that used most CPU between two times, and the most of one process."""
        used: dict[int, float] = {}
        best: tuple[float, float] | None = None
        for (pid, _), life in self._lives.items():
            cpu, delay = life.cpu.within(begin, end), life.delay.within(begin, end)
            if cpu is not None and delay is not None:
                used[pid] = used.get(pid, 0.0) + cpu
                best = max(best or (0.0, 0.0), (cpu, delay))
        return Busiest(best[0], best[1], max(used.values())) if best is not None else None

    def processes(self, begin: int, end: int) -> dict[int, tuple[float, float]]:
        """Seconds of CPU, and of waiting for it, of each process between two times."""
        sums: dict[int, tuple[float, float]] = {}
        for (pid, _), life in self._lives.items():
            cpu, delay = life.cpu.within(begin, end), life.delay.within(begin, end)
            if cpu is not None and delay is not None:
                before = sums.get(pid, (0.0, 0.0))
                sums[pid] = before[0] + cpu, before[1] + delay
        return sums

    def waiting(self, begin: int, end: int) -> Waiting | None:
        """Threads that waited on average between two times; None if no look fell there.

        `locks` leaves out as many as did so at the first look: libraries keep idle threads. It is None
        where the kernel does not tell in which call a thread waits.
        """
        looks = [look for look in self._looks if begin <= look[0] <= end]
        if not looks:
            return None
        locks = max(0.0, sum(look[1] for look in looks) / len(looks) - self._looks[0][1])
        told = any(look[3] for look in looks)
        return Waiting(locks if told else None, sum(look[2] for look in looks) / len(looks))
