"""Allocations, counted by memray in each Python process, by the line that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from suite.costs.agent_counter import AgentCounter
from suite.costs.calls import Place
from suite.costs.counter import Counts, Span
from suite.leaks.site import Raw, Sites
from suite.process.injection import Mode

_FREED = frozenset({1, 5, 15})
"""memray.AllocatorType: PYMALLOC_FREE, FREE, MUNMAP."""
_DEPTH = 40
_NAMELESS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<lambda>"})


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
        for pid, recording in self.agents.recordings().items():
            times = size = 0
            for place, number, taken in _read(recording, self.sites):
                known = window.lines.get(place, (0, 0))
                window.lines[place] = (known[0] + number, known[1] + taken)
                times, size = times + number, size + taken
            recording.unlink(missing_ok=True)
            counts["cost.allocations"][pid], counts["cost.allocated"][pid] = float(times), float(size)
        return counts


def _read(recording: Path, sites: Sites) -> Iterator[tuple[Place, int, int]]:
    """Each allocation of a recording: its line, how many it stands for, its bytes. Nothing of one that broke
    off.
    """
    import memray  # takes long to import

    memray.set_log_level(50)  # type: ignore[attr-defined]
    known: dict[int, Place] = {}
    try:
        with memray.FileReader(str(recording)) as reader:
            for record in reader.get_allocation_records():
                if record.allocator in _FREED:
                    continue
                if record.stack_id not in known:
                    known[record.stack_id] = _place(record.stack_trace(max_stacks=_DEPTH), sites)
                yield known[record.stack_id], record.n_allocations, record.size
    except (OSError, NotImplementedError):
        return


def _place(stack: Sequence[Raw], sites: Sites) -> Place:
    """Where a stack (innermost first) allocates. What has no name of its own has that of who calls it too."""
    raw = sites.of(stack)
    if raw is None:
        return Place("?", "?", 0)
    function, file, line = raw
    if function in _NAMELESS:
        callers = stack[stack.index(raw) + 1 :]
        outer = next((name for name, where, _ in callers if where == file and name not in _NAMELESS), None)
        function = function if outer in (None, "<module>") else f"{outer}.<locals>.{function}"
    return Place(function, sites.place(file)[1], line)
