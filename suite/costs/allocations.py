"""Allocations, counted by memray in each Python process, by the line that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from suite.costs.agent_counter import AgentCounter
from suite.costs.allocation_sums import read_sums
from suite.costs.calls import Place
from suite.costs.counter import Counts, Span
from suite.process.injection import Mode


@dataclass(slots=True)
class AllocationWindow:
    """One window: allocations and their bytes, by line."""

    lines: dict[Place, tuple[int, int]] = field(default_factory=dict)
    seconds: float = 0.0


class AllocationCounter(AgentCounter[AllocationWindow]):
    """See `Counter`. `windows` are told apart by line."""

    metrics = ("cost.allocations", "cost.allocated")
    source = "memray"
    mode: Mode = "allocations"

    def end(self, spans: Sequence[Span], seconds: float) -> Counts:  # noqa: ARG002
        """See `Counter`."""
        self.agents.bill(self.seen)
        window = AllocationWindow(seconds=seconds)
        self.windows.append(window)
        counts: dict[str, dict[int, float]] = {metric: {} for metric in self.metrics}
        recordings = self.agents.recordings()
        for pid, found in read_sums(recordings, self.sites.roots).items():
            recordings[pid].unlink(missing_ok=True)
            if isinstance(found, str):
                self._refused[pid] = f"what it allocated can't be read: {found}"
                continue
            times = size = 0
            for raw, number, taken in found:
                place = Place(*raw)
                known = window.lines.get(place, (0, 0))
                window.lines[place] = (known[0] + number, known[1] + taken)
                times, size = times + number, size + taken
            counts["cost.allocations"][pid], counts["cost.allocated"][pid] = float(times), float(size)
        return counts
