"""Searches for the capacity on two sides: intervals set against each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType

from suite.compare.compare import settled, side_name
from suite.compare.minimum import Overrides, Scale, minimum
from suite.compare.run_values import RunValues
from suite.records.capacity import Capacity
from suite.records.classes import machine_class
from suite.records.comparison import Change, Comparison, Shift
from suite.records.provenance import provenance_of_both
from suite.records.reason import Reason

METRIC = "capacity"


def compare_capacities(
    base: Sequence[Capacity],
    head: Sequence[Capacity],
    *,
    minimums: Overrides = MappingProxyType({}),
    anywhere: bool = False,
) -> Comparison:
    """Judge the capacity of `head`, newest first, against `base`; what was not searched alike is left out.

    A side's interval holds those of all its searches, with the part that chance may have. It changed if the
    intervals do not touch and their middles differ by the minimum effect; it is the same if it surely
    differs by less.
    """
    alike = [one for one in base if _alike(one, head[0], anywhere)]
    own = [one for one in head if _alike(one, head[0], anywhere)]
    unit = {"users": "1"}.get(head[0].goal.over, head[0].unit)
    change = _change(alike, own, unit, minimums)
    notes = () if len(alike) == len(base) else (Reason("other_searches", {"left": len(base) - len(alike)}),)
    return Comparison(
        **provenance_of_both(base, head, change),
        base=side_name(base),
        head=side_name(head),
        changes=(change,),
        runs=(len(alike), len(own)),
        notes=notes,
    )


def _alike(one: Capacity, other: Capacity, anywhere: bool) -> bool:
    """Whether two searches looked for the same, on like machines."""
    goals = (one.goal.over, one.goal.level, one.plan.get("loop"))
    same = goals == (other.goal.over, other.goal.level, other.plan.get("loop"))
    machines = machine_class(one.environment), machine_class(other.environment)
    return same and not one.partial and (anywhere or machines[0] == machines[1])


def _change(base: Sequence[Capacity], head: Sequence[Capacity], unit: str, minimums: Overrides) -> Change:
    sides = _interval(base), _interval(head)
    one, other = _middle(*sides[0]), _middle(*sides[1])
    least = minimum(METRIC, unit, minimums)
    if one is None or other is None:
        side = "base" if other is not None else "head" if one is not None else "both"
        return Change(METRIC, unit, "higher", one, other, "inconclusive", Reason("no_value", {"side": side}))
    scale = Scale.of(least, [one], [other])
    (low, high), (other_low, other_high) = sides
    shift = Shift(
        _value(scale, other) - _value(scale, one),
        -math.inf if other_low is None or high is None else _value(scale, other_low) - _value(scale, high),
        math.inf if other_high is None or low is None else _value(scale, other_high) - _value(scale, low),
    )
    rose, fell = shift.low > 0, shift.high < 0
    values = RunValues((one,)), RunValues((other,))
    return settled(METRIC, unit, "higher", values, scale, shift, rose=rose, fell=fell)


def _interval(searches: Sequence[Capacity]) -> tuple[float | None, float | None]:
    ends = [one.interval for one in searches]
    low, high = ([end[at] for end in ends] for at in (0, 1))
    whole = [value for value in low if value is not None], [value for value in high if value is not None]
    return (
        min(whole[0]) if whole[0] and len(whole[0]) == len(ends) else None,
        max(whole[1]) if whole[1] and len(whole[1]) == len(ends) else None,
    )


def _middle(low: float | None, high: float | None) -> float | None:
    return math.sqrt(low * high) if low and high else low or high


def _value(scale: Scale, raw: float) -> float:
    return float(scale.values([raw])[0]) if raw > 0 or not scale.relative else -math.inf
