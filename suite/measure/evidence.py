"""A round's evidence, put together from what was recorded and what was sampled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.contract.loop import ClosedLoop, Loop, OpenLoop
from suite.contract.metric import QUANTILES
from suite.contract.threshold import Threshold
from suite.measure.dialling import SECOND_SYN, adds_users, dial_ns
from suite.measure.distribution import GATE, samples_wanted
from suite.measure.loop_lag import blocked, holder, waiting
from suite.measure.resources import Resources, Usage
from suite.measure.statistics import CONNECT
from suite.records.evidence import Evidence
from suite.records.loop_lag import LoopLag
from suite.records.outcome import BEYOND, Outcome
from suite.records.recording import Recording, Times

SERVED = "served"
"""A workload's own metric of this name is what the system itself counted."""
BLOCKS, PER_BLOCK = 12, 100
_AS_SHORT, _FEWER = 1.5, 0.7
_SPAN, _SPANS, _EVEN = 4, 20, 0.4
"""What counts as short beside the shortest, and the share of the usual company that makes it alone."""
_Mask = npt.NDArray[np.bool_]


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
    rows = recording.where(recording.by_loop)
    measured = rows.measured()
    counts = measured.counts()
    wall = (recording.end - recording.begin) * 1e-9
    each = 1 / wall if wall > 0 else 0.0
    if isinstance(loop, OpenLoop) and loop.busy == "drop":
        rows = rows.where(rows.started > 0)  # what was dropped was never in flight
    ended, service = _ended(rows)
    within = (rows.finished > recording.begin) & (rows.finished <= recording.end)
    ok = within & (rows.outcome == Outcome.ok)
    is_open = isinstance(loop, OpenLoop)
    due = rows.intended if is_open else rows.started
    working = _working(recording, rows, ended) if wall > 0 else None
    thinking = _thinking(rows, loop, thinks) if wall > 0 and isinstance(loop, ClosedLoop) else 0.0
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
        dialled=int(np.count_nonzero(dial_ns(recording, measured))) if adds_users(loop) else None,
        slow_connects=int(np.count_nonzero(recording.of(CONNECT).service_ns() >= SECOND_SYN)),
        line=machine.line,
        throttles=machine.throttles,
        throttled=machine.throttled,
        planned=len(measured) * each if is_open else None,
        dispatched=int(np.count_nonzero(measured.dispatched)) * each if is_open else None,
        delivered=int(np.count_nonzero(within)) * each,
        completed=int(np.count_nonzero(ok)) * each,
        due=len(measured),
        rejected=counts["rejected"],
        dropped=counts["dropped"],
        unfinished=counts["unfinished"],
        samples=counts["ok"] + sum(counts[outcome.name] for outcome in map(Outcome, BEYOND)),
        samples_wanted=_wanted(thresholds),
        served=values.get(SERVED),
        answered=int(np.count_nonzero(rows.outcome == Outcome.ok)),
        in_flight=_overlap(due, ended, recording.begin, recording.end) if wall > 0 else None,
        little=float((ended - due)[within].sum()) * 1e-9 * each if wall > 0 else None,
        backlog=_backlog(recording, due, ended) if is_open else None,
        at_once=_at_once(rows, ended, service, ok, each),
        busy=None if working is None else working + thinking,
        thinking=None if working is None else thinking,
        users=users,
        trend=trend(measured),
    )


def thirds(rows: Recording) -> tuple[list[float], list[float], list[float]] | None:
    """Median response, in seconds and in order of size, of each four of twelve blocks of ok operations.

    None if there are too few of them to speak of a trend.
    """
    ok = rows.with_outcome(Outcome.ok)
    if len(ok) < BLOCKS * PER_BLOCK:
        return None
    order = np.argsort(ok.intended, kind="stable")
    blocks: list[Times] = np.array_split(ok.response_ns()[order], BLOCKS)
    medians = [float(np.median(block)) * 1e-9 for block in blocks]
    third = BLOCKS // 3
    first, middle, last = (sorted(medians[i : i + third]) for i in range(0, BLOCKS, third))
    return first, middle, last


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


def _ended(rows: Recording) -> tuple[Times, Times]:
    """When each operation ended, or when we stopped looking; how long the system had it."""
    last = max(rows.end, int(rows.finished.max(initial=0)))
    return np.where(rows.finished > 0, rows.finished, last), rows.service_ns()


def _overlap(start: Times, end: Times, low: int, high: int) -> float:
    """How many intervals cover a moment between `low` and `high`, on average."""
    covered = np.maximum(np.minimum(end, high) - np.maximum(start, low), 0)
    return float(covered.sum()) / (high - low)


def _backlog(recording: Recording, due: Times, ended: Times) -> int:
    middle = (recording.begin + recording.end) // 2

    def at(moment: int) -> int:
        return int(np.count_nonzero((due <= moment) & (ended > moment)))

    return at(recording.end) - at(middle)


def _at_once(rows: Recording, ended: Times, service: Times, ok: _Mask, each: float) -> float | None:
    """Little's law on shortest service times: what operations take that find the system idle.

    Operations that are as short with many others in flight did not wait for them: they vary by themselves,
    by what they ask for or by pauses in them, and of those the mean counts. Unless they end in turn: who
    asks for an unfair lock at the right moment overtakes all that wait for it.
    """
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


def _in_turn(ended: Times, shortest: int) -> bool:
    """Whether operations end as evenly as those that are served one by one, or a fixed number at a time.

    Of what ends by itself the counts in equal spans of time vary as much as their mean.
    """
    since = ended - ended.min()
    spans = int(since.max()) // (_SPAN * shortest)
    number = since // (_SPAN * shortest)
    _, counts = np.unique(number[number < spans], return_counts=True)
    if spans < _SPANS:
        return False
    mean = float(counts.sum()) / spans
    return float((counts**2).sum()) / spans - mean**2 < _EVEN * mean


def _working(recording: Recording, rows: Recording, ended: Times) -> float:
    """Users in an operation, or connecting anew, on average."""
    started = rows.started > 0
    users = _overlap(rows.started[started], ended[started], rows.begin, rows.end)
    connects = recording.of(CONNECT)
    return users + _overlap(connects.started, _ended(connects)[0], rows.begin, rows.end)


def _thinking(rows: Recording, loop: ClosedLoop, thinks: Mapping[str, float]) -> float:
    """Users in the think time that follows the operation which they ended, on average."""
    pauses = np.array([thinks.get(name, loop.mean_think) * 1e9 for name in rows.names]).astype(np.int64)
    done = rows.finished > 0
    since = rows.finished[done]
    return _overlap(since, since + pauses[rows.operation[done]], rows.begin, rows.end)
