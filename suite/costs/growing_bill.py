"""A bill while it is made: each way to count adds what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from suite.costs.allocations import AllocationCounter
from suite.costs.callgrind import Callgrind, version
from suite.costs.calls import CallCounter, Place
from suite.costs.cost_settings import CostSettings
from suite.costs.counter import Counter
from suite.costs.counting import PassKeeper, count
from suite.costs.details import allocation_sites, c_functions, functions, sent_statements
from suite.costs.passes import Pass, doubts
from suite.engine.progress import Progress
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import SystemFailed, WorkerFailed
from suite.leaks.site import Sites
from suite.records.costs import (
    AllocationSite,
    CCalls,
    CountedCost,
    DatabaseStatement,
    FunctionCalls,
    SentStatement,
)
from suite.records.keeper import Keeper
from suite.records.reason import Figure, Reason
from suite.records.run import Validity
from suite.records.unfinished import Unfinished

_OF_USERS = frozenset({"cost.bytes_in", "cost.bytes_out"})
"""Costs that are read on the users' side, which helpers do not have."""


class GrowingBill:
    """What is known so far; `running` is what a pass has counted that is not over."""

    def __init__(
        self,
        spec: WorkloadSpec,
        progress: Progress,
        keep: Callable[[], None],
        keeper: Keeper | None,
        *,
        component: bool,
        how: CostSettings,
    ) -> None:
        self._spec, self._progress, self._component, self._how = spec, progress, component, how
        self._keep, self._keeper = keep, keeper
        self._kept = PassKeeper()
        self.running: dict[str, CountedCost] = {}
        self.costs: dict[str, CountedCost] = {}
        self.mix: dict[str, int] = {}
        self.notes: list[Reason] = []
        self.functions: tuple[FunctionCalls, ...] | None = None
        self.c_functions: tuple[CCalls, ...] | None = None
        self.allocations: tuple[AllocationSite, ...] | None = None
        self.statements: tuple[SentStatement, ...] | None = None
        self.database: tuple[DatabaseStatement, ...] | None = None
        self._bad: list[Reason] = []
        self._differing: Place | None = None

    def add(self, counter: Counter, engine: Counter | None = None) -> Pass:
        """Count by `counter`; of an object, less what the engine takes beside it, which its twin counts."""
        found = self._counted(counter, engine or counter.twin())
        if not self.costs:  # the first pass is at the usual speed
            self.mix = dict(found.mix)
            self._spec = replace(self._spec, longest=found.longest, starting=found.starting)
        self._bad += _failures(found)
        self._enter(found, counter, next(_failures(found), counter.missing()))
        return found

    def _counted(self, counter: Counter, engine: Counter) -> Pass:

        def keep(found: Pass) -> None:
            if not self._component:  # of an object the engine's part is not known yet
                self.running = found.costs(counter.missing(), counter.metrics)
                self.mix = self.mix or dict(found.mix)
            self._keep()

        how, self._kept = self._how, PassKeeper(keep, self._keeper)
        return count(
            self._spec,
            self._progress,
            counter,
            kinds=how.kinds,
            every=how.beside,
            engine=engine if self._component else None,
            kept=self._kept,
        )

    def _enter(self, found: Pass, counter: Counter, missing: Reason) -> None:
        self.notes += [*counter.notes(), *found.unlike(), *found.notes]
        self.costs |= found.costs(missing, counter.metrics)
        own = tuple(metric for metric in counter.metrics if metric not in _OF_USERS)
        for name, part in found.beside.items():
            costs = part.costs(Reason("out_of_reach"), own)
            self.costs |= {f"{metric}@{name}": cost for metric, cost in costs.items()}
        self.running = {}

    @property
    def unfinished(self) -> Unfinished | None:
        """The window that runs, or was ended early."""
        return self._kept.unfinished

    @property
    def anything(self) -> bool:
        """Whether a window was counted."""
        return any(cost.windows for cost in (*self.running.values(), *self.costs.values()))

    def add_calls(self, sites: Sites) -> None:
        """Python's calls and SQL statements."""
        counter = CallCounter(sites)
        engine = counter.twin()
        found = self.add(counter, engine)
        operations, self.database = found.operations, found.database
        if self.costs["cost.calls"].value is not None:
            self.functions = functions(counter, operations, engine)
            self.c_functions = c_functions(counter, operations, engine)
            self.statements = sent_statements(counter.windows)
            self._differing = None if self.costs["cost.calls"].steady else counter.differing()

    def add_allocations(self, sites: Sites) -> None:
        """What is allocated, by memray."""
        counter = AllocationCounter(sites)
        engine = counter.twin()
        operations = self.add(counter, engine).operations
        if self.costs["cost.allocations"].value is not None:
            self.allocations = allocation_sites(counter, operations, engine)

    def add_instructions(self) -> None:
        """By callgrind. Without it, or where a system can't run under it, the reason stands instead.

        Where all else is well, operations that fail there say nothing of the system.
        """
        known = version()
        counter = Callgrind(known or "")
        missing = next(iter(self._bad), Reason("no_valgrind"))
        try:
            if known is not None and not self._bad:
                found = self._counted(counter, counter)
                if not found.bad:
                    self._enter(found, counter, counter.missing())
                    return
                missing = Reason("failed_under_valgrind", _causes(found))
        except (SystemFailed, WorkerFailed) as error:
            missing = Reason("under_valgrind", {"error": str(error), "said": counter.complaint()})
        self._kept, self.running = PassKeeper(), {}
        self.costs |= Pass(counter.source.strip(), 1).costs(missing, counter.metrics)

    def validity(self) -> Validity:
        """Whether the bill can be believed."""
        if self._bad:
            return Validity("invalid", tuple(self._bad[:1]))
        place = self._differing
        where: dict[str, Figure] = {} if place is None else {"function": place.function, "file": place.file}
        found = [doubt.about(**where) for doubt in doubts(self.costs)]
        return Validity("doubtful" if found else "valid", tuple(found))


def _failures(found: Pass) -> Iterator[Reason]:
    if found.bad:
        yield Reason("operations_failed", _causes(found))


def _causes(found: Pass) -> dict[str, Figure]:
    figures: dict[str, Figure] = {"bad": found.bad, "source": found.source}
    if found.details:
        figures |= {"error": found.details[0].kind, "example": found.details[0].example}
    return figures
