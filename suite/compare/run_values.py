"""RunValues: one metric on one side of a comparison, a value per Run."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from suite.records.classes import versions_in
from suite.records.run import Measured, Run
from suite.units import seconds_since_epoch


@dataclass(frozen=True, slots=True)
class RunValues:
    """One metric on one side: a value per Run, and when that started; on logs or as they are only later."""

    values: tuple[float, ...]
    at_least: bool = False
    starts: tuple[float, ...] = ()

    @property
    def middle(self) -> float:
        """The median."""
        return statistics.median(self.values)


def pools(name: str, base: Sequence[Run], head: Sequence[Run]) -> tuple[RunValues, RunValues]:
    """What each Run has for the metric `name`; Runs without a value are left out.

    Of times and rates it is the median of the rounds, if all Runs have one; else the Run's own value,
    so that a ratio, a count or a peak in one round is not overlooked. What has another version than the
    newest Run, of head if there are any, is another metric.
    """
    version = version_of(name, head) or version_of(name, base)
    sides = [
        [run for run in runs if name in run.metrics and versions_in(run.plan).get(name, version) == version]
        for runs in (base, head)
    ]
    every = [run.metrics[name] for side in sides for run in side if run.metrics[name].value is not None]
    by_rounds = all(measured.unit in ("s", "1/s") and _median(measured) is not None for measured in every)
    one, other = (_pooled(name, side, by_rounds) for side in sides)
    return one, other


def version_of(name: str, runs: Sequence[Run]) -> str | None:
    """Which version of the metric `name` the newest of `runs` has, where a tool keeps versions apart."""
    told = [run for run in runs if name in versions_in(run.plan)]
    newest = max(told, key=lambda run: seconds_since_epoch(run.started), default=None)
    return None if newest is None else versions_in(newest.plan)[name]


def _pooled(name: str, side: Iterable[Run], by_rounds: bool) -> RunValues:
    there = [(run, run.metrics[name]) for run in side if run.metrics[name].value is not None]
    values = [(run, _median(measured) if by_rounds else measured.value) for run, measured in there]
    finite = [(run, value) for run, value in values if value is not None and math.isfinite(value)]
    return RunValues(
        tuple(value for _, value in finite),
        any(measured.at_least for _, measured in there),
        tuple(seconds_since_epoch(run.started) for run, _ in finite),
    )


def _median(measured: Measured) -> float | None:
    there = [value for value in measured.values if value is not None]
    return statistics.median(there) if 2 * len(there) > len(measured.values) else None
