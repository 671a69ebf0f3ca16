"""From a workload's rounds to its Run: merged metrics, judged thresholds."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from suite.contract.metric import QUANTILES, Metric
from suite.contract.threshold import Threshold, holds
from suite.measure.distribution import GATE, Point, percentile, points, samples_wanted
from suite.measure.fault_doubts import few
from suite.measure.ratios import RATIOS, ratio
from suite.measure.slowest import merged
from suite.records.detail import Detail
from suite.records.histogram import Histogram
from suite.records.outcome import OUTCOMES
from suite.records.reason import Reason
from suite.records.run import CheckResult, Failure, Judgement, Measured, Round, Run, Validity, worst

_BY_WEIGHT = ("interrupted", "system", "internal", "worker")
_REDUCE: dict[str, Callable[[Sequence[float]], float]] = {
    "max": max,
    "min": min,
    "median": statistics.median,
    "sum": sum,
}


class RunJudge(Protocol):
    """What of a workload a Run is made by."""

    @property
    def name(self) -> str: ...

    @property
    def thresholds(self) -> Sequence[Threshold]: ...

    def metric(self, name: str) -> Metric | None:
        """See `Workload`."""


def combine(
    workload: RunJudge,
    rounds: Sequence[Round],
    *,
    told: Iterable[Reason] = (),
    **provenance: Any,
) -> Run:
    """The Run of `rounds`; `provenance` is what it has of that beside the workload, `told` are doubts of all.

    Values come from merged histograms and summed counts, or as the metric says; a round that failed
    gives no values unless all did, but its outcomes and details count. A value that is only a lower
    bound passes no level: it either breaks the limit or has not been shown to hold it.
    """
    whole = [one for one in rounds if one.failure is None] or list(rounds)
    keys = dict.fromkeys(key for one in whole for key in one.histograms)
    histograms = {
        key: Histogram.merged(one.histograms[key] for one in whole if key in one.histograms) for key in keys
    }
    names = dict.fromkeys(name for one in whole for name in one.metrics)
    metrics = {name: _measured(name, workload, rounds, whole, histograms) for name in names}
    outcomes = summed(one.outcomes for one in rounds)
    total = outcomes.pop("", dict.fromkeys(OUTCOMES, 0))
    incidents = [incident for one in rounds for incident in one.incidents]
    doubts = [*told, *_thin(workload, histograms), *few(workload.thresholds, incidents)]
    validity = _validity(rounds, doubts)
    partial = any(one.failure or one.stopped for one in rounds)
    return Run(
        **provenance,
        workload=workload.name,
        partial=partial,
        rounds=len(rounds),
        metrics=metrics,
        histograms=histograms,
        outcomes=total,
        operations=outcomes,
        statuses=summed(one.statuses for one in rounds),
        details=merged_details(rounds),
        thresholds=tuple(_judgements(workload, metrics)),
        checks=(*_checks(rounds), *_none_succeeded(workload, partial, validity, total)),
        series=next((one.series for one in whole), {}),
        validity=validity,
        pids=tuple(one.pids for one in rounds),
        error=_error(rounds),
        evidence=tuple(one.evidence for one in rounds),
        limiter=_limiter(rounds),
        outputs=next((one.outputs for one in rounds if one.outputs), ()),
        observed=next((one.observed for one in whole), ()),
        incidents=tuple(incidents),
        slowest=merged(one.slowest for one in whole),
        stopped=next((one.stopped for one in rounds if one.stopped), None),
    )


def _measured(
    name: str,
    workload: RunJudge,
    rounds: Sequence[Round],
    whole: Sequence[Round],
    histograms: Mapping[str, Histogram],
) -> Measured:
    metric = workload.metric(name) or Metric(name, better="none")
    point = _merged(name, whole, histograms) if metric.combine == "merged" else _reduced(name, metric, whole)
    values = tuple(one.metrics.get(name) for one in rounds)
    note = point.note or next((one.notes[name] for one in whole if name in one.notes), None)
    if metric.combine == "merged" and point.value is not None:
        note = None  # the rounds' notes say why they could show no value of their own
    return Measured(metric.unit, metric.better, point.value, values, point.at_least, note)


def _merged(name: str, whole: Sequence[Round], histograms: Mapping[str, Histogram]) -> Point:
    base, at, operation = name.partition("@")
    if base in RATIOS:
        return ratio(name, [one.sums for one in whole]) or Point(None)
    kind, _, place = base.partition(".")
    histogram = histograms.get(kind + at + operation)
    if histogram is None:
        return Point(None)
    if place in QUANTILES:
        return percentile(histogram, QUANTILES[place])
    return dict(points(kind, histogram))[base]


def _reduced(name: str, metric: Metric, whole: Sequence[Round]) -> Point:
    values = [value for one in whole if (value := one.metrics.get(name)) is not None]
    if not values:
        return Point(None)
    return Point(_REDUCE[metric.combine](values), any(name in one.at_least for one in whole))


def _judgements(workload: RunJudge, metrics: Mapping[str, Measured]) -> Iterable[Judgement]:
    for threshold in workload.thresholds:
        metric = workload.metric(threshold.metric)
        if metric is None:
            continue  # a Workload refuses such a threshold
        measured = metrics.get(threshold.metric)
        value = measured.value if measured else None
        for level, limit in threshold.limits(metric).items():
            passed = None if value is None else holds(value, limit, metric.better)
            if passed and measured and measured.at_least:
                passed = False
            yield Judgement(threshold.metric, level, limit, value, passed)


def _thin(workload: RunJudge, histograms: Mapping[str, Histogram]) -> Iterable[Reason]:
    """Percentiles with a threshold whose sampling error is too large to gate on."""
    for name in dict.fromkeys(threshold.metric for threshold in workload.thresholds):
        base, at, operation = name.partition("@")
        kind, _, place = base.partition(".")
        histogram = histograms.get(kind + at + operation)
        if place in QUANTILES and histogram is not None:
            wanted = samples_wanted(QUANTILES[place], GATE)
            if 0 < histogram.count < wanted:
                yield Reason("few_samples", {"metric": name, "n": histogram.count, "wanted": wanted})


def _validity(rounds: Sequence[Round], doubts: Iterable[Reason]) -> Validity:
    """The worst verdict; of reasons of one kind the first, and in how many rounds there were such."""
    found: dict[str, list[Reason]] = {}
    for one in rounds:
        for reason in one.validity.reasons:
            found.setdefault(reason.kind, []).append(reason)
    reasons = [
        alike[0] if len(rounds) == 1 else _in_rounds(alike[0], len(alike), len(rounds))
        for alike in found.values()
    ]
    thin = list(doubts)
    verdicts = [one.validity.verdict for one in rounds]
    if thin:
        verdicts.append("doubtful")
    # A round without arrivals is a round like others, but one of them must have some.
    if len(found.get("nothing_planned", ())) == len(rounds):
        verdicts.append("invalid")
    return Validity(worst(verdicts), (*reasons, *thin))


def _limiter(rounds: Sequence[Round]) -> Reason | None:
    """The limiter of most rounds, with the figures of the first of them."""
    found = [one.limiter for one in rounds if one.limiter is not None]
    if not found:
        return None
    (kind, count), *others = Counter(limiter.kind for limiter in found).most_common()
    first = next(limiter for limiter in found if limiter.kind == kind)
    return _in_rounds(first, count, len(found)) if others else first


def _in_rounds(reason: Reason, count: int, rounds: int) -> Reason:
    return Reason(reason.kind, {**reason.figures, "in_rounds": count, "of_rounds": rounds})


def _checks(rounds: Sequence[Round]) -> tuple[CheckResult, ...]:
    merged: dict[str, CheckResult] = {}
    for check in (check for one in rounds for check in one.checks):
        if check.name not in merged or merged[check.name].passed:
            merged[check.name] = check
    return tuple(merged.values())


def _none_succeeded(
    workload: RunJudge, partial: bool, validity: Validity, outcomes: Mapping[str, int]
) -> Iterable[CheckResult]:
    """The check that nobody has to write: of a system that did nothing right there is nothing to pass. Who
    sets a threshold for failures has said how many there may be; who is rejected was answered.
    """
    judged = any(threshold.metric.partition("@")[0] == "failures" for threshold in workload.thresholds)
    seen = {kind: count for kind, count in outcomes.items() if count}
    answered = {"ok", "rejected"} & seen.keys()
    if seen and not (partial or judged or answered or validity.verdict == "invalid"):
        detail = f"none of {sum(seen.values()):,} did"
        yield CheckResult("an operation succeeds", passed=False, detail=detail)


def merged_details(rounds: Iterable[Round]) -> tuple[Detail, ...]:
    """What went wrong in all of them by cause, most frequent first; of each cause the earliest example."""
    merged: dict[tuple[str, str, str], Detail] = {}
    for detail in (detail for one in rounds for detail in one.details):
        key = (detail.outcome, detail.kind, detail.operation)
        known = merged.get(key)
        earliest = detail if known is None or detail.first < known.first else known
        count = detail.count + (known.count if known else 0)
        merged[key] = Detail(*key, count, earliest.first, earliest.example)
    return tuple(sorted(merged.values(), key=lambda detail: -detail.count))


def summed(parts: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """Counts by name and key, added up."""
    total: dict[str, dict[str, int]] = {}
    for name, counts in (item for part in parts for item in part.items()):
        into = total.setdefault(name, {})
        for key, count in counts.items():
            into[key] = into.get(key, 0) + count
    return total


def _error(rounds: Sequence[Round]) -> Failure | None:
    failures = [one.failure for one in rounds if one.failure is not None]
    return min(failures, key=lambda failure: _BY_WEIGHT.index(failure.kind), default=None)
