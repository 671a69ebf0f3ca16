"""Whether a round's numbers can be believed: pure rules over what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from suite.contract.loop import ClosedLoop, Loop, OpenLoop
from suite.contract.metric import QUANTILES
from suite.measure.dialling import dial_ns, without
from suite.measure.distribution import SHOW, Exact, samples_wanted
from suite.measure.evidence import thirds
from suite.records.evidence import Evidence
from suite.records.outcome import BEYOND, Outcome
from suite.records.reason import Figure, Reason
from suite.records.recording import Recording
from suite.records.run import Validity, ValidityVerdict

_SLACK = {"invalid": (1e-3, 0.25), "doubtful": (2e-4, 0.10)}
"""Seconds, and share of a percentile, by which the generator may lengthen it before a verdict falls."""
_UNDELIVERED = {"invalid": 0.01, "doubtful": 0.001}
_IDLE_USERS = {"invalid": 0.5, "doubtful": 0.8}
_DELAY = 0.10
"""Runnable but waiting for a core, share of wall time: quiet machines show 1 %, contended ones 30 %."""
_SOME_DELAY, _DELAY_OF_RESPONSE = 0.03, 0.25
"""Less waiting matters too where it is this share of the mean response, spread over the operations."""
STILL = 0.5
"""Share of the time in which a loop may stand still before it, and nothing else, is what was measured."""
_SHORT = 0.05
"""What a generator without a moment to spare may fall short of the plan by chance of where it ends."""
_STEAL = 0.05
_OTHERS = 0.10
_THROTTLED = 0.01
"""Of one core: a period of a limit is a tenth of a second, and who is stopped waits for the rest of it."""
_MEMORY = 0.05
_TREND = 0.20


class _Doubt(NamedTuple):
    verdict: ValidityVerdict
    reason: Reason


def _doubt(verdict: ValidityVerdict, kind: str, **figures: Figure) -> _Doubt:
    return _Doubt(verdict, Reason(kind, figures))


def judge(
    recording: Recording,
    evidence: Evidence,
    *,
    loop: Loop,
    component: bool,
    cores_apart: bool,
    worker_deaths: int,
    faulty: bool = False,
) -> Validity:
    """The verdict on one round with its reasons, the invalidating ones first.

    Only evidence that load was distorted or not delivered makes it invalid. A Component shares its
    process with the generator: its busy time is response time, so lateness says nothing there.
    `cores_apart` is whether the system had cores of its own; one whose processes can't be read runs
    elsewhere and shares none with us. Where load was `faulty` on purpose a trend is no doubt.
    """
    rows = recording.loop_only().measured()
    doubts: list[_Doubt] = []
    if worker_deaths:
        doubts.append(_doubt("invalid", "worker_died", workers=worker_deaths))
    if not len(rows) and isinstance(loop, OpenLoop):
        doubts.append(_doubt("doubtful", "nothing_planned"))
    elif not len(rows):
        doubts.append(_doubt("invalid", "no_samples"))
    elif not component:
        late = list(_late(rows)) if isinstance(loop, OpenLoop) else []
        doubts += late
        doubts += _dialled(recording, rows, evidence)
        kept = list(_blocked(rows, evidence))
        doubts += kept
        doubts += _starved(evidence, late=bool(late))
        if isinstance(loop, OpenLoop):
            doubts += _undelivered(evidence)
        elif not kept:  # who waits for a loop that is kept is idle for no other reason
            doubts += _idle_users(evidence, loop)
        if (limit := saturation(evidence)) is not None:
            doubts.append(_Doubt("doubtful", limit))
    elsewhere = evidence.system_cpu is None
    if not (component or cores_apart or elsewhere):
        doubts.append(_doubt("doubtful", "shared_cores"))
    doubts += _noisy(evidence)
    doubts += _miscounted(evidence)
    if not faulty and not (isinstance(loop, OpenLoop) and not loop.steady):
        doubts += _trend(rows)
    doubts.sort(key=lambda doubt: doubt.verdict != "invalid")
    verdict: ValidityVerdict = doubts[0].verdict if doubts else "valid"
    return Validity(verdict, tuple(doubt.reason for doubt in doubts))


def _late(rows: Recording) -> Iterator[_Doubt]:
    """Compare each percentile with what a punctual generator would have seen.

    The rule looks at the reported figure rather than at lateness as such: 2 ms late is nothing to a
    response of a second and everything to one of 500 µs. Invalid if a percentile up to p99 is longer
    by both 1 ms and a quarter, doubtful from 200 µs and a tenth on.
    """
    seen = rows.where(rows.dispatched > 0)
    response = seen.response_ns()
    ok, beyond = seen.outcome == Outcome.ok, np.isin(seen.outcome, BEYOND)
    punctual = response - np.maximum(seen.lateness_ns(), 0)
    reported, fair = Exact(response[ok], response[beyond]), Exact(punctual[ok], punctual[beyond])
    shown = {
        name: quantile for name, quantile in QUANTILES.items() if fair.count >= samples_wanted(quantile, SHOW)
    } or {"p50": QUANTILES["p50"]}
    worst: tuple[float, _Doubt] | None = None
    for name, quantile in shown.items():
        long, short = reported.percentile(quantile)[0], fair.percentile(quantile)[0]
        if long is None or short is None:
            continue
        verdict = _slack_verdict(long - short, short)
        if verdict is not None and (worst is None or long - short > worst[0]):
            # One hiccup of ours may decide a p999; that alone is no reason to throw the round away.
            worst = (
                long - short,
                _doubt(
                    "doubtful" if name == "p999" else verdict,
                    "late_sends",
                    lateness_p99=Exact(seen.lateness_ns()).percentile(0.99)[0],
                    metric=f"response.{name}",
                    reported=long,
                    punctual=short,
                ),
            )
    if worst is not None:
        yield worst[1]


def _dialled(recording: Recording, rows: Recording, evidence: Evidence) -> Iterator[_Doubt]:
    """A response that is connecting for the most part; and connects that the kernel kept waiting.

    Both are true of clients that connect anew, and of no others.
    """
    full = bool(evidence.overflows and evidence.slow_connects)
    kernel: dict[str, Figure] = {}
    if full:
        kernel = {name: getattr(evidence, name) for name in ("overflows", "syns", "timeouts", "resets")}
    longest = without(rows, dial_ns(recording, rows)) if evidence.dialled else None
    if evidence.dialled and longest is not None:
        metric, reported, fair = longest
        if full or _slack_verdict(reported - fair, fair) == "invalid":
            figures: dict[str, Figure] = {"metric": metric, "reported": reported, "without": fair}
            yield _doubt("doubtful", "dialled", dialled=evidence.dialled, **figures, **kernel)
    elif full:
        yield _doubt("doubtful", "backlog_full", slow=evidence.slow_connects, **kernel)


def _slack_verdict(longer: float, than: float) -> ValidityVerdict | None:
    for verdict in ("invalid", "doubtful"):
        least, share = _SLACK[verdict]
        if longer > max(least, share * than):
            return "invalid" if verdict == "invalid" else "doubtful"
    return None


def _blocked(rows: Recording, evidence: Evidence) -> Iterator[_Doubt]:
    """What an answer waits while an operation keeps the worker's loop is none of the system's time.

    It is compared with the service times of each operation, at p50 and, where there are samples for it,
    at p99: a loop that stood still a hundredth of the time makes no other percentile.
    """
    found: list[tuple[float, _Doubt]] = []
    several = len(codes := np.unique(rows.operation)) > 1
    for code in codes:
        mine = rows.where((rows.operation == code) & (rows.started > 0))
        service = Exact(
            mine.with_outcome(Outcome.ok).service_ns(),
            mine.with_outcome(*(Outcome(one) for one in BEYOND)).service_ns(),
        )
        for name, lag in (("p50", evidence.lag_p50), ("p99", evidence.lag_p99)):
            if not lag or (name == "p99" and service.count < samples_wanted(QUANTILES[name], SHOW)):
                continue
            reported = service.percentile(QUANTILES[name])[0]
            verdict = None if reported is None else _slack_verdict(lag, max(reported - lag, 0.0))
            if verdict is not None:
                verdict = "invalid" if (evidence.blocked or 0.0) >= STILL else verdict
                metric = f"service.{name}" + (f"@{rows.names[code]}" if several else "")
                doubt = _doubt(
                    verdict,
                    "loop_blocked",
                    blocked=evidence.blocked,
                    operation=evidence.blocked_by,
                    place=evidence.blocked_at,
                    metric=metric,
                    reported=reported,
                    lag=lag,
                )
                found.append((lag / reported if reported else 0.0, doubt))
    if found:
        yield max(found, key=lambda one: (one[1].verdict == "invalid", one[0]))[1]


def _starved(evidence: Evidence, *, late: bool) -> Iterator[_Doubt]:
    """What workers waited for a core shows twice: in late sends, and in answers that were read late."""
    delay, wall = evidence.workers_delay, evidence.wall
    if delay is None or wall <= 0:
        return
    share = max(evidence.worker_delay, default=delay / wall)
    operations = evidence.delivered * wall
    each = delay / operations if operations else 0.0
    mean = evidence.little / evidence.delivered if evidence.little and evidence.delivered else 0.0
    if share > _DELAY or (share > _SOME_DELAY and each > _DELAY_OF_RESPONSE * mean):
        yield _doubt("invalid" if late else "doubtful", "run_delay", share=share, per_operation=each)


def _undelivered(evidence: Evidence) -> Iterator[_Doubt]:
    """Starts that the generator never came to; or all it could do was less than what was planned."""
    planned, dispatched = evidence.planned or 0.0, evidence.dispatched or 0.0
    missed = 1 - dispatched / planned
    share = evidence.delivered / planned
    busiest = evidence.saturated
    if busiest is not None and share < 1 - _SHORT:
        yield _doubt(
            "invalid",
            "undelivered",
            share=share,
            delivered=evidence.delivered,
            planned=planned,
            **_worker(evidence, busiest),
        )
    elif missed > _UNDELIVERED["doubtful"]:
        yield _doubt(
            "invalid" if missed > _UNDELIVERED["invalid"] else "doubtful",
            "missed_starts",
            missed=round(missed * evidence.due),
            due=evidence.due,
            share=dispatched / planned,
        )


def _worker(evidence: Evidence, index: int) -> dict[str, Figure]:
    """How busy worker `index` was: shares of a core used, and of the time waited for one."""
    return {"worker": index, "cpu": evidence.worker_cpu[index], "delay": evidence.worker_delay[index]}


def saturation(evidence: Evidence) -> Reason | None:
    """The first worker that could hardly have done more."""
    index = evidence.saturated
    return None if index is None else Reason("generator_saturated", _worker(evidence, index))


def _idle_users(evidence: Evidence, loop: ClosedLoop) -> Iterator[_Doubt]:
    """Little's law: users = rate x (service + think). Less means that users were not at work."""
    users = loop.users if evidence.users is None else evidence.users
    if evidence.busy is None or not users:
        return
    share = evidence.busy / users
    if share < _IDLE_USERS["doubtful"]:
        verdict: ValidityVerdict = "invalid" if share < _IDLE_USERS["invalid"] else "doubtful"
        yield _doubt(verdict, "idle_users", busy=evidence.busy, users=users)


def _noisy(evidence: Evidence) -> Iterator[_Doubt]:
    """Others on the machine who took what the system needed."""
    wall = evidence.wall
    if wall <= 0:
        return
    if evidence.steal is not None and evidence.steal > _STEAL * wall:
        yield _doubt("doubtful", "steal", share=evidence.steal / wall)
    others, delay = evidence.others, evidence.system_delay
    if others is not None and delay is not None and others > _OTHERS and delay > _DELAY * wall:
        yield _doubt("doubtful", "machine_busy", others=others, waited=delay, wall=wall)
    throttled = evidence.throttled
    if throttled is not None and throttled > _THROTTLED * wall:
        yield _doubt("doubtful", "throttled", times=evidence.throttles, share=throttled / wall)
    memory = evidence.pressure_memory
    if memory is not None and memory > _MEMORY:
        yield _doubt("doubtful", "memory_short", share=memory)


def _miscounted(evidence: Evidence) -> Iterator[_Doubt]:
    """The system's own count can't be below the answers that we got from it."""
    if evidence.served is not None and evidence.served < evidence.answered:
        yield _doubt("invalid", "counts_differ", served=evidence.served, answered=evidence.answered)


def _trend(rows: Recording) -> Iterator[_Doubt]:
    """Compare medians of the first and last four of twelve blocks.

    All four must lie beyond all four others by 20 % of them, and the middle between: where nothing
    changes that comes by chance in less than 2 of 70 cases even without the 20 %.
    """
    found = thirds(rows)
    if found is None:
        return
    first, middle, last = found
    between = min(first[0], last[0]) <= np.median(middle) <= max(first[-1], last[-1])
    apart = last[0] > (1 + _TREND) * first[-1] or first[0] > (1 + _TREND) * last[-1]
    if apart and between:
        yield _doubt("doubtful", "trend", first=float(np.median(first)), last=float(np.median(last)))
