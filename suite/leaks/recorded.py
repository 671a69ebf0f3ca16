"""One process's recording by memray: what each call stack held at the marks."""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.leaks.site import Raw

Levels = npt.NDArray[np.float64]
"""A row for bytes asked for, one for blocks, one for bytes that the allocator gave; a column per mark."""

_SNAPSHOTS = 10**7
"""memray's own limit of 10,000 would join snapshots, and marks with them."""
_LATE = 30
"""Milliseconds between the last snapshot and the end: memray makes one every 10, where it gets to it."""
_DEPTH = 100
_NATIVE = 8
"""Frames of C code that are kept; below the Python frame they are told by their innermost ones."""
_PYMALLOC = (2, 3, 4)  # memray.AllocatorType
_SMALL, _GRAIN, _HEADER = 512, 16, 8
"""pymalloc's largest block; what it and glibc round up to; what glibc adds before."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Where allocations were made whose sum changed between marks. `python` are its Python frames and
    `native` the C frames below them, innermost first. `pythonic`: Python's own allocators made them."""

    python: tuple[Raw, ...]
    native: tuple[Raw, ...]
    levels: Levels
    pythonic: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """The stacks of one process. It tells of the first `covered` marks, all unless it breaks off; they hold
    nothing after that."""

    stacks: tuple[Stack, ...]
    covered: int

    def until(self, marks: int) -> Recorded:
        """The same, of fewer marks."""
        cut = (dataclasses.replace(stack, levels=stack.levels[:, :marks]) for stack in self.stacks)
        return Recorded(tuple(cut), min(self.covered, marks))

    def pack(self) -> dict[str, Any]:
        """As plain data."""
        rows = [[one.python, one.native, one.levels.tolist(), one.pythonic] for one in self.stacks]
        return {"stacks": rows, "covered": self.covered}

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> Recorded:
        """What `pack` gave."""
        stacks = (
            Stack(_frames(python), _frames(native), np.array(levels, np.float64), pythonic)
            for python, native, levels, pythonic in packed["stacks"]
        )
        return cls(tuple(stacks), packed["covered"])


def _frames(packed: Sequence[Sequence[Any]]) -> tuple[Raw, ...]:
    return tuple((function, file, line) for function, file, line in packed)


def read(path: Path, moments: Sequence[float]) -> Recorded:
    """What the recording at `path` holds at `moments` (seconds of `time.time()`, in order).

    A process holds nothing before it starts and after it ends. Raises OSError for a file that is none of
    memray's or can't be read, NotImplementedError for an aggregated one; a damaged one may raise anything,
    and end this process.
    """
    import memray  # takes long to import, and only a leak needs it

    memray.set_log_level(50)  # type: ignore[attr-defined]  # that a file breaks off is ours to say
    with memray.FileReader(str(path), max_memory_records=_SNAPSHOTS) as reader:
        at = np.asarray(moments) * 1e3
        times = np.fromiter((snapshot.time for snapshot in reader.get_memory_snapshots()), np.float64)
        if not len(times):
            return Recorded((), 0)
        ended = reader.metadata.end_time.timestamp() * 1e3
        whole = -10 <= ended - times[-1] <= _LATE  # one that was killed tells its start as its end
        end = max(ended, times[-1]) if whole else times[-1]
        covered = len(at) if whole else int(np.count_nonzero(at <= end))
        seen = np.minimum(np.searchsorted(times, at), len(times) - 1)
        seen[at < times[0]] = -1
        rows = Intervals(seen)
        native = reader.metadata.has_native_traces
        records = []
        for record in reader.get_temporal_allocation_records(merge_threads=True):
            rows.add(record)
            record.intervals = []
            records.append(record)
        levels = rows.levels(never=len(times))
        levels[:, :, at > end] = 0
        changed = np.flatnonzero((levels[0] != levels[0, :, :1]).any(axis=1))
        stacks = tuple(_stack(records[row], native, levels[:, row]) for row in changed)
    return Recorded(stacks, covered)


class Intervals:
    """The intervals of many records as columns, so that summing them up is numpy's work. `seen` are the
    snapshots of the marks, in order; -1 is before all."""

    def __init__(self, seen: npt.NDArray[np.intp]) -> None:
        self._seen = seen
        self._begins, self._ends, self._bytes, self._blocks = (array("q") for _ in range(4))
        self._counts, self._small = array("q"), array("b")

    def add(self, record: Any) -> None:
        intervals = record.intervals
        self._begins.extend([interval.allocated_before_snapshot for interval in intervals])
        ends = [interval.deallocated_before_snapshot for interval in intervals]
        self._ends.extend([-1 if end is None else end for end in ends])
        self._bytes.extend([interval.n_bytes for interval in intervals])
        self._blocks.extend([interval.n_allocations for interval in intervals])
        self._counts.append(len(intervals))
        self._small.append(record.allocator in _PYMALLOC)

    def levels(self, never: int) -> npt.NDArray[np.float64]:
        """Three levels of each record at each mark: live at snapshot k if begin <= k < end."""
        counts = np.asarray(self._counts, np.int64)
        begins, ends = np.asarray(self._begins, np.int64), np.asarray(self._ends, np.int64)
        ends = np.where(ends < 0, never, ends)
        size, blocks = np.asarray(self._bytes, np.float64), np.asarray(self._blocks, np.float64)
        small = np.repeat(np.asarray(self._small, np.bool_), counts)
        mean = size / np.maximum(blocks, 1)
        header = np.where(small & (mean <= _SMALL), 0, _HEADER)
        given = blocks * np.ceil((mean + header) / _GRAIN) * _GRAIN
        width = len(self._seen) + 1  # the last column is for what no mark sees
        row = np.repeat(np.arange(len(counts)) * width, counts)
        comes = row + np.searchsorted(self._seen, begins)
        goes = row + np.searchsorted(self._seen, ends)
        cells = len(counts) * width
        summed = [
            np.bincount(comes, weight, cells) - np.bincount(goes, weight, cells)
            for weight in (size, blocks, given)
        ]
        table = np.stack(summed).reshape(3, len(counts), width)[:, :, :-1]
        return np.asarray(table.cumsum(axis=2))


def _stack(record: Any, native: bool, levels: Levels) -> Stack:
    python = tuple(record.stack_trace(max_stacks=_DEPTH))
    below: list[Raw] = []
    if native:
        for raw in record.hybrid_stack_trace(max_stacks=_DEPTH):
            if (python and raw == python[0]) or len(below) == _NATIVE:
                break
            below.append(raw)
    return Stack(python, tuple(below), levels, record.allocator in _PYMALLOC)
