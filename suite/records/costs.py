"""What one operation takes, counted and not timed: plain, immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from suite.records.provenance import Provenance
from suite.records.reason import Reason
from suite.records.run import Validity

COSTS: Mapping[str, str] = {
    "cost.instructions": "1",
    "cost.system_calls": "1",
    "cost.context_switches": "1",
    "cost.page_faults": "1",
    "cost.reads": "1",
    "cost.writes": "1",
    "cost.bytes_in": "B",
    "cost.bytes_out": "B",
}
"""What is counted, per operation, in its unit; less is better."""

_VALID = Validity()


@dataclass(frozen=True, slots=True)
class CountedCost:
    """What one operation takes of something, counted by `source`.

    `value` is the mean of the last two `windows`, which are per operation, in their order; None where it
    could not be counted, for the reason `why`. `processes` are the parts of the system's processes, the
    oldest first. Windows of what is not `steady` disagree.
    """

    unit: str
    source: str
    value: float | None = None
    windows: tuple[float, ...] = ()
    processes: tuple[float, ...] = ()
    steady: bool = True
    why: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs(Provenance):
    """The bill of one workload: what its operations take, on average over their `mix` in a window.

    `costs` are those of the system by name; `seconds` is how long counting took.
    """

    NAME: ClassVar[str] = "bill of costs"
    KIND: ClassVar[str] = "costs"
    DERIVED: ClassVar[tuple[str, ...]] = ("exit_code",)

    mix: Mapping[str, int]
    costs: Mapping[str, CountedCost]
    seconds: float
    validity: Validity = _VALID
    notes: tuple[Reason, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        """3 where nothing can be believed, else 0."""
        return 3 if self.validity.verdict == "invalid" else 0
