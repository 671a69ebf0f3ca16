"""What the thresholds and checks of a Run or a soak came to, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from suite.contract.metric import find
from suite.records.run import Judgement, Measured, Run
from suite.records.soak import Soak
from suite.report.words import quantity, title
from suite.units import format_quantity


@dataclass(frozen=True, slots=True)
class Judged:
    """A threshold with its levels, or a check; `missed` are levels that were not held."""

    what: str
    value: str
    limits: str
    result: str
    missed: str = ""


def judged(run: Run | Soak) -> list[Judged]:
    """A row per threshold, then one per check."""
    return [*_thresholds(run), *(_checks(run) if isinstance(run, Run) else ())]


def _thresholds(run: Run | Soak) -> Iterator[Judged]:
    levels: dict[str, list[Judgement]] = {}
    for one in run.thresholds:
        levels.setdefault(one.metric, []).append(one)
    for metric, some in levels.items():
        known = find(metric)  # of one that was not measured
        measured = run.metrics.get(metric, Measured(known.unit if known else "1", "lower", None))
        limits = ", ".join(f"{one.level} {format_quantity(one.limit, measured.unit)}" for one in some)
        missed = ", ".join(one.level for one in some if one.passed is False)
        unknown = any(one.passed is None for one in some)
        result = "missed" if missed else "not judged" if unknown else "held"
        value = quantity(replace(measured, value=some[0].value))
        yield Judged(title(metric), value, limits, result, missed)


def _checks(run: Run) -> Iterator[Judged]:
    for check in run.checks:
        yield Judged(check.name, check.detail, "", "held" if check.passed else "missed")
