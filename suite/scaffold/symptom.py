"""What a look at machine and project found, as data: words for it are made in `report` alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from suite.records.reason import Reason

Area = Literal["machine", "tools", "project"]
Severity = Literal["good", "note", "warning", "fatal"]
"""How much it matters to figures: not at all, sometimes, always, or there can be none."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that was looked at, and how it is."""

    area: Area
    severity: Severity
    reason: Reason


def exit_code(found: Iterable[Symptom]) -> int:
    """2 where something makes figures impossible."""
    return 2 if any(one.severity == "fatal" for one in found) else 0
