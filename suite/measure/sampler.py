"""Reads CPU, memory, files and threads of process trees, on the clock that load runs on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from suite.measure import proc
from suite.measure.resources import Resources, Series, Usage

_LOOK_SHARE = 0.02
"""Share of one core that the dearer reads (trees, threads, files) may cost."""

_NO_PROCESS = "there is no process of it to read"


@dataclass(frozen=True, slots=True)
class Mark:
    """Memory at a quiet moment (`at`, monotonic ns), in bytes without file pages; None with a `note`.

    `counted_twice` is what a sum of resident memory would hold beyond `memory`: pages that several
    processes share.
    """

    at: int
    memory: int | None
    counted_twice: int = 0
    note: str | None = None


class Sampler:
    """Follows groups of process trees: "system", "workers", and helpers by name.

    A group is a function that gives its root processes; what lives below them belongs to it, and what
    once did stays in it though its parent is gone. Nothing here raises for a process that vanished or
    refuses to be read: the figure is None and a note says why.
    """

    def __init__(self, groups: Mapping[str, Callable[[], Sequence[int]]]) -> None:
        self._groups = {name: _Group(roots) for name, roots in groups.items()}
        self._next_look = 0
        self._steal = _Track()

    def tick(self) -> None:
        """Take a sample: some 50 µs per process. Trees, threads and files are read as cost permits."""
        now = time.monotonic_ns()
        if now >= self._next_look:
            for group in self._groups.values():
                group.look(now)
            self._steal.add(now, proc.steal())
            done = time.monotonic_ns()
            self._next_look = done + int((done - now) / _LOOK_SHARE)
        for group in self._groups.values():
            group.sample(time.monotonic_ns())

    def quiet(self, group: str) -> Mark:
        """Memory of a group at a moment without load: the first mark is `idle`, the last is `after`.

        A mark after the first also reads the peak. Slow (some 20 ms per GB) and stalls the processes meanwhile.
        """
        return self._groups[group].quiet()

    def reset_peak(self, group: str) -> None:
        """Let the group's peak start anew, as far as the kernel permits."""
        self._groups[group].reset_peak()

    def peak(self, group: str) -> int | None:
        """Most memory held since `reset_peak`, in bytes without file pages.

        Exact for a group that was one process all the time, but for file pages: they are taken off as
        they are now. Of several it is the largest sample, less what the quiet marks say is shared.
        """
        return self._groups[group].peak()

    def resources(self, begin_ns: int, end_ns: int) -> Resources:
        """Figures of the window from `begin_ns` to `end_ns` (monotonic)."""
        usages = {name: group.usage(begin_ns, end_ns) for name, group in self._groups.items()}
        return Resources((end_ns - begin_ns) * 1e-9, self._steal.within(begin_ns, end_ns), usages)


class _Track:
    """A count that only grows, put together from sums that shrink whenever a process or thread ends."""

    def __init__(self) -> None:
        self.times: list[int] = []
        self.totals: list[float] = []
        self._last: float | None = None

    def add(self, now: int, total: float) -> None:
        grown = 0.0 if self._last is None else max(total - self._last, 0.0)
        self._last = total
        self.times.append(now)
        self.totals.append((self.totals[-1] if self.totals else 0.0) + grown)

    def within(self, begin: int, end: int) -> float | None:
        """What came between two times, by interpolation; None without two samples."""
        if len(self.times) < 2:
            return None
        first, last = np.interp([begin, end], self.times, self.totals)
        return float(last - first)


class _Group:
    def __init__(self, roots: Callable[[], Sequence[int]]) -> None:
        self._roots = roots
        self._born: dict[int, int] = {}
        self._since_reset: set[int] = set()
        self._columns: dict[int, int] = {}
        self._marks: list[Mark] = []
        self._notes: dict[str, str] = {}
        self._peak: int | None = None
        self._reset_at = 0
        self._cpu = _Track()
        self._delay = _Track()
        self._switches = _Track()
        self._memory: list[float] = []
        self._threads = self._files = 0

    def look(self, now: int) -> None:
        self._find()
        files, delay, switches = 0, 0.0, 0
        for pid in self._born:
            try:
                files += proc.descriptors(pid)
                schedule = proc.schedule(pid)
            except OSError as error:
                self._notes.setdefault("files", f"can't be read: {error.strerror}")
                continue
            if schedule is not None:
                delay += schedule.delay
                switches += schedule.switches
        self._files = max(self._files, files)
        self._delay.add(now, delay)
        self._switches.add(now, switches)

    def sample(self, now: int) -> None:
        cpu, memory, threads = 0.0, 0, 0
        for pid, born in list(self._born.items()):
            try:
                stat, resident = proc.stat(pid), proc.resident(pid)
            except OSError as error:
                self._notes.setdefault("cpu", f"can't be read: {error.strerror}")
                continue
            if stat is None or stat.born != born:  # gone, or its number belongs to another by now
                del self._born[pid]
                continue
            cpu += stat.cpu
            threads += 0 if stat.zombie else stat.threads
            if resident is not None:
                memory += resident.anonymous + resident.shared - self._columns.get(pid, 0)
        self._cpu.add(now, cpu)
        self._memory.append(memory)
        self._threads = max(self._threads, threads)

    def quiet(self) -> Mark:
        if self._marks:
            self.peak()
        self._find()
        now = time.monotonic_ns()
        share = resident = 0
        try:
            found = {pid: held for pid in self._born if (held := proc.held(pid)) is not None}
        except OSError as error:
            mark = Mark(now, None, 0, f"can't be read: {error.strerror or error}")
        else:
            for pid, held in found.items():
                share += held.proportional
                resident += held.resident
                self._columns[pid] = held.columns
            mark = Mark(now, share, max(resident - share, 0)) if found else Mark(now, None, 0, _NO_PROCESS)
        self._marks.append(mark)
        return mark

    def reset_peak(self) -> None:
        self._find()
        self._since_reset = set(self._born)
        self._reset_at = time.monotonic_ns()
        for pid in self._born:
            try:
                proc.reset_peak(pid)
            except OSError as error:
                self._notes["peak"] = f"since the start of the process: reset refused ({error.strerror})"

    def peak(self) -> int | None:
        self._find()
        highest = self._one_peak() if len(self._since_reset) == 1 else self._sampled_peak()
        marks = [mark.memory for mark in self._marks if mark.memory is not None]
        self._peak = max([highest, *marks]) if highest is not None else None
        return self._peak

    def _one_peak(self) -> int | None:
        (pid,) = self._since_reset
        try:
            resident = proc.resident(pid)
        except OSError as error:
            self._notes["peak"] = f"can't be read: {error.strerror}"
            return None
        if resident is None:
            self._notes["peak"] = "the process is gone"
            return None
        return max(resident.high - resident.file - self._columns.get(pid, 0), 0)

    def _sampled_peak(self) -> int | None:
        times, memory = np.array(self._cpu.times, np.int64), self._held_samples()
        seen = memory[times >= self._reset_at]
        if not self._since_reset or not len(seen):
            self._notes["peak"] = _NO_PROCESS if not self._since_reset else "no sample"
            return None
        self._notes["peak"] = f"largest of {len(seen):,} samples over {len(self._since_reset)} processes"
        return int(seen.max())

    def _held_samples(self) -> Series:
        """Samples of memory less what was counted twice, as it was at the quiet marks around them."""
        marks = [mark for mark in self._marks if mark.memory is not None]
        memory = np.array(self._memory, np.float64)
        if not marks:
            return memory
        shared = np.interp(self._cpu.times, [m.at for m in marks], [float(m.counted_twice) for m in marks])
        return np.maximum(memory - shared, 0.0)

    def usage(self, begin: int, end: int) -> Usage:
        cpu = self._cpu.within(begin, end) if self._threads else None
        if cpu is None:
            self._notes.setdefault("cpu", _NO_PROCESS if self._cpu.times else "no sample")
        idle = self._marks[0] if self._marks else Mark(0, None, 0, "no quiet mark")
        after = self._marks[-1] if len(self._marks) > 1 else Mark(0, None, 0, "no quiet mark after the load")
        for name, mark in (("idle", idle), ("after", after)):
            if mark.note:
                self._notes[name] = mark.note
        if self._peak is None:
            self._notes.setdefault("peak", "not read")
        accounted = self._switches.totals and self._switches.totals[-1] > 0
        return Usage(
            idle=idle.memory,
            peak=self._peak,
            after=after.memory,
            cpu=cpu,
            run_delay=self._delay.within(begin, end) if accounted else None,
            threads=self._threads or None,
            files=self._files or None,
            switches=int(self._switches.within(begin, end) or 0) if accounted else None,
            notes=dict(self._notes),
            times=np.array(self._cpu.times, np.int64),
            memory=self._held_samples(),
            cpu_total=np.array(self._cpu.totals, np.float64),
        )

    def _find(self) -> None:
        """Notice processes that are new; those already known stay though their parents end."""
        for pid in proc.tree([*self._roots(), *self._born]):
            try:
                stat = proc.stat(pid)
            except OSError as error:
                self._notes.setdefault("cpu", f"can't be read: {error.strerror}")
                continue
            if stat is not None:
                self._born.setdefault(pid, stat.born)
                self._since_reset.add(pid)
