"""Call stacks put together by call site, and the rule that says which of them grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np

from suite.leaks.recorded import Levels, Stack
from suite.leaks.rule import Floor, suspicion
from suite.leaks.site import Sites
from suite.records.leak import Frame, LeakSuspect
from suite.records.reason import Reason

FLOOR = Floor(8, 4096)
"""Bytes of one operation and of all windows."""
_DEEPEST = 25


@dataclass(slots=True)
class _Site:
    """All stacks of one call site; those with the same frames are one, of whichever process."""

    stacks: dict[tuple[Frame, ...], Levels] = field(default_factory=dict)
    lines: dict[tuple[Frame, ...], int] = field(default_factory=dict)

    def whole(self) -> Levels:
        return np.asarray(np.sum(list(self.stacks.values()), axis=0))


class Ranking:
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

    def falls(self) -> Iterator[Reason]:
        """Call sites that give back steadily what they held: another may be taking their place."""
        for (function, file), site in self._sites.items():
            whole = site.whole()
            if self._rises(-whole):
                fall = -_growth(whole, 0) / self._all
                yield Reason("gave_back", {"function": function, "file": file, "bytes": fall})

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
        return suspicion([0.0, *np.cumsum(even).tolist()], length, FLOOR) is not None


def _growth(levels: Levels, row: int) -> float:
    return float(levels[row, -1] - levels[row, 0])


def _plain(function: str, file: str, line: int) -> Frame:
    """A frame of C code: where it was compiled says nothing."""
    return Frame(function, PurePath(file).name, line)
