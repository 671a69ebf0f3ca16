"""A group of process trees over time: who belongs to it, what it used and held."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from suite.measure import proc
from suite.measure.resources import Usage, UsageSeries
from suite.measure.samples import Samples
from suite.measure.threads import Threads
from suite.measure.track import Track

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


class Group:
    """Process trees below `roots()`. What could not be read is noted, nothing is raised for it."""

    def __init__(self, roots: Callable[[], Sequence[int]]) -> None:
        self._roots = roots
        self._born: dict[int, int] = {}
        self._since_reset: set[int] = set()
        self._columns: dict[int, int] = {}
        self._marks: list[Mark] = []
        self._notes: dict[str, str] = {}
        self._peak: int | None = None
        self._reset_at = 0
        self._cpu = Track()
        self._delay = Track()
        self._switches = Track()
        self._living = Threads()
        self._memory = Samples()
        self._threads = self._files = 0

    def look(self, now: int) -> None:
        """Find new processes; read files and threads. CostBill more than a sample."""
        self._find()
        files = 0
        found: dict[int, list[proc.Thread]] = {}
        for pid in self._born:
            try:
                files += proc.descriptors(pid)
                found[pid] = proc.threads(pid)
            except OSError as error:
                self._notes.setdefault("files", f"can't be read: {error.strerror}")
        known = [thread for threads in found.values() for thread in threads]
        self._files = max(self._files, files)
        self._delay.add(now, sum(thread.delay for thread in known))
        self._switches.add(now, sum(thread.switches for thread in known))
        self._living.look(now, found)

    def sample(self, now: int) -> None:
        """Read CPU time, memory and threads of the known processes."""
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
        self._memory.add(now, memory)
        self._threads = max(self._threads, threads)

    def quiet(self) -> Mark:
        """See `Sampler.quiet`."""
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
        if len(self._marks) > 1:
            self.peak()  # now, since it takes what is shared from the latest mark
        return mark

    def held(self) -> int | None:
        """See `Sampler.held`."""
        if not self._memory.values or not self._threads:
            return None
        shared = self._marks[-1].counted_twice if self._marks else 0
        return max(round(self._memory.values[-1]) - shared, 0)

    def members(self) -> list[int]:
        """Those that were seen last."""
        return list(self._born)

    def forget(self, before: int) -> None:
        """See `Sampler.forget`."""
        for samples in (self._cpu, self._memory, self._delay, self._switches, self._living):
            samples.forget(before)
        self._threads = self._files = 0

    def reset_peak(self) -> None:
        """See `Sampler.reset_peak`."""
        self._find()
        self._since_reset = set(self._born)
        self._reset_at = time.monotonic_ns()
        for pid in self._born:
            try:
                proc.reset_peak(pid)
            except OSError as error:
                self._notes["peak"] = f"since the start of the process: reset refused ({error.strerror})"

    def peak(self) -> int | None:
        """See `Sampler.peak`."""
        self._find()
        highest = self._highest()
        if highest is None:
            was_there = any(mark.memory is not None for mark in self._marks)
            self._notes.setdefault(
                "peak", "its processes ended before it was read" if was_there else _NO_PROCESS
            )
            return None
        known = [highest, self._largest_sample(), *(mark.memory for mark in self._marks)]
        self._peak = max((value for value in known if value is not None), default=None)
        return self._peak

    def _highest(self) -> int | None:
        """Most held by a group of one; of several what is held now plus the highest excursion of one."""
        held = excursion = found = 0
        for pid in self._born:
            try:
                now = proc.resident(pid)
            except OSError as error:
                self._notes["peak"] = f"can't be read: {error.strerror}"
                return None
            if now is not None:
                found += 1
                mine = now.anonymous + now.shared
                held += mine - self._columns.get(pid, 0)
                excursion = max(excursion, now.high - now.file - mine)
        shared = self._marks[-1].counted_twice if self._marks else 0
        return max(held - shared, 0) + max(excursion, 0) if found else None

    def _largest_sample(self) -> int | None:
        samples = self._held_samples()[np.array(self._memory.times, np.int64) >= self._reset_at]
        several = len(self._since_reset)
        if several > 1 and len(samples):
            self._notes["peak"] = (
                f"of {several} processes: the largest of {len(samples):,} samples, or the highest peak of one"
            )
        return int(samples.max()) if several > 1 and len(samples) else None

    def _held_samples(self) -> UsageSeries:
        """Samples of memory less what was counted twice, as it was at the quiet marks around them."""
        marks = [mark for mark in self._marks if mark.memory is not None]
        memory = np.array(self._memory.values, np.float64)
        if not marks:
            return memory
        shared = np.interp(self._memory.times, [m.at for m in marks], [float(m.counted_twice) for m in marks])
        return np.maximum(memory - shared, 0.0)

    def usage(self, begin: int, end: int) -> Usage:
        """Figures of the window from `begin` to `end` (monotonic ns)."""
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
        accounted = self._switches.values and self._switches.values[-1] > 0
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
            cpu_total=np.array(self._cpu.values, np.float64),
            busiest=self._living.busiest(begin, end) if accounted else None,
            waiting=self._living.waiting(begin, end) if accounted else None,
            processes=self._living.processes(begin, end) if accounted else {},
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
