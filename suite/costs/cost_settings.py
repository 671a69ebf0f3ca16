"""How to count what an operation costs."""

from __future__ import annotations

from dataclasses import dataclass

from suite.costs.counter import Counter


@dataclass(frozen=True, slots=True)
class CostSettings:
    """How to count: windows of so many `operations`; whether to count `instructions`, which takes longest,
    each of the operations of a mix by itself (`kinds`), and what helpers take (`beside`). Without `metrics`
    all is counted, else what goes together with these."""

    operations: int = 100
    instructions: bool = True
    kinds: bool = False
    beside: bool = False
    metrics: tuple[str, ...] = ()

    def wanted(self, counter: type[Counter]) -> bool:
        """Whether what it counts is wanted."""
        named = {metric.partition("@")[0] for metric in self.metrics}
        return not named or not named.isdisjoint(counter.metrics)
