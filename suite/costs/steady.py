"""Whether windows of the same operations agree in what they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Allowed(NamedTuple):
    """By how much windows may differ: a share of the larger one, and so much per operation."""

    share: float
    size: float


ALLOWED: Mapping[str, Allowed] = {
    "cost.instructions": Allowed(0.003, 20.0),
    "cost.system_calls": Allowed(0.02, 0.25),
    "cost.calls": Allowed(0.003, 0.5),
    "cost.allocations": Allowed(0.003, 0.5),
    "cost.allocated": Allowed(0.005, 64.0),
    "cost.statements": Allowed(0.0, 0.05),
    "cost.bytes_in": Allowed(0.005, 1.0),
    "cost.bytes_out": Allowed(0.005, 1.0),
    "cost.context_switches": Allowed(0.05, 0.25),
    "cost.page_faults": Allowed(0.05, 0.25),
    "cost.reads": Allowed(0.005, 0.1),
    "cost.writes": Allowed(0.005, 0.1),
}
SCHEDULED = frozenset({"cost.context_switches", "cost.page_faults"})
"""What the kernel decides, whatever the system does: that its windows differ casts no doubt on others."""


def agree(metric: str, first: float, second: float, unsure: float = 0.0, *, part: float = 1.0) -> bool:
    """Whether two windows cost the same, of each of which so much is `unsure`; or differ by no more than so
    large a `part` of what they may.
    """
    allowed = ALLOWED[metric]
    most = max(allowed.share * max(abs(first), abs(second)), allowed.size)
    return abs(first - second) <= part * most + unsure


def steady(metric: str, windows: Sequence[float], unsure: float = 0.0) -> bool:
    """Whether the last two windows cost the same."""
    return len(windows) > 1 and agree(metric, windows[-2], windows[-1], unsure)


def value(windows: Sequence[float]) -> float | None:
    """What the windows come to: the mean of the last two; None without any."""
    last = windows[-2:]
    return sum(last) / len(last) if last else None
