"""The analysis of a recording whose columns are there at once, whole and sorted: simple, and slow.

What looks at a recording piece by piece must come to the same.
"""

from __future__ import annotations

import numpy as np
from support.exact import Exact

from suite.contract.loop import Loop, OpenLoop
from suite.measure.distribution import SHOW, points, samples_wanted
from suite.measure.thirds import BLOCKS, PER_BLOCK
from suite.records.outcome import BEYOND, NOT_GOOD, Outcome
from suite.records.recording import Recording

_AS_SHORT, _FEWER = 1.5, 0.7
_SPAN, _SPANS, _EVEN = 4, 20, 0.4


def distribution(rows: Recording, *, service: bool = False) -> Exact:
    """Of response or service times."""
    ok, beyond = rows.with_outcome(Outcome.ok), rows.with_outcome(*map(Outcome, BEYOND))
    if not service:
        return Exact(ok.response_ns(), beyond.response_ns())
    return Exact(ok.service_ns(), beyond.where(beyond.started > 0).service_ns())


def metrics(kind: str, at: str, exact: Exact) -> dict[str, tuple[float | None, bool]]:
    """Value and whether it is a lower bound, by name."""
    return {name + at: (point.value, point.at_least) for name, point in points(kind, exact)}


def thirds(rows: Recording) -> tuple[list[float], list[float], list[float]] | None:
    """Median response, in seconds and in order of size, of each four of twelve blocks of ok operations.

    None if there are too few of them to speak of a trend.
    """
    ok = rows.with_outcome(Outcome.ok)
    if len(ok) < BLOCKS * PER_BLOCK:
        return None
    order = np.argsort(ok.intended, kind="stable")
    blocks: list[np.ndarray] = np.array_split(ok.response_ns()[order], BLOCKS)
    medians = [float(np.median(block)) * 1e-9 for block in blocks]
    third = BLOCKS // 3
    first, middle, last = (sorted(medians[i : i + third]) for i in range(0, BLOCKS, third))
    return first, middle, last


def flying(recording: Recording, loop: Loop) -> Recording:
    """What the loop started and was in flight."""
    rows = recording.loop_only()
    dropping = isinstance(loop, OpenLoop) and loop.busy == "drop"
    return rows.where(rows.started > 0) if dropping else rows


def at_once(rows: Recording) -> float | None:
    ended = rows.ended_ns()
    within = (rows.finished > rows.begin) & (rows.finished <= rows.end)
    return _at_once(rows, ended, rows.service_ns(), within & (rows.outcome == Outcome.ok), 1.0)


def _at_once(rows: Recording, ended, service, ok, each: float) -> float | None:
    begun = rows.started > 0
    beside = np.searchsorted(np.sort(rows.started[begun], kind="stable"), rows.started, "right")
    beside -= np.searchsorted(np.sort(ended[begun], kind="stable"), rows.started, "right")
    total = 0.0
    for code in np.unique(rows.operation[ok]):
        mine = (rows.operation == code) & (rows.outcome == Outcome.ok)
        taken, others = service[mine], beside[mine]
        short = others[taken <= _AS_SHORT * taken.min()]
        alone = short.mean() < _FEWER * others.mean() or _in_turn(ended[mine], int(taken.min()))
        each_one = taken.min() if alone else taken.mean()
        total += int(np.count_nonzero(mine & ok)) * each * float(each_one) * 1e-9
    return total or None


def _in_turn(ended, shortest: int) -> bool:
    since = ended - ended.min()
    spans = int(since.max()) // (_SPAN * shortest)
    number = since // (_SPAN * shortest)
    _, counts = np.unique(number[number < spans], return_counts=True)
    if spans < _SPANS:
        return False
    mean = float(counts.sum()) / spans
    return float((counts**2).sum()) / spans - mean**2 < _EVEN * mean


def series(recording: Recording) -> dict[str, tuple[float | None, ...]]:
    loop = recording.loop_only()
    first = int(loop.intended.min(initial=recording.begin))
    span = (recording.end - first) * 1e-9
    if span <= 0:
        return {}
    width = max(min(1.0, (recording.end - recording.begin) * 1e-9 / 5), span / 3600)
    step = max(int(width * 1e9), 1)
    start = recording.begin - -(-(recording.begin - first) // step) * step
    buckets = -(-(recording.end - start) // step)
    edges = np.minimum(start + step * np.arange(buckets + 1, dtype=np.int64), recording.end)
    completed, p99 = _operations(loop, edges)
    return {
        "completed": completed,
        "failed": _counted(loop.with_outcome(*NOT_GOOD), edges),
        "rejected": _counted(loop.with_outcome(Outcome.rejected), edges),
        "p99": p99,
    }


def _counted(rows: Recording, edges) -> tuple[float | None, ...]:
    """How many of `rows` ended in each bucket; what ended after the last one did so in the last."""
    ended = np.clip(rows.intended + rows.response_ns(), edges[0] + 1, edges[-1])
    buckets = np.searchsorted(edges, ended, side="left") - 1
    return tuple(float(count) for count in np.bincount(buckets, minlength=len(edges) - 1))


def _operations(loop: Recording, edges) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
    step, buckets = int(edges[1] - edges[0]), len(edges) - 1
    response, ok = loop.response_ns(), loop.outcome == Outcome.ok
    ended = loop.intended + response
    counted = (ok | np.isin(loop.outcome, BEYOND)) & (ended > edges[0]) & (ended <= edges[-1])
    response, ok = response[counted], ok[counted]
    bucket = ((ended[counted] - edges[0] - 1) // step).astype(np.uint16)
    completed = np.bincount(bucket[ok], minlength=buckets)
    order = np.argsort(bucket, kind="stable")  # a radix sort for 16 bits
    bounds = np.searchsorted(bucket[order], np.arange(buckets + 1))
    return tuple(float(n) for n in completed), _steps(response[order], ok[order], bounds)


def _steps(response, ok, bounds) -> tuple[float | None, ...]:
    """The p99 of each run of buckets that together have samples for one."""
    wanted = samples_wanted(0.99, SHOW)
    values: list[float | None] = []
    low = 0
    for index in range(1, len(bounds)):
        if bounds[index] - bounds[low] >= wanted:
            part = slice(bounds[low], bounds[index])
            chosen = Exact(response[part][ok[part]], response[part][~ok[part]])
            values += [chosen.percentile(0.99)[0]] * (index - low)
            low = index
    return (*values, *[None] * (len(bounds) - 1 - low))
