"""A fresh system whose windows of operations are counted, each from the same state as the one before."""

from __future__ import annotations

import contextlib
import functools
import time
from collections import Counter as Tally
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType

from suite.costs.counted_window import CountedWindow
from suite.costs.counter import Counter, Span
from suite.costs.holding import held_up
from suite.costs.served import ServedStatements
from suite.engine.progress import Progress
from suite.engine.windows import Windows
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import SystemFailed
from suite.measure import proc

_LOOK = 0.05
_PATIENCE = 10.0  # s to collect garbage, of a system that runs at its usual speed


class CountedWindows(Windows):
    """Windows in which `counter` counts.

    `mix` is how often each operation ran in the last one, `longest` how many seconds one took at most,
    `starting` how many it took until the system was there. With `every` helpers are counted too: `owners` has
    their names by process.
    """

    counter: Counter | None = None
    every = False
    mix: Mapping[str, int] = MappingProxyType({})
    longest = starting = 0.0

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

    def take(self, number: int) -> CountedWindow:
        """One window, counted from its first operation until the system is quiet again.

        Users are new in each, with the same random numbers, and there is no garbage: windows are alike.
        """
        self.phase(f"counting, window {number}")
        window = self._taken()
        self._note(window.spans)
        return window

    def take_held(self) -> CountedWindow:
        """The same window with the system held up half of the time: what is more then goes by the clock."""
        assert self.counter is not None
        self.phase("counting what goes by the clock")
        window = self._taken(held=True)
        self.counter.set_aside()
        self.served.forget()
        return window

    def take_idle(self, seconds: float) -> CountedWindow:
        """A window of so many seconds in which nobody asks for anything: what it counts goes by the clock."""
        self.phase("counting what goes by the clock, idle")
        return self._forgotten(self._taken(idle=seconds))

    def take_only(self, operation: str) -> CountedWindow:
        """A window in which one operation takes the place of the mix."""
        self.phase(f"counting {operation}")
        self.plan.only = operation
        window = self._taken()
        self.plan.only = ""
        return self._forgotten(window)

    def _forgotten(self, window: CountedWindow) -> CountedWindow:
        """The same, which is no part of what the counter tells apart."""
        assert self.counter is not None
        self.counter.forget()
        self.served.forget()
        return window

    def _taken(self, *, held: bool = False, idle: float = 0.0) -> CountedWindow:
        self._clear()
        self.connect()
        self.served.begin()
        window = self._counted(held_up(self.processes) if held else contextlib.nullcontext(), idle)
        self.served.end()
        self.close()
        return window

    def _counted(self, inside: AbstractContextManager[None], idle: float) -> CountedWindow:
        counter = self.counter
        assert counter is not None
        self.quiet()
        self.agents.mark(self._everyone(), _PATIENCE * counter.slower)
        counter.begin(self.agents, self._everyone(anywhere=counter.anywhere), self._clients())
        begun = time.monotonic()
        self._counting = True
        with inside:
            if idle:
                self._wait(begun + idle)
            else:
                self._count(self._run())
        self.quiet()
        self._counting = False
        counter.look(self._everyone(anywhere=counter.anywhere))
        seconds = time.monotonic() - begun
        spans = self._spans()
        return CountedWindow(spans, counter.end(spans, seconds), seconds)

    def _wait(self, end: float) -> None:
        while time.monotonic() < end:
            self.check_systems()
            time.sleep(_LOOK)

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
