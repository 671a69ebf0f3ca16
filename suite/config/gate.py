"""What a gate judges, and by which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from suite.config.checked import FORBID_OTHERS, NAMES, SIZE, TEXT, Checked, fail_or_warn


@dataclass(frozen=True, slots=True)
class Budget:
    """The metrics that a gate judges (None: the usual ones) and their minimum effects as written."""

    __pydantic_config__: ClassVar[Mapping[str, Any]] = FORBID_OTHERS

    metrics: Annotated[tuple[str, ...] | None, NAMES] = None
    minimum: Mapping[str, Annotated[str | float, SIZE]] = field(default_factory=dict)

    def under(self, nearer: Budget) -> Budget:
        """The same with a nearer one over it: its metrics if it has some, of the minimum effects all."""
        metrics = self.metrics if nearer.metrics is None else nearer.metrics
        return Budget(metrics, {**self.minimum, **nearer.minimum})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Budget):
    """The table `gate`: what is judged, against what, and what becomes of what can't be decided.

    `workloads` are budgets by name, or by the first part of names, over its own.
    """

    base: Annotated[str, TEXT] = "main"
    on_inconclusive: Annotated[Literal["fail", "warn"], Checked(fail_or_warn)] = "fail"
    workloads: Mapping[str, Budget] = field(default_factory=dict)

    def budget(self, workload: str) -> Budget:
        """Of the metrics the nearest list, of the minimum effects all, the nearest first."""
        found = Budget(self.metrics, self.minimum)
        for name in (workload.partition("/")[0], workload):
            found = found.under(self.workloads.get(name, Budget()))
        return found
