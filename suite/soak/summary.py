"""From the windows of a soak to what they come to: trends, metrics, whether it can be believed."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from suite.contract.loop import ClosedLoop, OpenLoop
from suite.contract.threshold import holds
from suite.contract.workload import Workload
from suite.measure.combine import combine
from suite.measure.shares import joined_round
from suite.measure.tally import Tally
from suite.records.provenance import provenance_of
from suite.records.reason import Reason
from suite.records.run import Failure, Judgement, Round, Run, Validity, ValidityVerdict, worst
from suite.records.soak import Soak, SoakWindow, Trend
from suite.soak.limits import threshold_limits
from suite.soak.plan import LEAST
from suite.soak.series import WORKERS, all_series, tallies
from suite.soak.trends import trend

_MOST_INVALID = 0.5
"""Of the windows: with more that can't be believed the soak can't."""
_FAILURES = "failures"
_MOST_FAILURES = 0.01
"""What may fail where no threshold says otherwise."""


def summed_up(
    soak: Soak,
    windows: Sequence[SoakWindow],
    workload: Workload,
    *,
    limits: Mapping[str, float],
    partial: bool = False,
    error: Failure | None = None,
) -> Soak:
    """The soak with its `windows` and what they say. `limits` are given by metric, beside the thresholds.

    Of a soak that is `partial` what is there is judged as far as that goes.
    """
    counted = [window for window in windows if not window.warming]
    closed = not isinstance(workload.loop, OpenLoop)
    known = {**threshold_limits(workload), **limits}
    found = [trend(one) for one in all_series(counted, closed=closed, limits=known)] if counted else []
    trends = tuple(one for one in found if one is not None)
    whole = _whole(soak, counted, workload) if counted else None
    return replace(
        soak,
        windows=tuple(windows),
        trends=trends,
        metrics=whole.metrics if whole else {},
        thresholds=tuple(_judged(whole)) if whole else (),
        validity=_validity(counted, trends, _not_made(workload)),
        partial=partial,
        error=error,
    )


def so_far(soak: Soak, windows: Sequence[SoakWindow]) -> Soak:
    """The same of a soak that was cut off, of which nobody has the workload: as partial, without what its
    thresholds and checks say.
    """
    counted = [window for window in windows if not window.warming]
    found = [trend(one) for one in all_series(counted, closed=soak.plan.get("loop") == ClosedLoop.kind)]
    trends = tuple(one for one in found if one is not None)
    validity = _validity(counted, trends, [Reason("soak_cut_off", {"wanted": soak.wanted})])
    return replace(soak, windows=tuple(windows), trends=trends, validity=validity, partial=True)


def _not_made(workload: Workload) -> list[Reason]:
    return [Reason("checks_left_out", {"checks": len(workload.checks)})] if workload.checks else []


def _whole(soak: Soak, windows: Sequence[SoakWindow], workload: Workload) -> Run:
    """All windows as one round."""
    parts = (Tally(tallies(window.operations), tallies(window.beside)) for window in windows)
    tally = functools.reduce(_added, parts)  # one after the other: all of them together are large
    seconds = sum(window.seconds for window in windows)
    one = joined_round({"": Round(0)}, tally, seconds, loop=workload.loop)
    origin = {
        name: value for name, value in provenance_of(soak).items() if name not in ("workload", "partial")
    }
    return combine(workload, [one], **origin)


def _added(one: Tally, other: Tally) -> Tally:
    return Tally.merged([one, other])


def _judged(whole: Run) -> Iterator[Judgement]:
    """The thresholds on what operations came to; others are no matter of a soak."""
    yield from (one for one in whole.thresholds if one.value is not None)
    failures = whole.metrics.get(_FAILURES)
    if any(one.metric == _FAILURES for one in whole.thresholds):
        return
    if failures is not None and failures.value is not None:
        passed = holds(failures.value, _MOST_FAILURES, "lower")
        yield Judgement(_FAILURES, "critical", _MOST_FAILURES, failures.value, passed)


def _validity(windows: Sequence[SoakWindow], trends: Sequence[Trend], left_out: Iterable[Reason]) -> Validity:
    """Whether there are enough windows that can be believed; of reasons of one kind the first. What was
    `left_out` makes no doubt.
    """
    reasons: list[Reason] = []
    verdicts: list[ValidityVerdict] = ["valid"]
    bad = [window for window in windows if window.validity.verdict == "invalid"]
    if len(windows) < LEAST:
        reasons.append(Reason("few_windows", {"windows": len(windows), "wanted": LEAST}))
        verdicts.append("invalid")
    if bad:
        first = next((one for window in bad for one in window.validity.reasons), Reason("no_reason"))
        reasons.append(first.behind("windows_invalid", invalid=len(bad), windows=len(windows)))
        verdicts.append("invalid" if len(bad) > _MOST_INVALID * len(windows) else "doubtful")
    kinds: dict[str, list[Reason]] = {}
    for window in windows:
        if window.validity.verdict == "doubtful":
            for reason in window.validity.reasons:
                kinds.setdefault(reason.kind, []).append(reason)
    for alike in kinds.values():
        reasons.append(
            Reason(alike[0].kind, {**alike[0].figures, "in_windows": len(alike), "of_windows": len(windows)})
        )
        verdicts.append("doubtful")
    for one in trends:
        if one.course == "told" and one.metric.endswith(f"@{WORKERS}"):
            reasons.append(Reason("workers_drift", {"metric": one.metric.partition("@")[0]}))
            verdicts.append("doubtful")
    return Validity(worst(verdicts), (*reasons, *left_out))
