"""What a metric must hold: target (wished), warning, critical (fails the run)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from suite.contract.metric import Metric
from suite.errors import ConfigurationError
from suite.records.level import LEVELS, Level
from suite.units import parse


@dataclass(frozen=True, slots=True)
class Threshold:
    """Levels for one metric, as text with a unit ("100ms") or as numbers in the base unit.

    Where lower is better a value passes a level if it is at most the limit, else if it is at least it.
    """

    metric: str
    target: str | float | None = None
    warning: str | float | None = None
    critical: str | float | None = None

    def limits(self, metric: Metric) -> dict[Level, float]:
        """The given levels in the metric's base unit. Raises ConfigurationError with all faults."""
        faults: list[str] = []
        limits: dict[Level, float] = {}
        for level in LEVELS:
            text = getattr(self, level)
            if text is None:
                continue
            try:
                limits[level] = parse(text, metric.unit)
            except ConfigurationError as error:
                faults.append(f"threshold {self.metric} {level}: {error}")
        if not limits and not faults:
            faults.append(f"threshold {self.metric} has no level; give target=, warning= or critical=")
        ordered = list(limits.values())
        if metric.better == "higher":
            ordered.reverse()
        if metric.better == "none":
            faults.append(f"threshold {self.metric}: this metric has no better side, so it can't have levels")
        elif ordered != sorted(ordered):
            faults.append(
                f"threshold {self.metric}: levels must get worse from target over warning to critical"
            )
        if faults:
            raise ConfigurationError.of(faults)
        return limits

    def changed(self, **levels: str | float | None) -> Threshold:
        """A copy with some levels replaced."""
        return replace(self, **levels)  # type: ignore[arg-type]


def holds(value: float, limit: float, better: str) -> bool:
    """Whether `value` is on the right side of `limit`, the limit itself included."""
    return value >= limit if better == "higher" else value <= limit
