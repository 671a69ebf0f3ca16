"""A round over time: what completed, p99, memory and CPU per bucket."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suite.measure.distribution import SHOW, Exact, samples_wanted
from suite.measure.resources import Resources
from suite.records.outcome import BEYOND, NOT_GOOD, Outcome
from suite.records.recording import Recording, Times

_FEWEST, _MOST = 5, 3600
_WIDEST_SHORT = 1.0
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
    first = int(loop.intended.min(initial=recording.begin))
    span = (recording.end - first) * 1e-9
    if span <= 0:
        return {}
    width = max(min(_WIDEST_SHORT, (recording.end - recording.begin) * 1e-9 / _FEWEST), span / _MOST)
    step = max(int(width * 1e9), 1)
    start = recording.begin - -(-(recording.begin - first) // step) * step
    buckets = -(-(recording.end - start) // step)
    edges = np.minimum(start + step * np.arange(buckets + 1, dtype=np.int64), recording.end)
    completed, p99 = _operations(loop, edges)
    memory, cpu = _resources(resources, edges)
    return {
        "second": tuple(round(float(at) * 1e-9, 6) for at in edges[:-1] - recording.begin),
        "completed": completed,
        "failed": _counted(loop.with_outcome(*NOT_GOOD), edges),
        "rejected": _counted(loop.with_outcome(Outcome.rejected), edges),
        "p99": p99,
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


def _counted(rows: Recording, edges: Times) -> tuple[float | None, ...]:
    """How many of `rows` ended in each bucket; what ended after the last one did so in the last."""
    ended = np.clip(rows.intended + rows.response_ns(), edges[0] + 1, edges[-1])
    buckets = np.searchsorted(edges, ended, side="left") - 1
    return tuple(float(count) for count in np.bincount(buckets, minlength=len(edges) - 1))


def _operations(loop: Recording, edges: Times) -> tuple[tuple[float | None, ...], tuple[float | None, ...]]:
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


def _steps(response: Times, ok: npt.NDArray[np.bool_], bounds: Times) -> tuple[float | None, ...]:
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
