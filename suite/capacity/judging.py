"""A round as one look of a capacity search: which thresholds broke, whether it says anything at all."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from suite.capacity.backlog import Backlog
from suite.contract.metric import QUANTILES
from suite.contract.threshold import holds
from suite.contract.workload import Workload
from suite.measure.validity import saturation
from suite.records.capacity import Probe
from suite.records.level import LEVELS, Level
from suite.records.reason import Reason
from suite.records.run import Round

FAILURES = 0.01
"""Failures allowed where the workload has no threshold on them: what fails at once is not capacity."""
REJECTED = 0.01
"""More rejected than at the first look: a limit of the system said no because of the load."""
_DELIVERED = 0.98
_OF_THE_LOAD = ("throughput", "offered", "time_per_operation")
"""A threshold on these says how much load there must be, not what the system must hold under it."""


class _Break(NamedTuple):
    excess: float
    name: str
    reason: Reason


def limits(workload: Workload, level: Level) -> dict[str, tuple[float, str, str]]:
    """(limit, better, unit) by metric: at `level`, or at the next worse level where it has none."""
    found: dict[str, tuple[float, str, str]] = {}
    for threshold in workload.thresholds:
        metric = workload.metric(threshold.metric)
        if metric is None or metric.name in _OF_THE_LOAD:
            continue
        given = threshold.limits(metric)
        limit = next((given[one] for one in LEVELS[LEVELS.index(level) :] if one in given), None)
        if limit is not None:
            found[threshold.metric] = limit, metric.better, metric.unit
    return found


def probe_of(
    load: float,
    result: Round,
    flight: Backlog | None,
    *,
    workload: Workload,
    level: Level,
    rejected: float | None,
    by_chance: bool,
) -> Probe:
    """Judge a round of `workload` under `load`.

    `rejected` is the share that is rejected whatever the load; None if that is not known yet.
    `by_chance` is whether arrivals were at random. A percentile of too few samples to be shown is
    judged all the same: looks are repeated.

    An invalid round breaks nothing, nor does one whose generator was at its limit: what broke may be its
    own doing. But where all planned load was delivered and still everything held,
    it held: a late generator only lengthens response times, for they run from the intended start.
    """
    metrics = result.metrics
    if result.failure is not None and result.failure.kind == "system":
        return Probe(load, False, "the system died", reasons=(Reason.of_text(result.failure.message),))
    if result.failure is not None:
        return Probe(load, None, valid=False, reasons=(Reason.of_text(result.failure.message),))
    wanted = limits(workload, level)
    broken = sorted(_broken(result, wanted, flight, rejected), key=lambda one: one[:2], reverse=True)
    missing = [name for name in wanted if _value(result, name)[0] is None]
    saturated = None if result.evidence is None else saturation(result.evidence)
    doubted = saturated is not None or result.validity.verdict == "invalid"
    if doubted and (broken or missing or not _delivered(result)):
        why = result.validity.reasons or (() if saturated is None else (saturated,))
        return Probe(load, None, valid=False, reasons=why, throughput=metrics.get("throughput"))
    reasons = [one.reason for one in broken] or [Reason("not_measured", {"metric": name}) for name in missing]
    return Probe(
        load,
        False if broken else None if missing else True,
        broken[0].name if broken else None,
        metrics.get("throughput"),
        _value(result, "response.p50")[0],
        _value(result, "response.p99")[0],
        metrics.get("failures"),
        flight.mean if flight is not None else None,
        flight is not None and flight.grew,
        int(result.sums.get("due", 0.0)) if by_chance else 0,
        reasons=tuple(reasons),
    )


def _delivered(result: Round) -> bool:
    """Whether what was planned (open loop) was completed within the measured part, but for a little."""
    offered, throughput = result.metrics.get("offered"), result.metrics.get("throughput")
    return offered is not None and throughput is not None and throughput >= _DELIVERED * offered


def _broken(
    result: Round, wanted: dict[str, tuple[float, str, str]], flight: Backlog | None, rejected: float | None
) -> Iterator[_Break]:
    """What did not hold. Thresholds go before what follows from them: a backlog, rejections."""
    for name, (limit, better, unit) in wanted.items():
        value, at_least = _value(result, name)
        if value is None or (holds(value, limit, better) and not at_least):
            continue
        above, below = (value, limit) if better == "lower" else (limit, value)
        excess = max(above / below, 1.0) if below > 0 else math.inf
        reason = Reason(
            "limit_broken",
            {
                "metric": name,
                "value": value,
                "at_least": at_least,
                "limit": limit,
                "better": better,
                "unit": unit,
            },
        )
        yield _Break(excess, name, reason)
    overall = "good" in wanted  # it alone says how much may fail or be rejected
    share = result.metrics.get("failures")
    if not overall and "failures" not in wanted and share is not None and share > FAILURES:
        yield _Break(1.0 + share, "failures", Reason("failed", {"share": share}))
    share = result.metrics.get("rejected")
    if not overall and rejected is not None and share is not None and share > rejected + REJECTED:
        yield _Break(0.5, "rejected", Reason("rejected", {"share": share}))
    for check in result.checks:
        if not check.passed:
            reason = Reason("check_failed", {"check": check.name, "detail": check.detail})
            yield _Break(math.inf, f"check {check.name}", reason)
    if flight is not None and flight.grew:
        yield _Break(0.0, "backlog", Reason("backlog_grew", {"by": flight.by}))


def _value(result: Round, name: str) -> tuple[float | None, bool]:
    """A metric's value and whether it is a lower bound, also where samples are too few to show it."""
    value = result.metrics.get(name)
    base, at, operation = name.partition("@")
    kind, _, place = base.partition(".")
    histogram = result.histograms.get(kind + at + operation)
    if value is None and place in QUANTILES and histogram is not None:
        return histogram.percentile(QUANTILES[place])
    return value, name in result.at_least
