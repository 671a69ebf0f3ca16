"""How response times develop over a round: medians of its parts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from suite.measure.grouping import by_group
from suite.measure.populations import Populations
from suite.records.outcome import Outcome
from suite.records.recording import Recording, Times

BLOCKS, PER_BLOCK = 12, 100
_ALL = 0


def thirds(rows: Recording) -> tuple[list[float], list[float], list[float]] | None:
    """Median response, in seconds and in order of size, of each four of twelve blocks of ok operations.

    None if there are too few of them to speak of a trend.
    """
    ok = rows.with_outcome(Outcome.ok)
    due = Populations()
    for _, values in _due(ok):
        due.add(_ALL, values)
    count = due[_ALL].count
    if count < BLOCKS * PER_BLOCK:
        return None
    sizes = [count // BLOCKS + (block < count % BLOCKS) for block in range(BLOCKS)]
    ends = np.cumsum(sizes)
    last = due.values({_ALL: ends[:-1].tolist()}, lambda _: _due(ok))[_ALL]
    blocks = _Blocks(ok, ends, np.array([last[end] for end in ends[:-1].tolist()]))
    response = Populations()
    for block, values in blocks.responses():
        response.add(block, values)
    middle = {block: [(size + 1) // 2, size // 2 + 1] for block, size in enumerate(sizes)}
    found = response.values(middle, lambda _: blocks.responses())
    medians = [sum(found[block][rank] for rank in ranks) / 2 * 1e-9 for block, ranks in middle.items()]
    third = BLOCKS // 3
    first, between, rest = (sorted(medians[i : i + third]) for i in range(0, BLOCKS, third))
    return first, between, rest


def _due(rows: Recording) -> Iterator[tuple[int, Times]]:
    return ((_ALL, piece.intended - rows.begin) for piece in rows.pieces())


class _Blocks:
    """Operations in the order of their intended starts, cut where so many are before the `ends`.

    `last` is when the last of each block is due, of all but the last block. What is due at one moment has the
    order of its rows.
    """

    def __init__(self, rows: Recording, ends: Times, last: Times) -> None:
        self._rows = rows
        self._ends = ends
        self._last = last
        self._edges = np.unique(last)
        below = np.zeros(len(self._edges) + 1, np.int64)
        for _, due in _due(rows):
            below += np.bincount(np.searchsorted(self._edges, due, "right"), minlength=len(below))
        self._below = np.cumsum(below)[:-1]

    def responses(self) -> Iterator[tuple[int, Times]]:
        """Response times of each block, piece by piece."""
        places = self._below.copy()
        for piece, (_, due) in zip(self._rows.pieces(), _due(self._rows), strict=True):
            block = np.searchsorted(self._last, due, "left")
            edge = np.searchsorted(self._edges, due, "left").clip(max=len(self._edges) - 1)
            edge[self._edges[edge] != due] = -1
            for number in np.unique(edge[edge >= 0]).tolist():
                mine = edge == number
                count = int(np.count_nonzero(mine))
                block[mine] = np.searchsorted(self._ends, places[number] + np.arange(count), "right")
                places[number] += count
            yield from by_group(block, piece.response_ns())
