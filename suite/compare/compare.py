"""Two sets of stored Runs: which metrics changed, and which only seem to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from suite.compare.baseline import interleaved
from suite.compare.failing import FAILURES, beside, fails, note
from suite.compare.likeness import Unlike, likeness
from suite.compare.minimum import Overrides, Scale, minimum
from suite.compare.reference_distribution import ENOUGH, Draws, ReferenceDistribution, drift_of, few
from suite.compare.run_values import RunValues, pools, version_of
from suite.errors import ConfigurationError
from suite.ledger.entry import HEADLINES
from suite.records.better import Better
from suite.records.comparison import Change, Comparison, QuantileShift, Shift
from suite.records.histogram import Histogram
from suite.records.provenance import Provenance, provenance_of_both
from suite.records.reason import Figure, Reason
from suite.records.run import Measured, Run
from suite.stats.ranks import hodges_lehmann, holm, mann_whitney

ALPHA = 0.01
"""The chance that noise makes a regression, over all that is compared; as much for improvements."""
CONFIDENCE = 0.90
"""Of the intervals shown; `same` is wrong in 5 of 100 where the change is as large as the minimum effect."""
USUAL = (*HEADLINES, "memory.peak", "cpu.per_operation")
"""What is judged unless told otherwise, beside the metrics that have thresholds. The fewer, the sharper."""
QUANTILES = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 0.999)
_BEYOND = 10
"""A quantile is shown where so many operations lie outside it, on both sides of the comparison."""


def compare(
    base: Sequence[Run],
    head: Sequence[Run],
    *,
    metrics: Sequence[str] | None = None,
    minimums: Overrides = MappingProxyType({}),
    among: int = 1,
    anywhere: bool = False,
) -> Comparison:
    """Judge `head` against `base`, one statistic per Run, Holm over the metrics.

    Sides that took turns, with at least 8 Runs each, are compared by the exact Mann-Whitney test.
    Otherwise head is set against the spread of at least 8 base Runs (`Spread`); with fewer the verdict is
    inconclusive, and no time or rate is called changed by fewer than 3 Runs of head. The error of 1 % is
    that of a whole command, which compares `among` workloads. Invalid Runs never count. Raises
    ConfigurationError for Runs that must not be compared; `anywhere` lets other hardware and another load
    pass as notes.
    """
    if not base or not head:
        raise ConfigurationError(
            f"no runs to compare {'with' if head else 'on the new side'}; make them with: suite run"
        )
    notes = list(_differences(base, head, anywhere))
    sides = _believed(base), _believed(head)
    notes += [*_doubts("base", base), *_doubts("head", head)]
    asked = list(metrics) if metrics is not None else list(_usual(*sides))
    names = list(dict.fromkeys([*asked, *([FAILURES] if fails(*sides) else [])]))
    cases: list[_Case] = []
    changes: dict[str, Change] = {}
    for name in names:
        case = _case(name, *sides, minimums)
        if isinstance(case, Change):
            notes.append(case.reason.about(metric=name))
            if metrics is not None and name in asked:
                changes[name] = case
        else:
            cases.append(case)
    notes += (case.assumed for case in cases if case.assumed is not None)
    changes |= {change.metric: change for change in _judged(cases, among)}
    ordered = beside([changes[name] for name in names if name in changes], asked)
    if FAILURES in changes and FAILURES not in {one.metric for one in ordered}:
        notes.append(note(changes[FAILURES].base, changes[FAILURES].head))
    return Comparison(
        **provenance_of_both(base, head, ordered),
        base=side_name(base),
        head=side_name(head),
        changes=ordered,
        runs=(len(sides[0]), len(sides[1])),
        quantiles={"response": found} if (found := quantile_shifts(*sides)) else {},
        notes=tuple(dict.fromkeys(notes)),
    )


def quantile_shifts(
    base: Sequence[Run], head: Sequence[Run], key: str = "response", confidence: float = 0.95
) -> tuple[QuantileShift, ...]:
    """Where in its distribution a time moved, p1 to p99.9; intervals come from the spread over Runs.

    Empty where either side has no histogram `key`.
    """
    sides = [[run.histograms[key] for run in runs if key in run.histograms] for runs in (base, head)]
    pooled = [Histogram.merged(side) for side in sides]
    found = []
    for quantile in QUANTILES:
        if any(one.count * min(quantile, 1 - quantile) < _BEYOND for one in pooled):
            continue
        points = [[one.percentile(quantile) for one in side if one.count] for side in sides]
        values = [[value for value, _ in side if value] for side in points]
        if not all(values):
            continue
        scale = Scale(True, 0.0)
        shift = hodges_lehmann(scale.values(values[0]), scale.values(values[1]), confidence)
        middles = [statistics.median(side) for side in values]
        bound = any(at_least for side in points for _, at_least in side)
        found.append(QuantileShift(quantile, middles[0], middles[1], scale.shown(shift), bound))
    return tuple(found)


def side_name(runs: Sequence[Provenance]) -> str:
    """The short commit of `runs`, or how many there are."""
    commits = dict.fromkeys(run.commit for run in runs)
    only = next(iter(commits), None)
    if len(commits) == 1:
        return only[:12] if only else "no commit"
    return f"{len(commits)} commits"


@dataclass(frozen=True, slots=True)
class _Case:
    """A metric that both sides have; p is None where no test could decide, and `short` says why.

    `few` says why head has too little for a change to be called one, `assumed` what of the spread was.
    """

    metric: str
    unit: str
    better: Better
    sides: tuple[RunValues, RunValues]
    scale: Scale
    shift: Shift
    p_rose: float | None = None
    p_fell: float | None = None
    short: Reason | None = None
    few: Reason | None = None
    assumed: Reason | None = None


def _case(name: str, base: Sequence[Run], head: Sequence[Run], minimums: Overrides) -> _Case | Change:
    """The case of one metric, or a Change that says why there is none."""
    known = next((run.metrics[name] for run in (*head, *base) if name in run.metrics), None)
    unit, better = (known.unit, better_of(known)) if known else ("1", "none")
    one, other = pools(name, base, head)
    if not one.values or not other.values:
        reason = missing(name, base, head, one, other)
        middle = [side.middle if side.values else None for side in (one, other)]
        return Change(name, unit, better, middle[0], middle[1], "inconclusive", reason)
    scale = Scale.of(minimum(name, unit, minimums), one.values, other.values)
    a, b = scale.values(one.values), scale.values(other.values)
    case = _Case(name, unit, better, (one, other), scale, hodges_lehmann(a, b, CONFIDENCE))
    if not any(one.values) and not any(other.values):
        return replace(case, shift=Shift(0.0, 0.0, 0.0))  # needs no test, and takes no share of the error
    if len(a) < ENOUGH:
        return replace(case, short=Reason("few_base_runs", {"runs": len(a), "wanted": ENOUGH}))
    if len(b) >= ENOUGH and interleaved(base, head):
        return replace(case, p_rose=mann_whitney(a, b, "less"), p_fell=mann_whitney(a, b, "greater"))
    drift = drift_of(unit, relative=scale.relative)
    spread = ReferenceDistribution(Draws(a, one.starts), drift)
    rose, fell = spread.p(b)
    return replace(
        case,
        shift=spread.shift(b, CONFIDENCE),
        p_rose=rose,
        p_fell=fell,
        few=few(unit, head, apart=spread.apart),
        assumed=spread.assumption if drift else None,
    )


def better_of(measured: Measured) -> Better:
    """Which way is better, as a Run holds it."""
    return "lower" if measured.better == "lower" else "higher" if measured.better == "higher" else "none"


def missing(name: str, base: Sequence[Run], head: Sequence[Run], one: RunValues, other: RunValues) -> Reason:
    """Why a metric can't be compared: which side lacks it, with the note that the Run made."""
    lacking = [side for side, pool in (("base", one), ("head", other)) if not pool.values]
    versions = version_of(name, base), version_of(name, head)
    if None not in versions and versions[0] != versions[1]:
        return Reason("other_version", {"base": versions[0], "head": versions[1]})
    runs = [run for side, these in (("base", base), ("head", head)) if side in lacking for run in these]
    side = "both" if len(lacking) == 2 else lacking[0]
    if not runs:
        return Reason("no_valid_run", {"side": side})
    note = next((run.metrics[name].note for run in runs if name in run.metrics), None)
    return Reason("no_value", {"side": side, "note": note} if note else {"side": side})


def _judged(cases: Sequence[_Case], among: int) -> Iterator[Change]:
    tested = [case for case in cases if case.p_rose is not None and case.better != "none"]
    rose = dict(zip((c.metric for c in tested), holm([c.p_rose or 0.0 for c in tested]), strict=True))
    fell = dict(zip((c.metric for c in tested), holm([c.p_fell or 0.0 for c in tested]), strict=True))
    for case in cases:
        up, down = rose.get(case.metric, 1.0), fell.get(case.metric, 1.0)
        up, down = min(up * among, 1.0), min(down * among, 1.0)  # Bonferroni over the workloads
        p = min(up, down) if case.metric in rose else None
        rises, falls = up <= ALPHA, down <= ALPHA
        short = case.short or (case.few if rises or falls else None)
        yield settled(case.metric, case.unit, case.better, case.sides, case.scale, case.shift,
                      rose=rises, fell=falls, p=p, short=short)  # fmt: skip


def settled(
    metric: str,
    unit: str,
    better: Better,
    sides: tuple[RunValues, RunValues],
    scale: Scale,
    shift: Shift,
    *,
    rose: bool,
    fell: bool,
    p: float | None = None,
    short: Reason | None = None,
) -> Change:
    """The Change that a tested shift amounts to; `short` says why there was no test."""
    base, head = sides
    if base.at_least:  # the truth of base lies higher, so head may lie lower than it seems
        shift, rose = replace(shift, low=-math.inf), False
    if head.at_least:
        shift, fell = replace(shift, high=math.inf), False
    verdict = "inconclusive" if short is not None else scale.verdict(better, shift, rose=rose, fell=fell)
    shown = scale.shown(shift)
    relative, least = scale.relative, scale.minimum
    limits: dict[str, Figure] = {"minimum": least, "relative": relative, "unit": unit}
    if verdict == "same":
        reason = Reason("within_minimum", limits)
    elif short is not None:
        reason = short
    elif verdict != "inconclusive":
        reason = Reason("clear_change", {} if p is None else {"p": p})
    elif base.at_least or head.at_least:
        reason = Reason("only_bound")
    else:
        reason = Reason("no_clear_change", limits)
    return Change(metric, unit, better, base.middle, head.middle, verdict, reason, shown, relative, least, p)


def _believed(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.validity.verdict != "invalid" and run.error is None]


def _doubts(side: str, runs: Sequence[Run]) -> Iterator[Reason]:
    """How many of `runs` don't count, and why some that do are not wholly believed."""
    kept = _believed(runs)
    if len(kept) < len(runs):
        yield Reason("invalid_runs", {"side": side, "invalid": len(runs) - len(kept), "of": len(runs)})
    doubtful = [run.validity.reasons for run in kept if run.validity.verdict == "doubtful"]
    if doubtful:
        yield Reason.doubtful(doubtful, len(kept), side)


def _usual(base: Sequence[Run], head: Sequence[Run]) -> Iterator[str]:
    """The usual metrics and those with thresholds, where a side has them and one way is better.

    Of Runs that another tool measured, which have none of the usual, it is all that have a direction.
    """
    judged = [judgement.metric for run in (*base, *head) for judgement in run.thresholds]
    known: Mapping[str, Measured] = {k: v for run in (*base, *head) for k, v in run.metrics.items()}
    wanted = dict.fromkeys((*USUAL, *judged))
    foreign = all("setting" in run.environment for run in (*base, *head))
    if foreign and not wanted.keys() & known.keys():
        wanted = dict.fromkeys(known)
    for name in wanted:
        if name in known and known[name].better != "none":
            yield name


def _differences(base: Sequence[Run], head: Sequence[Run], anywhere: bool) -> Iterator[Reason]:
    faults: list[Reason] = []
    for run in (*base, *head[1:]):
        found = likeness(run, head[0])
        faults += found.never
        if not anywhere:
            faults += found.refused
        yield from found.notes
        yield from found.refused
    if faults:
        raise Unlike(head[0].workload, faults)
