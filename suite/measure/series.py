"""A round over time: what completed, p99, memory and CPU per bucket."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suite.measure.distribution import SHOW, Exact, samples_wanted
from suite.measure.resources import Resources
from suite.records.outcome import BEYOND, Outcome
from suite.records.recording import Recording, Times

_FEWEST, _MOST = 5, 3600
_WIDEST_SHORT = 1.0
Series = dict[str, tuple[float | None, ...]]


def series(recording: Recording, resources: Resources) -> Series:
    """Columns of equal length: second, completed, p99, memory, cpu.

    A bucket is one second, shorter in a round of less than five and longer in one of more than an hour.
    `second` is where it starts, relative to `begin`: negative in the warm-up. `completed` counts ok
    operations of the loop, `p99` is their response time in seconds over as many neighbouring buckets as
    have samples for it, `memory` is in bytes, `cpu` in cores.
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
    seconds = tuple(round(float(at) * 1e-9, 6) for at in edges[:-1] - recording.begin)
    return {"second": seconds, "completed": completed, "p99": p99, "memory": memory, "cpu": cpu}


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
