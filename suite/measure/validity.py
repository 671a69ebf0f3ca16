"""Whether a round's numbers can be believed: pure rules over what was recorded.

A reason reads "what: figures"; the part before the colon names it, so that rounds can be summed up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from suite.loop import ClosedLoop, Loop, OpenLoop
from suite.measure.distribution import SHOW, Exact, samples_wanted
from suite.measure.recording import Recording, Times
from suite.measure.resources import Resources
from suite.metric import QUANTILES
from suite.outcome import BEYOND, Outcome
from suite.run import Validity, ValidityVerdict
from suite.units import format_quantity

_SLACK = {"invalid": (1e-3, 0.25), "doubtful": (2e-4, 0.10)}
"""Seconds, and share of a percentile, by which the generator may lengthen it before a verdict falls."""
_UNDELIVERED = {"invalid": 0.01, "doubtful": 0.001}
_IDLE_USERS = {"invalid": 0.5, "doubtful": 0.8}
_DELAY = 0.10
"""Runnable but waiting for a core, share of wall time: quiet machines show 1 %, contended ones 30 %."""
_STEAL = 0.05
_TREND = 0.20
_BLOCKS, _PER_BLOCK = 12, 100


class _Reason(NamedTuple):
    verdict: ValidityVerdict
    text: str


def judge(
    recording: Recording,
    round_metrics: Mapping[str, float | None],
    resources: Resources,
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
        reasons += _starved(resources, late=bool(late))
        reasons += _undelivered(rows) if isinstance(loop, OpenLoop) else _idle_users(recording, loop)
    elsewhere = resources.system.cpu is None
    if not (component or cores_apart or elsewhere):
        reasons.append(_Reason("doubtful", "system and load generator share cores: each slows the other"))
    if resources.steal is not None and resources.wall > 0 and resources.steal > _STEAL * resources.wall:
        share = format_quantity(resources.steal / resources.wall, "ratio")
        reasons.append(_Reason("doubtful", f"noisy machine: the hypervisor took {share} of a core away"))
    if not (isinstance(loop, OpenLoop) and loop.arrivals in ("ramp", "stages")):
        reasons += _trend(rows, round_metrics)
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


def _starved(resources: Resources, *, late: bool) -> Iterator[_Reason]:
    delay, wall = resources.workers.run_delay, resources.wall
    if delay is not None and wall > 0 and delay > _DELAY * wall:
        share = format_quantity(delay / wall, "ratio")
        text = f"the generator had to wait for a core: {share} of the time"
        yield _Reason("invalid" if late else "doubtful", text)


def _undelivered(rows: Recording) -> Iterator[_Reason]:
    missed = int(np.count_nonzero(rows.dispatched == 0))
    share = missed / len(rows)
    if share > _UNDELIVERED["doubtful"]:
        text = (
            f"planned load was not delivered: the generator never came to {missed:,} of {len(rows):,} starts"
        )
        yield _Reason("invalid" if share > _UNDELIVERED["invalid"] else "doubtful", text)


def _idle_users(recording: Recording, loop: ClosedLoop) -> Iterator[_Reason]:
    """Little's law: users = rate x (service + think). Less means that users were not at work."""
    begin, end = recording.begin, recording.end
    if end <= begin:
        return
    rows = recording.where(recording.by_loop & (recording.started > 0))
    ended = np.where(rows.finished > 0, np.minimum(rows.finished, end), end)
    busy = float(np.maximum(ended - np.maximum(rows.started, begin), 0).sum())
    completed = int(np.count_nonzero((rows.finished > begin) & (rows.finished <= end)))
    think = sum(loop.think) / 2 if isinstance(loop.think, tuple) else loop.think
    users = (busy + think * 1e9 * completed) / (end - begin)
    share = users / loop.users
    if share < _IDLE_USERS["doubtful"]:
        text = f"users were idle: {users:.3g} of {loop.users:,} at work on average (Little's law)"
        yield _Reason("invalid" if share < _IDLE_USERS["invalid"] else "doubtful", text)


def _trend(rows: Recording, metrics: Mapping[str, float | None]) -> Iterator[_Reason]:
    """Compare medians of the first and last four of twelve blocks.

    All four must lie beyond all four others by 20 % of them, and the middle between: where nothing
    changes that comes by chance in less than 2 of 70 cases even without the 20 %.
    """
    ok = rows.with_outcome(Outcome.ok)
    if metrics.get("response.p50") is None or len(ok) < _BLOCKS * _PER_BLOCK:
        return
    order = np.argsort(ok.intended, kind="stable")
    blocks: list[Times] = np.array_split(ok.response_ns()[order], _BLOCKS)
    medians = [float(np.median(block)) * 1e-9 for block in blocks]
    third = _BLOCKS // 3
    first, middle, last = (sorted(medians[i : i + third]) for i in range(0, _BLOCKS, third))
    between = min(first[0], last[0]) <= np.median(middle) <= max(first[-1], last[-1])
    apart = last[0] > (1 + _TREND) * first[-1] or first[0] > (1 + _TREND) * last[-1]
    if apart and between:
        was, became = (format_quantity(float(np.median(part)), "s") for part in (first, last))
        yield _Reason(
            "doubtful", f"a trend within the measured part: median response went from {was} to {became}"
        )
