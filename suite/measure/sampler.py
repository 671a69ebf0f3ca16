"""Reads CPU, memory, files and threads of process trees, on the clock that load runs on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from suite.measure.group import Group, Mark
from suite.measure.machine import MachineWatch
from suite.measure.resources import MachineUsage, Resources
from suite.measure.tcp import TcpWatch

__all__ = ["Mark", "Sampler"]

_LOOK_SHARE = 0.02
"""Share of one core that the dearer reads (trees, threads, files) may cost."""


class Sampler:
    """Follows groups of process trees: "system", "workers", and helpers by name.

    A group is a function that gives its root processes; what lives below them belongs to it, and what
    once did stays in it though its parent is gone. Nothing here raises for a process that vanished or
    refuses to be read: the figure is None and a note says why.
    """

    def __init__(self, groups: Mapping[str, Callable[[], Sequence[int]]]) -> None:
        self._groups = {name: Group(roots) for name, roots in groups.items()}
        self._next_look = 0
        self._machine = MachineWatch()
        self._tcp = TcpWatch(groups.get("system", list))
        self._tcp.look()

    def tick(self, *, look: bool = False) -> None:
        """Take a sample: under 0.1 ms per process. Trees, threads and files are read as cost permits,
        or for sure with `look` (at the ends of what is to be measured)."""
        now = time.monotonic_ns()
        if look:
            self._tcp.look()
        if look or now >= self._next_look:
            spent = time.thread_time_ns()  # CPU: on a busy machine a look takes longer and costs the same
            for group in self._groups.values():
                group.look(now)
            self._machine.look()
            spent = time.thread_time_ns() - spent
            self._next_look = now + int(spent / _LOOK_SHARE)
        for group in self._groups.values():
            group.sample(time.monotonic_ns())

    def quiet(self, group: str) -> Mark:
        """Memory of a group at a moment without load: the first mark is `idle`, the last is `after`.

        A mark after the first also reads the peak. Slow (some 20 ms per GB) and the processes stall.
        """
        return self._groups[group].quiet()

    def reset_peak(self, group: str) -> None:
        """Let the group's peak start anew, as far as the kernel permits."""
        self._groups[group].reset_peak()

    def peak(self, group: str) -> int | None:
        """Most memory held since `reset_peak`, in bytes without file pages.

        Exact for a group that was one process all the time, but for file pages: they are taken off as
        they are now. Of several it is the largest sample, less what the quiet marks say is shared, or
        what is held now and the highest that one process stood above itself, which no sample misses.
        """
        return self._groups[group].peak()

    def held(self, group: str) -> int | None:
        """What a group held when it was sampled last, in bytes without file pages; None if unknown."""
        return self._groups[group].held()

    def machine(self, begin_ns: int, end_ns: int) -> MachineUsage:
        """Figures of the machine in a window, as far as it has been looked at."""
        return self._machine.within(begin_ns, end_ns)

    def members(self, group: str) -> list[int]:
        """The processes of a group, as they were seen last."""
        return self._groups[group].members()

    def forget(self, before_ns: int) -> None:
        """Give up the samples before a time, and the most that was seen: what is measured begins anew."""
        self._machine.forget(before_ns)
        self._tcp.forget()
        for group in self._groups.values():
            group.forget(before_ns)

    def resources(self, begin_ns: int, end_ns: int) -> Resources:
        """Figures of the window from `begin_ns` to `end_ns` (monotonic)."""
        usages = {name: group.usage(begin_ns, end_ns) for name, group in self._groups.items()}
        wall, machine = (end_ns - begin_ns) * 1e-9, self._machine.within(begin_ns, end_ns)
        return Resources(wall, machine, usages, tcp=self._tcp.since())
