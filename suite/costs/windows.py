"""A fresh system whose windows of operations are counted, each from the same state as the one before."""

from __future__ import annotations

import contextlib
import functools
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from suite.costs.counter import Counter, Counts, Span
from suite.costs.served import ServedStatements
from suite.engine.progress import Progress
from suite.engine.windows import Windows
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import SystemFailed
from suite.measure import proc

_PATIENCE = 10.0  # s to collect garbage, of a system that runs at its usual speed
_REST = (0.5, 4.0)
"""Seconds in which nothing is asked of the system, to count what it does by the clock: as long as a window
took, within these bounds."""
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class CountedWindow:
    """What was counted in so many `seconds`, while these operations ran."""

    spans: list[Span]
    counts: Counts
    seconds: float

    def without(self, rates: Counts) -> Counts:
        """What is left of the counts without `rates`, which are per second."""
        return {
            metric: {
                pid: max(count - rates.get(metric, {}).get(pid, 0.0) * self.seconds, 0.0)
                for pid, count in parts.items()
            }
            for metric, parts in self.counts.items()
        }

    def rates(self) -> Counts:
        """Per second."""
        return {
            metric: {pid: count / self.seconds for pid, count in parts.items()}
            for metric, parts in self.counts.items()
        }


class CountedWindows(Windows):
    """Windows in which `counter` counts. `mix` is how often each operation ran in the last one, `longest` how
    many seconds one took at most, `starting` how many it took until the system was there. `rates` is what it
    does by the clock, per second. With `every` helpers are counted too: `owners` has their names by process.
    """

    counter: Counter | None = None
    every = False
    mix: Mapping[str, int] = MappingProxyType({})
    longest = starting = 0.0
    rates: Counts | None = None

    @functools.cached_property
    def served(self) -> ServedStatements:
        """What databases count meanwhile."""
        asked = self.counter is not None and self.counter.statements
        return ServedStatements(self.workload.beside if asked else {})

    @functools.cached_property
    def owners(self) -> dict[int, str]:
        """Whose a process is that is not the system's."""
        return {}

    def warm(self) -> None:
        """A window that nobody counts."""
        self.phase("warming up")
        self.window(1, hold=False)
        self._note(self._spans())

    def take(self, number: int) -> Counts:
        """One window, counted from its first operation until the system is quiet again, without what goes by
        the clock.

        Users are new in each, with the same random numbers, and there is no garbage: windows are alike.
        """
        self.phase(f"counting, window {number}")
        window = self._taken()
        self._note(window.spans)
        return window.without(self.rates or {})

    def take_only(self, operation: str) -> Counts:
        """A window in which one operation takes the place of the mix; per operation."""
        assert self.counter is not None
        self.phase(f"counting {operation}")
        self.plan.only = operation
        window = self._taken()
        self.plan.only = ""
        self.counter.forget()
        self.served.forget()
        return {
            metric: {pid: count / len(window.spans) for pid, count in parts.items()}
            for metric, parts in window.without(self.rates or {}).items()
            if window.spans
        }

    def _taken(self) -> CountedWindow:
        self._clear()
        self.connect()
        self.served.begin()
        window = self._counted(self._operations)
        self.served.end()
        if self.rates is None and self.well == self.operations:
            self.rates = self._rest(min(max(window.seconds, _REST[0]), _REST[1]))
        self.close()
        return window

    def _counted(self, act: Callable[[], list[Span]]) -> CountedWindow:
        """What is counted while `act` runs, which gives the operations that it had."""
        counter = self.counter
        assert counter is not None
        self.quiet()
        self.agents.mark(self._everyone(), _PATIENCE * counter.slower)
        counter.begin(self.agents, self._everyone(anywhere=counter.anywhere), self._clients())
        begun = time.monotonic()
        self._counting = True
        spans = act()
        self._counting = False
        counter.look(self._everyone(anywhere=counter.anywhere))
        seconds = time.monotonic() - begun
        return CountedWindow(spans, counter.end(spans, seconds), seconds)

    def _operations(self) -> list[Span]:
        self._count(self._run())
        self.quiet()
        return self._spans()

    def _rest(self, seconds: float) -> Counts:
        """Count what the system does by the clock while its users are connected and ask for nothing."""
        assert self.counter is not None
        self.phase("counting what goes by the clock")

        def wait() -> list[Span]:
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(left, _LOOK))
                self.check_systems()
            return []

        window = self._counted(wait)
        self.counter.rested()
        return window.rates()

    def check_systems(self) -> None:
        """See `Deployment`; while a window runs new processes of the system are noticed here. Operations that
        fail end it: where one waited in vain the others would.
        """
        super().check_systems()
        if self._counting and self.counter is not None:
            self.counter.look(self._everyone(anywhere=self.counter.anywhere))
        self.stop_after_failures()

    _counting = False

    def _note(self, spans: Sequence[Span]) -> None:
        self.mix = dict(Tally(span.operation for span in spans))
        took = max((span.finished - span.started for span in spans), default=0)
        self.longest = max(self.longest, took / 1e9)

    def _everyone(self, *, anywhere: bool = False) -> list[int]:
        """Processes that are counted, those of helpers included where that is wanted."""
        found = self.processes()
        for name, helper in self.workload.beside.items() if self.every else ():
            if anywhere or helper.inside:
                own = proc.tree(helper.roots())
                self.owners.update(dict.fromkeys(own, name))
                found += own
        return found

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
def counted(
    spec: WorkloadSpec, progress: Progress, counter: Counter, *, every: bool = False
) -> Iterator[CountedWindows]:
    """A fresh system in which `counter` counts, in `every` helper too; nothing is left of it afterwards."""
    with contextlib.ExitStack() as stack:
        system = CountedWindows(spec, 0, progress, stack, mode=counter.mode, under=counter.under, every=every)
        system.counter, system.every = counter, every
        begun = time.monotonic()
        system.start()
        system.starting = time.monotonic() - begun
        if not system.processes():
            raise SystemFailed("there is no process of the system to count in")
        yield system
