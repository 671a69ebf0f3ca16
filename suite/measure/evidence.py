"""A round's evidence, put together from what was recorded and what was sampled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import numpy as np

from suite.contract.loop import Loop, OpenLoop
from suite.contract.metric import QUANTILES
from suite.contract.threshold import Threshold
from suite.measure.at_once import at_once
from suite.measure.dialling import adds_users
from suite.measure.distribution import GATE, samples_wanted
from suite.measure.flow import Flow
from suite.measure.loop_lag import blocked, holder, waiting
from suite.measure.resources import Resources, Usage
from suite.measure.thirds import thirds
from suite.records.evidence import Evidence
from suite.records.loop_lag import LoopLag
from suite.records.outcome import BEYOND, Outcome
from suite.records.recording import Recording

SERVED = "served"
"""A workload's own metric of this name is what the system itself counted."""


def gather(
    recording: Recording,
    resources: Resources,
    *,
    loop: Loop,
    cores: int | None = None,
    metrics: Mapping[str, float | None] | None = None,
    thresholds: Iterable[Threshold] = (),
    thinks: Mapping[str, float] = MappingProxyType({}),
    users: float | None = None,
    lags: Sequence[LoopLag] = (),
) -> Evidence:
    """The evidence of one round.

    `cores` is how many the system may use (None if it runs elsewhere), `metrics` are the round's own,
    `thresholds` say which percentile is asked for (p99 without any), `thinks` how many seconds users of
    a closed loop think after an operation (as the loop says without), `users` how many of them had
    operations left to do, `lags` how the loops of the workers stood still.
    """
    values = metrics or {}
    wall = (recording.end - recording.begin) * 1e-9
    each = 1 / wall if wall > 0 else 0.0
    is_open = isinstance(loop, OpenLoop)
    flow = Flow(recording, loop, thinks)
    counts = flow.counts
    machine, workers, system = resources.machine, resources.workers, resources.system
    return Evidence(
        wall=wall,
        lateness_p50=values.get("lateness.p50"),
        lateness_p99=values.get("lateness.p99"),
        worker_cpu=tuple(cpu * each for cpu, _ in workers.processes.values()),
        worker_delay=tuple(delay * each for _, delay in workers.processes.values()),
        workers_delay=workers.run_delay,
        **_blocked(lags, recording.begin, recording.end),
        system_cpu=_share(system.cpu, each),
        system_cores=cores if system.cpu is not None else None,
        system_delay=system.run_delay,
        busiest_process=system.busiest.process * each if system.busiest else None,
        busiest_thread=system.busiest.cpu * each if system.busiest else None,
        busiest_thread_delay=system.busiest.delay * each if system.busiest else None,
        threads_locked=system.waiting.locks if system.waiting else None,
        threads_blocked=system.waiting.disk if system.waiting else None,
        steal=machine.steal,
        others=_others(machine.busy, resources.groups.values(), each),
        pressure_cpu=machine.pressure.get("cpu"),
        pressure_memory=machine.pressure.get("memory"),
        pressure_io=machine.pressure.get("io"),
        retransmitted=machine.retransmitted,
        **(asdict(resources.tcp) if resources.tcp else {}),
        dialled=flow.dialled if adds_users(loop) else None,
        slow_connects=flow.slow_connects,
        line=machine.line,
        throttles=machine.throttles,
        throttled=machine.throttled,
        planned=flow.due * each if is_open else None,
        dispatched=flow.dispatched * each if is_open else None,
        delivered=flow.delivered * each,
        completed=flow.completed * each,
        due=flow.due,
        rejected=counts["rejected"],
        dropped=counts["dropped"],
        unfinished=counts["unfinished"],
        samples=counts["ok"] + sum(counts[outcome.name] for outcome in map(Outcome, BEYOND)),
        samples_wanted=_wanted(thresholds),
        served=values.get(SERVED),
        answered=flow.answered,
        in_flight=flow.in_flight * 1e-9 * each if wall > 0 else None,
        little=flow.ended_ns * 1e-9 * each if wall > 0 else None,
        backlog=flow.backlog if is_open else None,
        at_once=at_once(flow.flying, each),
        busy=(flow.working + flow.thinking) * 1e-9 * each if wall > 0 else None,
        thinking=flow.thinking * 1e-9 * each if wall > 0 else None,
        users=users,
        trend=trend(recording.loop_only().measured()),
    )


def trend(rows: Recording) -> float | None:
    """Median response of the last third over that of the first."""
    found = thirds(rows)
    if found is None or not np.median(found[0]):
        return None
    return float(np.median(found[2]) / np.median(found[0]))


def _blocked(lags: Sequence[LoopLag], begin: int, end: int) -> dict[str, Any]:
    if not lags or begin >= end:
        return {}
    who = holder(lags)
    return {
        "blocked": blocked(lags, begin, end),
        "blocked_by": who.operation if who else None,
        "blocked_at": who.place if who else None,
        "lag_p50": waiting(lags, begin, end, 0.50),
        "lag_p99": waiting(lags, begin, end, 0.99),
    }


def _share(seconds: float | None, each: float) -> float | None:
    return None if seconds is None else seconds * each


def _others(busy: float | None, groups: Iterable[Usage], each: float) -> float | None:
    """Cores used by what is none of ours. Counters of the whole machine move in ticks of 10 ms."""
    if busy is None:
        return None
    return max(0.0, busy - sum(usage.cpu or 0.0 for usage in groups)) * each


def _wanted(thresholds: Iterable[Threshold]) -> int:
    asked = (threshold.metric.partition("@")[0].rpartition(".")[2] for threshold in thresholds)
    quantiles = [QUANTILES[place] for place in asked if place in QUANTILES]
    return samples_wanted(max(quantiles, default=QUANTILES["p99"]), GATE)
