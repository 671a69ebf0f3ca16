"""Whether a round's numbers can be believed: pure rules over what was recorded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from suite.contract.loop import ClosedLoop, Loop, OpenLoop
from suite.contract.metric import QUANTILES
from suite.measure.dialling import Dials, without
from suite.measure.distribution import SHOW, samples_wanted
from suite.measure.distributions import NO_TIMES, ranked
from suite.measure.endings import endings
from suite.measure.grouping import by_group
from suite.measure.load_doubts import (
    DELAY,
    Doubt,
    late_sends,
    missed_starts,
    noisy,
    slack_verdict,
)
from suite.measure.thirds import thirds
from suite.records.evidence import Evidence
from suite.records.reason import Figure, Reason
from suite.records.recording import Recording, Times
from suite.records.run import Validity, ValidityVerdict

_IDLE_USERS = {"invalid": 0.5, "doubtful": 0.8}
_SOME_DELAY, _DELAY_OF_RESPONSE = 0.03, 0.25
"""Less waiting matters too where it is this share of the mean response, spread over the operations."""
STILL = 0.5
"""Share of the time in which a loop may stand still before it, and nothing else, is what was measured."""
_SHORT = 0.05
"""What a generator without a moment to spare may fall short of the plan by chance of where it ends."""
_TREND = 0.20


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
    doubts: list[Doubt] = []
    if worker_deaths:
        doubts.append(Doubt.of("invalid", "worker_died", workers=worker_deaths))
    if not len(rows) and isinstance(loop, OpenLoop):
        doubts.append(Doubt.of("doubtful", "nothing_planned"))
    elif not len(rows):
        doubts.append(Doubt.of("invalid", "no_samples"))
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
            doubts.append(Doubt("doubtful", limit))
    elsewhere = evidence.system_cpu is None
    if not (component or cores_apart or elsewhere):
        doubts.append(Doubt.of("doubtful", "shared_cores"))
    doubts += noisy(evidence)
    doubts += _miscounted(evidence)
    if not faulty and not (isinstance(loop, OpenLoop) and not loop.steady):
        doubts += _trend(rows)
    doubts.sort(key=lambda doubt: doubt.verdict != "invalid")
    verdict: ValidityVerdict = doubts[0].verdict if doubts else "valid"
    return Validity(verdict, tuple(doubt.reason for doubt in doubts))


def _late(rows: Recording) -> Iterator[Doubt]:
    def times(_: object) -> Iterator[tuple[str, Times, Times]]:
        for piece in rows.only(lambda some: some.dispatched > 0).pieces():
            ok, beyond = endings(piece)
            response, lateness = piece.response_ns(), piece.lateness_ns()
            punctual = response - np.maximum(lateness, 0)
            yield "reported", response[ok], response[beyond]
            yield "fair", punctual[ok], punctual[beyond]
            yield "late", lateness, lateness[:0]

    found = ranked(times, QUANTILES.values())
    yield from late_sends(*(found.get(key, NO_TIMES) for key in ("reported", "fair", "late")))


def _dialled(recording: Recording, rows: Recording, evidence: Evidence) -> Iterator[Doubt]:
    """A response that is connecting for the most part; and connects that the kernel kept waiting.

    Both are true of clients that connect anew, and of no others.
    """
    full = bool(evidence.overflows and evidence.slow_connects)
    kernel: dict[str, Figure] = {}
    if full:
        kernel = {name: getattr(evidence, name) for name in ("overflows", "syns", "timeouts", "resets")}
    longest = without(rows, Dials(recording)) if evidence.dialled else None
    if evidence.dialled and longest is not None:
        metric, reported, fair = longest
        if full or slack_verdict(reported - fair, fair) == "invalid":
            figures: dict[str, Figure] = {"metric": metric, "reported": reported, "without": fair}
            yield Doubt.of("doubtful", "dialled", dialled=evidence.dialled, **figures, **kernel)
    elif full:
        yield Doubt.of("doubtful", "backlog_full", slow=evidence.slow_connects, **kernel)


def _blocked(rows: Recording, evidence: Evidence) -> Iterator[Doubt]:
    """What an answer waits while an operation keeps the worker's loop is none of the system's time.

    It is compared with the service times of each operation, at p50 and at p99, or the longest where there are
    not the samples for that: a loop that stood still a hundredth of the time makes no other percentile.
    """
    if not (evidence.lag_p50 or evidence.lag_p99):
        return

    def times(_: object) -> Iterator[tuple[int, Times, Times]]:
        for piece in rows.pieces():
            ok, beyond = endings(piece)
            for code, *columns in by_group(piece.operation, piece.service_ns(), ok, beyond, piece.started):
                service, well, bound, started = columns
                yield code, service[well & (started > 0)], service[bound & (started > 0)]

    found: list[tuple[float, Doubt]] = []
    places = {"p50": QUANTILES["p50"], "p99": QUANTILES["p99"], "max": 1.0}
    each = ranked(times, places.values())
    several = len(each) > 1
    for code, service in sorted(each.items()):
        for name, lag in (("p50", evidence.lag_p50), ("p99", evidence.lag_p99)):
            if not lag:
                continue
            few = name == "p99" and service.count < samples_wanted(QUANTILES[name], SHOW)
            point = "max" if few else name
            reported = service.percentile(places[point])[0]
            verdict = None if reported is None else slack_verdict(lag, max(reported - lag, 0.0))
            if verdict is not None:
                verdict = "invalid" if (evidence.blocked or 0.0) >= STILL else verdict
                metric = f"service.{point}" + (f"@{rows.names[code]}" if several else "")
                doubt = Doubt.of(
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


def _starved(evidence: Evidence, *, late: bool) -> Iterator[Doubt]:
    """What workers waited for a core shows twice: in late sends, and in answers that were read late."""
    delay, wall = evidence.workers_delay, evidence.wall
    if delay is None or wall <= 0:
        return
    share = max(evidence.worker_delay, default=delay / wall)
    operations = evidence.delivered * wall
    each = delay / operations if operations else 0.0
    mean = evidence.little / evidence.delivered if evidence.little and evidence.delivered else 0.0
    if share > DELAY or (share > _SOME_DELAY and each > _DELAY_OF_RESPONSE * mean):
        yield Doubt.of("invalid" if late else "doubtful", "run_delay", share=share, per_operation=each)


def _undelivered(evidence: Evidence) -> Iterator[Doubt]:
    """Starts that the generator never came to; or all it could do was less than what was planned."""
    planned, dispatched = evidence.planned or 0.0, evidence.dispatched or 0.0
    share = evidence.delivered / planned
    busiest = evidence.saturated
    if busiest is not None and share < 1 - _SHORT:
        yield Doubt.of(
            "invalid",
            "undelivered",
            share=share,
            delivered=evidence.delivered,
            planned=planned,
            **_worker(evidence, busiest),
        )
    else:
        yield from missed_starts(1 - dispatched / planned, evidence.due)


def _worker(evidence: Evidence, index: int) -> dict[str, Figure]:
    """How busy worker `index` was: shares of a core used, and of the time waited for one."""
    return {"worker": index, "cpu": evidence.worker_cpu[index], "delay": evidence.worker_delay[index]}


def saturation(evidence: Evidence) -> Reason | None:
    """The first worker that could hardly have done more."""
    index = evidence.saturated
    return None if index is None else Reason("generator_saturated", _worker(evidence, index))


def _idle_users(evidence: Evidence, loop: ClosedLoop) -> Iterator[Doubt]:
    """Little's law: users = rate x (service + think). Less means that users were not at work."""
    users = loop.users if evidence.users is None else evidence.users
    if evidence.busy is None or not users:
        return
    share = evidence.busy / users
    if share < _IDLE_USERS["doubtful"]:
        verdict: ValidityVerdict = "invalid" if share < _IDLE_USERS["invalid"] else "doubtful"
        yield Doubt.of(verdict, "idle_users", busy=evidence.busy, users=users)


def _miscounted(evidence: Evidence) -> Iterator[Doubt]:
    """The system's own count can't be below the answers that we got from it."""
    if evidence.served is not None and evidence.served < evidence.answered:
        yield Doubt.of("invalid", "counts_differ", served=evidence.served, answered=evidence.answered)


def _trend(rows: Recording) -> Iterator[Doubt]:
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
        yield Doubt.of("doubtful", "trend", first=float(np.median(first)), last=float(np.median(last)))
