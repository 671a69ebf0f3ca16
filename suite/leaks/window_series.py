"""WindowSeries: counters at the marks of several windows of one length, as the rule judges them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from suite.leaks.rule import (
    COARSE,
    FLOORS,
    Floor,
    Suspicion,
    confirms,
    detectable,
    scattered,
    settled,
    slowing,
    suspicion,
)
from suite.process.agent_answers import Filling
from suite.records.leak import MEMORY, Counter, Growth
from suite.records.reason import Reason

ALL = "all"
CHANGING = "started or ended"
"""The processes that were not there at all marks, as one."""
BOUNDS: Mapping[Counter, float] = MappingProxyType(
    {"blocks": 1.5, "malloc": 100.0, "resident": 1_000.0, "descriptors": 1.0, "sockets": 1.0, "threads": 1.0}
)
"""Noise that hides more than this of an operation is worth a longer look: 100 bytes is what a search promises
to find, about one and a half small objects; where only the kernel counts, a kilobyte; one of other things."""
FAR_TOO_MUCH = 10
"""So many times that settles nothing."""
OBJECT = 64
"""Bytes of a usual small object of Python's, where only their number is known."""
_SMALLEST = 16
"""Bytes of the smallest one."""
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one process holds at one mark: blocks of Python's, bytes from malloc, resident bytes; things.

    None is what can't be read. `python` is False for a process that can't be asked from inside. `caches`
    are those with a bound that fill.
    """

    blocks: float | None
    malloc: float | None
    resident: float | None
    python: bool = True
    caches: tuple[Filling, ...] = ()
    descriptors: float | None = None
    sockets: float | None = None
    threads: float | None = None


Marks = Mapping[int, Reading]
"""All processes of a system at one mark, by their id."""


class CounterSeries(NamedTuple):
    """Whose counter it is. Python's processes and the others are counted apart, for their floors differ."""

    python: bool
    process: str
    counter: Counter

    @property
    def whole(self) -> CounterSeries:
        """The sum that this one is part of."""
        return self._replace(process=ALL)

    @property
    def floor(self) -> Floor:
        return (FLOORS if self.python else COARSE)[self.counter]


_EXPLAINED = 0.8
"""Of the growth of a sum: so much has to come from processes that keep what they take."""


class Suspect(NamedTuple):
    """Growth of one line and of the sum that it is part of."""

    own: Suspicion
    whole: Suspicion


class WindowSeries:
    """Marks before and after windows of so many `operations`; at least one mark.

    `stayed` are the processes that are judged one by one, all others are judged as one: those that
    were there at all marks, unless told by an earlier look that this one continues.
    """

    def __init__(self, marks: Sequence[Marks], operations: int, stayed: frozenset[int] | None = None) -> None:
        self.operations = operations
        self.marks = tuple(marks)
        self.windows = len(marks) - 1
        self.stayed = frozenset.intersection(*map(frozenset, marks)) if stayed is None else stayed
        self.lines: dict[CounterSeries, tuple[float, ...]] = {}
        self._processes: dict[bool, int] = {}
        everyone = frozenset[int]().union(*marks)
        inside = {pid for pid in everyone if all(mark[pid].python for mark in marks if pid in mark)}
        for python, pids in ((True, inside), (False, everyone - inside)):
            self._processes[python] = max(1, len(pids & self.stayed))
            for counter in FLOORS if python else COARSE:
                self._count(marks, python, counter, pids)

    def suspects(self) -> dict[CounterSeries, Suspect]:
        """The lines that grow, where the sum does as well.

        A sum that grows steadily from processes that don't, since they share the operations out as it
        happens, stands for them.
        """
        found: dict[CounterSeries, Suspect] = {}
        for line in self._sums():
            whole = self._judged(suspicion, line)
            if whole is None:
                continue
            parts = {part: levels for part, levels in self.lines.items() if part.whole == line != part}
            floor = line.floor.shared(self._processes[line.python])
            steady = {part: suspicion(levels, self.operations, floor) for part, levels in parts.items()}
            grown = {part: Suspect(own, whole) for part, own in steady.items() if own is not None}
            if not grown:
                kept = sum(
                    levels[-1] - levels[0]
                    for levels in parts.values()
                    if scattered(levels, self.operations, floor)
                )
                if kept >= _EXPLAINED * whole.total:
                    grown = {line: Suspect(whole, whole)}
            found |= grown
        return found

    def confirmed(self, suspects: Mapping[CounterSeries, Suspect]) -> list[CounterSeries]:
        """Those of an earlier look that grow on, and their sums with them."""
        return [
            line
            for line, first in suspects.items()
            if line in self.lines
            and confirms(self.lines[line], self.operations, line.floor, first.own)
            and confirms(self.lines[line.whole], self.operations, line.floor, first.whole)
        ]

    def settled(self) -> bool:
        """Whether the sums are flat by now."""
        return all(self._judged(settled, line) for line in self._deciding() if line.process == ALL)

    def growing(self, *, late: bool = False) -> bool:
        """Whether a sum grows, steadily or not; with `late`, undiminished in the second half as well."""
        for line in self._sums():
            levels = self.lines[line]
            parts = [levels, levels[self.windows // 2 :]] if late else [levels]
            if all(self._grows(part, line.floor) for part in parts) and not (late and slowing(levels)):
                return True
        return False

    def above(self, earlier: WindowSeries) -> bool:
        """Whether a sum stayed above where an `earlier` look began: what grew meanwhile is still there."""
        return any(
            min(self.lines[line]) - max(earlier.lines[line][:2]) >= line.floor.total
            for line in self._sums()
            if line in earlier.lines
        )

    def restless(self, times: float = 1) -> Reason | None:
        """Noise that would hide more than so many `times` the BOUNDS; None if there is none."""
        for line in self._deciding():
            if self._judged(detectable, line) > times * BOUNDS[line.counter]:
                return Reason("restless", {"counter": line.counter, "process": line.process})
        return None

    def detectable(self) -> float | None:
        """The smallest growth in bytes per operation that shows wherever it is; None without a counter."""
        found = (
            self._judged(detectable, line) * (OBJECT if line.counter == "blocks" else 1)
            for line in self._deciding()
            if line.counter in MEMORY
        )
        return max((value for value in found if math.isfinite(value)), default=None)

    def growths(self, lines: Iterable[CounterSeries]) -> tuple[Growth, ...]:
        """`lines` and their sums, as they are reported."""
        wanted = dict.fromkeys(each for line in lines for each in (line, line.whole))
        return tuple(
            Growth(line.process, line.counter, self.operations, self.lines[line], self.rate(line))
            for line in wanted
        )

    def risen(self) -> tuple[CounterSeries, ...]:
        """The sums that grow, steadily or not."""
        return tuple(line for line in self._sums() if self._grows(self.lines[line], line.floor))

    def a_sum(self) -> tuple[CounterSeries, ...]:
        """One counter of the sum, to show where none rose."""
        return tuple(sorted(self._sums(), key=lambda line: (not line.python, line.counter)))[:1]

    def rate(self, line: CounterSeries) -> float:
        """Mean growth of one operation, in units of the counter; 0.0 if it was not counted."""
        levels = self.lines.get(line, (0.0,))
        return (levels[-1] - levels[0]) / (max(1, self.windows) * self.operations)

    def blocks(self) -> float | None:
        """Growth of Python's blocks per operation; None if they were not counted."""
        line = CounterSeries(True, ALL, "blocks")
        return self.rate(line) if line in self.lines else None

    def size(self, lines: Iterable[CounterSeries]) -> float:
        """Growth in bytes per operation, from those counters that know it best.

        What malloc says is exact, but Python's small objects are not its own: where resident memory grows
        more than twice as fast they are what grows. Where neither can be the blocks, they are taken to be
        usual ones. Nothing if none of `lines` is of memory.
        """
        total = 0.0
        for python in {line.python for line in lines if line.counter in MEMORY}:
            malloc, resident = (
                self._sure(CounterSeries(python, ALL, counter)) for counter in ("malloc", "resident")
            )
            blocks = self._sure(CounterSeries(python, ALL, "blocks"))
            seen = malloc if malloc >= 0.5 * resident else resident
            total += seen if seen >= _SMALLEST * blocks else OBJECT * blocks
        return total

    def to_fill(self) -> int | None:
        """Operations until the caches with a bound that grew are full, at that rate; None without such."""
        done, left = self.windows * self.operations, []
        for pid, reading in self.marks[-1].items():
            before = {cache.who: cache for cache in self.marks[0][pid].caches} if pid in self.marks[0] else {}
            for cache in reading.caches:
                came = cache.entries - before[cache.who].entries if cache.who in before else 0
                if came > 0:
                    left.append((cache.bound - cache.entries) * done / came)
        return math.ceil(max(left)) if left else None

    def _grows(self, levels: Sequence[float], floor: Floor) -> bool:
        return any(rule(levels, self.operations, floor) for rule in (suspicion, scattered))

    def _sure(self, line: CounterSeries) -> float:
        """The rate of a sum if it passes the floor, else 0.0."""
        rate = self.rate(line)
        grown = rate * self.windows * self.operations
        return rate if line in self.lines and grown >= line.floor.total else 0.0

    def _deciding(self) -> list[CounterSeries]:
        """The lines whose noise matters: resident memory where malloc's bytes can't be read."""
        exact = {line.python for line in self.lines if line.counter == "malloc"}
        return [line for line in self.lines if line.counter != "resident" or line.python not in exact]

    def _sums(self) -> list[CounterSeries]:
        return [line for line in self.lines if line.process == ALL]

    def _judged(self, rule: Callable[[Sequence[float], int, Floor], _Result], line: CounterSeries) -> _Result:
        return rule(self.lines[line], self.operations, line.floor)

    def _count(self, marks: Sequence[Marks], python: bool, counter: Counter, pids: Iterable[int]) -> None:
        """Lines of one counter: of each process that stayed, of the others as one, of all."""
        series = {pid: [_value(mark, pid, counter) for mark in marks] for pid in pids}
        known = {pid: values for pid, values in series.items() if None not in values}
        if not known:
            return
        parts: dict[str, list[tuple[float, ...]]] = {}
        for pid, values in sorted(known.items()):
            levels = tuple(value or 0.0 for value in values)
            parts.setdefault(ALL, []).append(levels)
            if pid not in self.stayed:
                parts.setdefault(CHANGING, []).append(levels)
            elif all(pid in mark for mark in marks):
                parts.setdefault(str(pid), []).append(levels)
        for process, several in parts.items():
            self.lines[CounterSeries(python, process, counter)] = tuple(map(sum, zip(*several, strict=True)))


def _value(mark: Marks, pid: int, counter: Counter) -> float | None:
    """What a process holds: 0.0 of one that is not there, None if it can't be read."""
    if pid not in mark:
        return 0.0
    value: float | None = getattr(mark[pid], counter)
    return value if value is not None and math.isfinite(value) else None
