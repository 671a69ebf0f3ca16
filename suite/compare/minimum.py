"""The smallest change of a metric that is worth a verdict, and the scale it is judged on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from suite.errors import ConfigurationError
from suite.records.better import Better
from suite.records.comparison import Shift, Verdict
from suite.units import parse

Overrides = Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Minimum:
    """A minimum effect: a share of the base's value, or a difference in the base unit.

    `floor` (base unit) takes the place of a share where values are not all above 0.
    """

    size: float
    relative: bool = True
    floor: float = 0.0


_RELATIVE = {"p90": 0.05, "p95": 0.05, "p99": 0.10, "p999": 0.20, "max": 0.20}
"""Of times: the rarer what decides a percentile, the more it varies by itself."""
_TIME = Minimum(0.05, floor=1e-6)
_BY_UNIT = {
    "s": _TIME,
    "1/s": Minimum(0.05, floor=0.1),
    "B": Minimum(0.02, floor=64e3),
    "ratio": Minimum(0.001, relative=False),
    "1": Minimum(0.05, floor=0.5),
}
_BY_NAME = {
    "lateness.p50": Minimum(100e-6, relative=False),
    "lateness.p99": Minimum(1e-3, relative=False),
    "limit.excess": Minimum(0.5, relative=False),
    "limit.shortfall": Minimum(0.5, relative=False),
    "memory.growth": Minimum(1e6, relative=False),
    "memory.growth_per_operation": Minimum(64.0, relative=False),
    "memory.lasting_growth": Minimum(64.0, relative=False),
    "cpu.utilization": Minimum(0.05, relative=False),
    "cost.instructions": Minimum(0.005, floor=20.0),
    "cost.calls": Minimum(0.005, floor=0.5),
    "cost.system_calls": Minimum(0.75, relative=False),
    "cost.allocations": Minimum(0.75, relative=False),
    "cost.allocated": Minimum(0.005, floor=64.0),
    "cost.statements": Minimum(0.05, relative=False),
    "cost.reads": Minimum(0.75, relative=False),
    "cost.writes": Minimum(0.75, relative=False),
    "cost.bytes_in": Minimum(0.005, floor=1.0),
    "cost.bytes_out": Minimum(0.005, floor=1.0),
    "cost.context_switches": Minimum(0.2, floor=0.5),
    "cost.page_faults": Minimum(0.2, floor=0.5),
}


def minimum(name: str, unit: str, overrides: Overrides = MappingProxyType({})) -> Minimum:
    """The minimum effect of the metric `name`; `overrides` by the name, with or without @operation.

    An override with % is a share (of a ratio: percentage points), one with a unit a difference; a bare
    number is of the kind that the metric has by itself. Raises ConfigurationError for what is neither.
    """
    base = name.partition("@")[0]
    found = _BY_NAME.get(base) or _BY_UNIT.get(unit, Minimum(0.05))
    point = base.rpartition(".")[2]
    if found is _TIME and point in _RELATIVE:
        found = Minimum(_RELATIVE[point], floor=_TIME.floor)
    wanted = overrides.get(name, overrides.get(base))
    if wanted is None:
        return found
    changed = _overridden(name, unit, found, wanted)
    if not changed.size > 0:
        raise ConfigurationError(f"minimum effect of {name} must be above 0, not {wanted!r}")
    return changed


def _overridden(name: str, unit: str, usual: Minimum, wanted: str | float) -> Minimum:
    try:
        if isinstance(wanted, str) and wanted.rstrip().endswith("%") and unit != "ratio":
            return Minimum(parse(wanted, "ratio"), floor=usual.floor)
        if isinstance(wanted, str) and not _is_number(wanted):
            return Minimum(parse(wanted, unit), relative=False)
        return Minimum(parse(wanted, "1"), usual.relative, usual.floor)
    except ConfigurationError as error:
        raise ConfigurationError(f"minimum effect of {name}: {error}") from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Scale:
    """How one metric's values are set against each other: as logs (`relative`) or as they are.

    `size` is the minimum effect on that scale, the same up and down.
    """

    relative: bool
    size: float

    @classmethod
    def of(cls, least: Minimum, *sides: Iterable[float]) -> Scale:
        """Logs where the minimum is a share and all values are above 0."""
        if not least.relative:
            return cls(False, least.size)
        if all(value > 0 for side in sides for value in side):
            return cls(True, math.log1p(least.size))
        return cls(False, least.floor)

    @property
    def minimum(self) -> float:
        """The minimum effect as people give it: a share, or a difference."""
        return math.expm1(self.size) if self.relative else self.size

    def values(self, raw: Sequence[float]) -> npt.NDArray[np.float64]:
        """`raw` on this scale."""
        found = np.asarray(raw, np.float64)
        return np.log(found) if self.relative else found

    def verdict(self, better: Better, shift: Shift, *, rose: bool, fell: bool) -> Verdict:
        """What a shift on this scale means, and whether a test found that the metric `rose` or `fell`.

        Significance alone makes no verdict, nor does size; `same` wants the whole interval within the
        minimum effect.
        """
        slack = 1e-9 * self.size  # what just reaches the minimum does so in every unit
        up = rose and shift.estimate >= self.size - slack
        down = fell and -shift.estimate >= self.size - slack
        if better != "none" and (up or down):
            return "regression" if up == (better == "lower") else "improvement"
        return "same" if shift.within(self.size + slack) else "inconclusive"

    def shown(self, shift: Shift) -> Shift:
        """A shift on this scale as head / base - 1, or as the difference that it is."""
        if not self.relative:
            return shift
        return Shift(*(_share(value) for value in (shift.estimate, shift.low, shift.high)))


def _share(log: float) -> float:
    return math.expm1(log) if log < 700 else math.inf
