"""What a search for the capacity is made of: single looks, rules on when they decide, what was found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from suite.records.capacity import Probe

Verdict = Literal["held", "broke", "undelivered", "unclear"]
_FOREVER = float("inf")
_VOID = 3
"""So many looks in vain are no accident of the machine any more."""


@dataclass(frozen=True, slots=True)
class LoadBounds:
    """Where and how long to look.

    The first look is at `start`, none is outside `lowest`..`highest`; `factor` widens, `resolution` is
    the relative width of an interval that is narrow enough. `repeats` looks decide about a point, up to
    twice as many about a borderline one. At most `probes` looks and `seconds` in all. `whole` allows
    whole numbers only.
    """

    start: float
    lowest: float
    highest: float
    factor: float = 2.0
    resolution: float = 0.05
    repeats: int = 3
    probes: int = 100
    seconds: float = _FOREVER
    whole: bool = False


def judged(looks: Sequence[Probe], repeats: int) -> Verdict | None:
    """The verdict on one point after `looks`; None if more are needed.

    Looks of one mind decide once they are the majority of `repeats`. A point where they differ is
    borderline: it gets up to 2 * repeats - 1 looks and must hold in the same share of them. What could
    not be delivered or judged counts for nothing; after three such looks the point is given up.
    """
    held = sum(look.valid and look.holds is True for look in looks)
    broke = sum(look.valid and look.holds is False for look in looks)
    majority = repeats // 2 + 1
    most = 2 * repeats - 1
    enough = math.ceil(most * majority / repeats)
    if held >= (enough if broke else majority):
        return "held"
    if broke >= (most - enough + 1 if held else majority):
        return "broke"
    if len(looks) - held - broke >= _VOID:
        return "undelivered" if any(not look.valid for look in looks) else "unclear"
    return None


def confirmed(looks: Sequence[Probe]) -> Verdict | None:
    """The verdict of long `looks`: one that holds is enough, else the majority of three."""
    held = sum(look.valid and look.holds is True for look in looks)
    broke = sum(look.valid and look.holds is False for look in looks)
    if held > broke:
        return "held"
    if broke >= 2:
        return "broke"
    if len(looks) - held - broke >= _VOID:
        return "undelivered" if any(not look.valid for look in looks) else "unclear"
    return None
