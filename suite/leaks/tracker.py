"""Call sites whose memory grows with operations, from recordings of memray.

A process of the system is recorded from its start on, for what was there before a recording can't be told
from a leak. What each call stack holds at quiet marks is judged by the same rule as the counters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import numpy as np

from suite.leak import Frame, LeakSuspect
from suite.leaks.recorded import Levels, Recorded, Stack, read
from suite.leaks.rule import Floor, suspicion
from suite.leaks.site import Sites
from suite.units import format_quantity

_FLOOR = Floor(8, 4096)
_ENOUGH = 5
"""Marks without which a recording that breaks off says nothing: the rule wants four windows."""
_DEEPEST = 25


@dataclass(frozen=True, slots=True)
class Mark:
    """A quiet moment: `at` in seconds of `time.time()`, `operations` since the mark before.

    It should stay quiet for some 20 ms afterwards: memray notes the state every 10 ms.
    """

    at: float
    operations: int = 0


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who holds what grows: `suspects` by growth, and the bytes per operation that are none of any call
    site that memray knows (None: unknown). `notes` say what could not be read."""

    suspects: tuple[LeakSuspect, ...]
    unattributed: float | None
    notes: tuple[str, ...] = ()


def attribute(
    recordings: Mapping[int, Path],
    marks: Sequence[Mark],
    *,
    growth: float | None,
    roots: Sequence[Path] = (),
) -> Attribution:
    """The call sites that grow from mark to mark, all processes (`recordings` by pid) together.

    `growth` are the bytes per operation that the counters saw. Files of call sites are told from `roots`.
    A recording that can't be used is a note, and so is one that breaks off before the last mark.
    """
    notes: list[str] = []
    processes = _usable(recordings, marks, notes)
    if not processes:
        return Attribution((), None, tuple(notes))
    count = min(process.covered for process in processes)
    if count < len(marks):
        notes.append(f"only the first {count - 1} of {len(marks) - 1} windows are looked at")
        marks = marks[:count]
        processes = [process.until(count) for process in processes]
    found = _Found(Sites(roots), [mark.operations for mark in marks[1:]])
    for process in processes:
        for stack in process.stacks:
            found.add(stack)
    if found.nameless >= _FLOOR.per_operation:
        notes.append(
            f"{format_quantity(found.nameless, 'B')} per operation were asked for while no Python code ran;"
            " a recording of C stacks (--native) may tell where"
        )
    suspects = found.suspects()
    if suspects:
        notes += found.falls()
    unattributed = None if growth is None else max(0.0, growth - found.explained)
    return Attribution(suspects, unattributed, tuple(notes))


def too_big(recordings: Mapping[int, Path], limit_bytes: int) -> str | None:
    """What to say if the `recordings` take more disk than `limit_bytes`, None while they don't."""
    size = 0
    for path in recordings.values():
        try:
            size += path.stat().st_size
        except OSError:
            continue  # not there yet
    if size <= limit_bytes:
        return None
    return (
        f"recording stopped: {len(recordings)} processes have written {format_quantity(size, 'B')}, more than"
        f" the limit of {format_quantity(limit_bytes, 'B')}; fewer operations per window need less"
    )


def _usable(recordings: Mapping[int, Path], marks: Sequence[Mark], notes: list[str]) -> list[Recorded]:
    moments = [mark.at for mark in marks]
    usable = []
    for pid, path in sorted(recordings.items()):
        try:
            process = read(path, moments)
        except (OSError, NotImplementedError) as error:
            notes.append(f"the recording of process {pid} can't be read: {error}")
            continue
        if process.covered < min(_ENOUGH, len(marks)):
            notes.append(f"the recording of process {pid} breaks off too early and is left out")
            continue
        if process.covered < len(marks):
            notes.append(f"the recording of process {pid} breaks off")
        usable.append(process)
    return usable


@dataclass(slots=True)
class _Site:
    """All stacks of one call site; those with the same frames are one, of whichever process."""

    stacks: dict[tuple[Frame, ...], Levels] = field(default_factory=dict)
    lines: dict[tuple[Frame, ...], int] = field(default_factory=dict)

    def whole(self) -> Levels:
        return np.asarray(np.sum(list(self.stacks.values()), axis=0))


class _Found:
    """Call sites of all processes. `explained` and `nameless` are bytes per operation, as the allocator
    gave them, of stacks with and without a call site."""

    def __init__(self, sites: Sites, operations: Sequence[int]) -> None:
        self._names = sites
        self._operations = operations
        self._all = max(sum(operations), 1)
        self._sites: dict[tuple[str, str], _Site] = defaultdict(_Site)
        self.explained = 0.0
        self.nameless = 0.0

    def add(self, stack: Stack) -> None:
        given = float(stack.levels[2, -1] - stack.levels[2, 0]) / self._all
        raw = self._names.of(stack.python)
        if raw is not None:
            known = self._names.frame(raw)
        elif stack.native:
            known = _plain(*stack.native[0])
        else:
            self.nameless += given
            return
        self.explained += given
        shown = (raw for raw in stack.python if self._names.place(raw[1])[0])
        frames = (*(_plain(*raw) for raw in stack.native), *map(self._names.frame, shown))
        site = self._sites[known.function, known.file]
        held = site.stacks.get(frames)
        site.stacks[frames] = stack.levels if held is None else held + stack.levels
        site.lines[frames] = known.line

    def suspects(self) -> tuple[LeakSuspect, ...]:
        """Call sites that grow by the rule, or with stacks that do, the largest growth first."""
        grown = []
        for (function, file), site in self._sites.items():
            growing = self._growing(site)
            if growing:
                size, blocks = (
                    sum(_growth(levels, row) for levels in growing.values()) / self._all for row in (0, 1)
                )
                heaviest = max(growing, key=lambda frames: _growth(growing[frames], 0))
                line = site.lines[heaviest]
                grown.append((function, file, line, size, blocks, heaviest[:_DEEPEST]))
        total = sum(size for _, _, _, size, _, _ in grown)
        ranked = sorted(grown, key=lambda one: (-one[3], one[:2]))
        return tuple(
            LeakSuspect(function, file, line, size, blocks, size / total, stack)
            for function, file, line, size, blocks, stack in ranked
        )

    def falls(self) -> Iterator[str]:
        """Words on call sites that give back steadily what they held: another may be taking their place."""
        for (function, file), site in self._sites.items():
            whole = site.whole()
            if self._rises(-whole):
                fall = format_quantity(-_growth(whole, 0) / self._all, "B")
                yield (
                    f"{function} ({file}) gave back {fall} per operation meanwhile:"
                    " a suspect of that size may only have taken its place"
                )

    def _growing(self, site: _Site) -> Mapping[tuple[Frame, ...], Levels]:
        """All stacks if their sum grows: a leak may be spread over many. Else those that do."""
        whole = site.whole()
        if self._rises(whole):
            return site.stacks
        growing = {frames: levels for frames, levels in site.stacks.items() if self._rises(levels)}
        # A full cache that is filled from elsewhere now: one stack takes the place of another.
        genuine = _growth(whole, 0) >= 0.5 * sum(_growth(levels, 0) for levels in growing.values())
        return growing if genuine else {}

    def _rises(self, levels: Levels) -> bool:
        sizes = levels[0]
        if sizes[-1] <= sizes[0]:
            return False
        length = max(round(self._all / len(self._operations)), 1)
        even = np.diff(sizes) * length / np.maximum(self._operations, 1)
        return suspicion([0.0, *np.cumsum(even).tolist()], length, _FLOOR) is not None


def _growth(levels: Levels, row: int) -> float:
    return float(levels[row, -1] - levels[row, 0])


def _plain(function: str, file: str, line: int) -> Frame:
    """A frame of C code: where it was compiled says nothing."""
    return Frame(function, PurePath(file).name, line)
