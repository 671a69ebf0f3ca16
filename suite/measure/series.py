"""A round over time: what completed, p99, memory and CPU per bucket."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from suite.measure.distribution import SHOW, samples_wanted
from suite.measure.distributions import ranked
from suite.measure.endings import endings
from suite.measure.grouping import by_group
from suite.measure.resources import Resources
from suite.records.outcome import NOT_GOOD, OUTCOMES, Outcome
from suite.records.recording import Mask, Recording, Times

_FEWEST, _MOST = 5, 3600
_WIDEST_SHORT = 1.0
_WANTED = samples_wanted(0.99, SHOW)
_COARSE = 6
"""Doublings of a histogram's buckets: there may be one for each of the buckets of a series."""
_NOT_GOOD = np.isin(np.arange(len(OUTCOMES)), NOT_GOOD)
Series = dict[str, tuple[float | None, ...]]


def series(recording: Recording, resources: Resources) -> Series:
    """Columns of equal length: second, completed, failed, rejected, p99, memory, cpu, and pause.

    A bucket is one second, shorter in a round of less than five and longer in one of more than an hour.
    `second` is where it starts, relative to `begin`: negative in the warm-up. `completed` counts ok
    operations of the loop, `failed` those that ended badly. `p99` is the response time in seconds over as
    many neighbouring buckets as have samples for it, `memory` is in bytes, `cpu` in cores. `pause` is for
    how many seconds the system's garbage collector stopped it at most, where that is known.
    """
    loop = recording.loop_only()
    first = min((int(rows.intended.min()) for rows in loop.pieces()), default=recording.begin)
    first = min(first, recording.begin)
    span = (recording.end - first) * 1e-9
    if span <= 0:
        return {}
    width = max(min(_WIDEST_SHORT, (recording.end - recording.begin) * 1e-9 / _FEWEST), span / _MOST)
    step = max(int(width * 1e9), 1)
    start = recording.begin - -(-(recording.begin - first) // step) * step
    buckets = -(-(recording.end - start) // step)
    edges = np.minimum(start + step * np.arange(buckets + 1, dtype=np.int64), recording.end)
    operations = _Operations(loop, edges)
    memory, cpu = _resources(resources, edges)
    return {
        "second": tuple(round(float(at) * 1e-9, 6) for at in edges[:-1] - recording.begin),
        "completed": tuple(map(float, operations.completed)),
        "failed": tuple(map(float, operations.failed)),
        "rejected": tuple(map(float, operations.rejected)),
        "p99": operations.p99(),
        "memory": memory,
        "cpu": cpu,
        **_pauses(resources, edges),
    }


def _pauses(resources: Resources, edges: Times) -> Series:
    garbage = resources.garbage
    if garbage is None:
        return {}
    longest = np.zeros(len(edges) - 1)
    for began, pause in garbage.pauses:
        if edges[0] <= began < edges[-1]:
            bucket = int(np.searchsorted(edges, began, side="right")) - 1
            longest[bucket] = max(longest[bucket], pause * 1e-9)
    return {"pause": tuple(map(float, longest))}


class _Operations:
    """How operations of a loop ended in each bucket; what ended after the last one did so in the last."""

    def __init__(self, loop: Recording, edges: Times) -> None:
        self._loop = loop
        self._edges = edges
        self._buckets = len(edges) - 1
        self.completed, self.failed, self.rejected, self._samples = np.zeros((4, self._buckets), np.int64)
        for rows in loop.pieces():
            ended = np.clip(rows.ended_ns(), edges[0] + 1, edges[-1])
            for found, chosen in (
                (self.failed, _NOT_GOOD[rows.outcome]),
                (self.rejected, rows.outcome == Outcome.rejected),
            ):
                if chosen.any():
                    bucket = np.searchsorted(edges, ended[chosen], side="left") - 1
                    found += np.bincount(bucket, minlength=self._buckets)
            bucket, _, ok = self._sampled(rows)
            self.completed += np.bincount(bucket[ok], minlength=self._buckets)
            self._samples += np.bincount(bucket, minlength=self._buckets)

    def p99(self) -> tuple[float | None, ...]:
        """Response times of each run of buckets that together have samples for it."""
        runs, run = np.full(self._buckets, -1), 0
        low = 0
        for index in range(1, self._buckets + 1):
            if self._samples[low:index].sum() >= _WANTED:
                runs[low:index] = run
                low, run = index, run + 1
        found = ranked(lambda _: self._of_runs(runs), [0.99], _COARSE)
        return tuple(None if run < 0 else found[run].percentile(0.99)[0] for run in runs.tolist())

    def _of_runs(self, runs: Times) -> Iterator[tuple[int, Times, Times]]:
        for rows in self._loop.pieces():
            bucket, response, ok = self._sampled(rows)
            for run, times, well in by_group(runs[bucket] + 1, response, ok):
                if run:
                    yield run - 1, times[well], times[~well]

    def _sampled(self, rows: Recording) -> tuple[Times, Times, Mask]:
        """Bucket, response and whether it was ok, of what took some time and ended within the buckets."""
        ended, edges = rows.ended_ns(), self._edges
        ok, beyond = endings(rows)
        counted = (ok | beyond) & (ended > edges[0]) & (ended <= edges[-1])
        bucket = (ended[counted] - edges[0] - 1) // int(edges[1] - edges[0])
        return bucket, (ended - rows.intended)[counted], ok[counted]


def _resources(
    resources: Resources, edges: Times
) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    usage, none = resources.system, (None,) * (len(edges) - 1)
    if len(usage.times) < 2:
        return none, none
    within = (edges[1:] > usage.times[0]) & (edges[:-1] < usage.times[-1])
    held = np.interp(edges[1:], usage.times, usage.memory)
    used = np.diff(np.interp(edges, usage.times, usage.cpu_total)) / np.diff(edges) * 1e9
    memory = tuple(float(v) if known else None for v, known in zip(held, within, strict=True))
    cpu = tuple(float(v) if known else None for v, known in zip(used, within, strict=True))
    return memory, cpu
