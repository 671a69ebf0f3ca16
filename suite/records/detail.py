"""What went wrong, by cause: part of a Run that workers tell of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Detail:
    """Operations that ended alike: outcome, a short kind of cause, the first of them as an example.

    `first` is in seconds since the round's start.
    """

    outcome: str
    kind: str
    operation: str
    count: int
    first: float
    example: str


def added_up(parts: Iterable[Iterable[Detail]]) -> tuple[Detail, ...]:
    """Details of all parts, most frequent first; of each kind the earliest is the example."""
    merged: dict[tuple[str, str, str], Detail] = {}
    for detail in (detail for part in parts for detail in part):
        key = (detail.outcome, detail.kind, detail.operation)
        known = merged.get(key)
        if known is None:
            merged[key] = detail
        else:
            earlier = min(known, detail, key=lambda d: d.first)
            merged[key] = replace(earlier, count=known.count + detail.count)
    return tuple(sorted(merged.values(), key=lambda d: -d.count))
