"""A fresh system whose windows of operations are counted, each from the same state as the one before."""

from __future__ import annotations

import contextlib
from collections import Counter as Tally
from collections.abc import Iterator

from suite.costs.counter import Counter, Counts, Span
from suite.engine.progress import Progress
from suite.engine.windows import Windows
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import SystemFailed
from suite.measure import proc

_PATIENCE = 10.0  # s to collect garbage, of a system that runs at its usual speed


class CountedWindows(Windows):
    """Windows in which `counter` counts. `mix` is how often each operation ran in the last one, `longest` how
    many seconds one took at most.
    """

    counter: Counter | None = None
    mix: dict[str, int]
    longest = 0.0

    def warm(self) -> None:
        """A window that nobody counts."""
        self.phase("warming up")
        self.window(1, hold=False)

    def take(self, number: int) -> Counts:
        """One window, counted from its first operation until the system is quiet again.

        Users are new in each, with the same random numbers, and there is no garbage: windows are alike.
        """
        self.phase(f"counting, window {number}")
        spans, counts = self._taken()
        self.mix = dict(Tally(span.operation for span in spans))
        return counts

    def take_only(self, operation: str) -> Counts:
        """A window in which one operation takes the place of the mix; per operation."""
        assert self.counter is not None
        self.phase(f"counting {operation}")
        self.plan.only = operation
        spans, counts = self._taken()
        self.plan.only = ""
        self.counter.forget()
        return {
            metric: {pid: count / len(spans) for pid, count in parts.items()}
            for metric, parts in counts.items()
            if spans
        }

    def _taken(self) -> tuple[list[Span], Counts]:
        counter = self.counter
        assert counter is not None
        self._clear()
        self.connect()
        self.quiet()
        self.agents.mark(self.processes(), _PATIENCE * counter.slower)
        counter.begin(self.agents, self.processes(), self._clients())
        self._counting = True
        self._count(self._run())
        self._counting = False
        self.quiet()
        counter.look(self.processes())
        spans = self._spans()
        counts = counter.end(spans)
        took = max((span.finished - span.started for span in spans), default=0)
        self.longest = max(self.longest, took / 1e9)
        self.close()
        return spans, counts

    def check_systems(self) -> None:
        """See `Deployment`; while a window runs new processes of the system are noticed here."""
        super().check_systems()
        if self._counting and self.counter is not None:
            self.counter.look(self.processes())

    _counting = False

    def _clients(self) -> list[int]:
        return [] if self.component else proc.tree([worker.child.pid for worker in self.workers])

    def _spans(self) -> list[Span]:
        """The operations of the window, in the order in which they began."""
        self.plan.name_operations()
        names = self.plan.names
        found = [
            Span(names[columns.operation[row]], columns.started[row], columns.finished[row])
            for columns, used in (part for file in self.plan.group_files for part in file.parts())
            for row in range(used)
        ]
        return sorted(found, key=lambda span: span.started)


@contextlib.contextmanager
def counted(spec: WorkloadSpec, progress: Progress, counter: Counter) -> Iterator[CountedWindows]:
    """A fresh system in which `counter` counts; nothing is left of it afterwards."""
    with contextlib.ExitStack() as stack:
        system = CountedWindows(spec, 0, progress, stack, mode=counter.mode, under=counter.under)
        system.counter = counter
        system.start()
        if not system.processes():
            raise SystemFailed("there is no process of the system to count in")
        yield system
