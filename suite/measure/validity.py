"""Whether a round's numbers can be believed: pure rules over what was recorded.

A reason reads "what: figures"; the part before the colon names it, so that rounds can be summed up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from suite.contract.loop import ClosedLoop, Loop, OpenLoop
from suite.contract.metric import QUANTILES
from suite.measure.distribution import SHOW, Exact, samples_wanted
from suite.measure.evidence import thirds
from suite.measure.recording import Recording
from suite.records.evidence import Evidence
from suite.records.outcome import BEYOND, Outcome
from suite.records.run import Validity, ValidityVerdict
from suite.units import format_quantity

_SLACK = {"invalid": (1e-3, 0.25), "doubtful": (2e-4, 0.10)}
"""Seconds, and share of a percentile, by which the generator may lengthen it before a verdict falls."""
_UNDELIVERED = {"invalid": 0.01, "doubtful": 0.001}
_IDLE_USERS = {"invalid": 0.5, "doubtful": 0.8}
_DELAY = 0.10
"""Runnable but waiting for a core, share of wall time: quiet machines show 1 %, contended ones 30 %."""
_SOME_DELAY, _DELAY_OF_RESPONSE = 0.03, 0.25
"""Less waiting matters too where it is this share of the mean response, spread over the operations."""
_SHORT = 0.05
"""What a generator without a moment to spare may fall short of the plan by chance of where it ends."""
_STEAL = 0.05
_OTHERS = 0.10
_MEMORY = 0.05
_TREND = 0.20


class _Reason(NamedTuple):
    verdict: ValidityVerdict
    text: str


def judge(
    recording: Recording,
    evidence: Evidence,
    *,
    loop: Loop,
    component: bool,
    cores_apart: bool,
    worker_deaths: int,
) -> Validity:
    """The verdict on one round with its reasons, the invalidating ones first.

    Only evidence that load was distorted or not delivered makes it invalid. A Component shares its
    process with the generator: its busy time is response time, so lateness says nothing there.
    `cores_apart` is whether the system had cores of its own; one whose processes can't be read runs
    elsewhere and shares none with us.
    """
    rows = recording.loop_only().measured()
    reasons: list[_Reason] = []
    if worker_deaths:
        reasons.append(_Reason("invalid", f"a worker died: {worker_deaths}, with its share of load"))
    if not len(rows):
        reasons.append(_Reason("invalid", "no samples: no operation was due in the measured part"))
    elif not component:
        late = list(_late(rows)) if isinstance(loop, OpenLoop) else []
        reasons += late
        reasons += _starved(evidence, late=bool(late))
        reasons += _undelivered(evidence) if isinstance(loop, OpenLoop) else _idle_users(evidence, loop)
        reasons += _at_its_limit(evidence)
    elsewhere = evidence.system_cpu is None
    if not (component or cores_apart or elsewhere):
        reasons.append(_Reason("doubtful", "system and load generator share cores: each slows the other"))
    reasons += _noisy(evidence)
    reasons += _miscounted(evidence)
    if not (isinstance(loop, OpenLoop) and loop.arrivals in ("ramp", "stages")):
        reasons += _trend(rows)
    reasons.sort(key=lambda reason: reason.verdict != "invalid")
    verdict: ValidityVerdict = reasons[0].verdict if reasons else "valid"
    return Validity(verdict, tuple(reason.text for reason in reasons))


def _late(rows: Recording) -> Iterator[_Reason]:
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
    worst: tuple[float, _Reason] | None = None
    for name, quantile in shown.items():
        long, short = reported.percentile(quantile)[0], fair.percentile(quantile)[0]
        if long is None or short is None:
            continue
        verdict = _slack_verdict(long - short, short)
        if verdict is not None and (worst is None or long - short > worst[0]):
            p99 = format_quantity(Exact(seen.lateness_ns()).percentile(0.99)[0], "s")
            text = (
                f"the generator was late: sends p99 {p99} after plan; response.{name} is "
                f"{format_quantity(long, 's')} instead of {format_quantity(short, 's')}"
            )
            # One hiccup of ours may decide a p999; that alone is no reason to throw the round away.
            worst = long - short, _Reason("doubtful" if name == "p999" else verdict, text)
    if worst is not None:
        yield worst[1]


def _slack_verdict(longer: float, than: float) -> ValidityVerdict | None:
    for verdict in ("invalid", "doubtful"):
        least, share = _SLACK[verdict]
        if longer > max(least, share * than):
            return "invalid" if verdict == "invalid" else "doubtful"
    return None


def _starved(evidence: Evidence, *, late: bool) -> Iterator[_Reason]:
    """What workers waited for a core shows twice: in late sends, and in answers that were read late."""
    delay, wall = evidence.workers_delay, evidence.wall
    if delay is None or wall <= 0:
        return
    share = max(evidence.worker_delay, default=delay / wall)
    operations = evidence.delivered * wall
    each = delay / operations if operations else 0.0
    mean = evidence.little / evidence.delivered if evidence.little and evidence.delivered else 0.0
    if share > _DELAY or (share > _SOME_DELAY and each > _DELAY_OF_RESPONSE * mean):
        text = (
            f"the generator had to wait for a core: {format_quantity(share, 'ratio')} of the time, "
            f"{format_quantity(each, 's')} per operation"
        )
        yield _Reason("invalid" if late else "doubtful", text)


def _undelivered(evidence: Evidence) -> Iterator[_Reason]:
    """Starts that the generator never came to; or all it could do was less than what was planned."""
    planned, dispatched = evidence.planned or 0.0, evidence.dispatched or 0.0
    missed = 1 - dispatched / planned
    delivered = evidence.delivered / planned
    busiest = evidence.saturated
    if busiest is not None and delivered < 1 - _SHORT:
        text = (
            f"planned load was not delivered: the generator delivered {format_quantity(delivered, 'ratio')} "
            f"of the planned load ({format_quantity(evidence.delivered, '1/s')} of "
            f"{format_quantity(planned, '1/s')}); {worker_words(evidence, busiest)}"
        )
        yield _Reason("invalid", text)
    elif missed > _UNDELIVERED["doubtful"]:
        starts = round(missed * evidence.due)
        text = (
            f"planned load was not delivered: the generator never came to {starts:,} of {evidence.due:,} "
            f"starts, it delivered {format_quantity(dispatched / planned, 'ratio')} of the planned load"
        )
        yield _Reason("invalid" if missed > _UNDELIVERED["invalid"] else "doubtful", text)


def worker_words(evidence: Evidence, index: int) -> str:
    """How busy worker `index` was."""
    cpu, delay = evidence.worker_cpu[index], evidence.worker_delay[index]
    waited = (
        f" and waited for it {format_quantity(delay, 'ratio')} of the time" if delay > _SOME_DELAY else ""
    )
    return f"worker {index} used {format_quantity(cpu, 'ratio')} of its core{waited}"


def _at_its_limit(evidence: Evidence) -> Iterator[_Reason]:
    index = evidence.saturated
    if index is not None:
        text = f"the generator was at its limit: {worker_words(evidence, index)}; the system may do more"
        yield _Reason("doubtful", text)


def _idle_users(evidence: Evidence, loop: ClosedLoop) -> Iterator[_Reason]:
    """Little's law: users = rate x (service + think). Less means that users were not at work."""
    if evidence.busy is None:
        return
    share = evidence.busy / loop.users
    if share < _IDLE_USERS["doubtful"]:
        text = f"users were idle: {evidence.busy:.3g} of {loop.users:,} at work on average (Little's law)"
        yield _Reason("invalid" if share < _IDLE_USERS["invalid"] else "doubtful", text)


def _noisy(evidence: Evidence) -> Iterator[_Reason]:
    """Others on the machine who took what the system needed."""
    wall = evidence.wall
    if wall <= 0:
        return
    if evidence.steal is not None and evidence.steal > _STEAL * wall:
        share = format_quantity(evidence.steal / wall, "ratio")
        yield _Reason("doubtful", f"noisy machine: the hypervisor took {share} of a core away")
    others, delay = evidence.others, evidence.system_delay
    if others is not None and delay is not None and others > _OTHERS and delay > _DELAY * wall:
        text = (
            f"busy machine: other programs used {others:.2g} cores, and the system waited "
            f"{format_quantity(delay, 's')} in {format_quantity(wall, 's')} for a core"
        )
        yield _Reason("doubtful", text)
    memory = evidence.pressure_memory
    if memory is not None and memory > _MEMORY:
        text = f"memory is short: programs waited for it {format_quantity(memory, 'ratio')} of the time"
        yield _Reason("doubtful", text)


def _miscounted(evidence: Evidence) -> Iterator[_Reason]:
    """The system's own count can't be below the answers that we got from it."""
    if evidence.served is not None and evidence.served < evidence.answered:
        text = (
            f"counts differ: the system counted {evidence.served:,.0f}, {evidence.answered:,} were answered"
        )
        yield _Reason("invalid", text)


def _trend(rows: Recording) -> Iterator[_Reason]:
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
        was, became = (format_quantity(float(np.median(part)), "s") for part in (first, last))
        yield _Reason(
            "doubtful", f"a trend within the measured part: median response went from {was} to {became}"
        )
