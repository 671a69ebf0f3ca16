"""The bill of one workload: its system is started for each way to count, and its operations are counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from suite.config.catalog import Reference, reference_to
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.component import Component
from suite.contract.loop import ClosedLoop
from suite.contract.workload import Workload
from suite.costs.allocations import AllocationCounter
from suite.costs.callgrind import Callgrind, version
from suite.costs.calls import CallCounter, Place
from suite.costs.counter import Counter
from suite.costs.details import allocation_sites, functions, sent_statements
from suite.costs.kernel import Kernel
from suite.costs.passes import Pass, count, doubts
from suite.engine.ours import ours
from suite.engine.progress import Progress, Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import SystemFailed, WorkerFailed
from suite.git import git
from suite.leaks.site import Sites
from suite.measure.record_origin import RecordOrigin
from suite.process.guard import interruptible
from suite.records.costs import AllocationSite, CostBill, CountedCost, FunctionCalls, SentStatement
from suite.records.reason import Figure, Reason
from suite.records.run import Validity


@dataclass(frozen=True, slots=True)
class CostSettings:
    """How to count: windows of so many `operations`; whether to count `instructions`, which takes longest,
    and each of the operations of a mix by itself (`kinds`)."""

    operations: int = 100
    instructions: bool = True
    kinds: bool = False


def count_costs(
    workload: Workload,
    settings: Settings | None = None,
    how: CostSettings | None = None,
    *,
    reference: Reference | None = None,
    progress: Progress | None = None,
) -> CostBill:
    """Count what one operation of `workload` takes in its system.

    Its loop is not looked at: one user of each class runs fixed operations, one after the other. Call it from
    the main thread. Raises ConfigurationError, SystemFailed and WorkerFailed for what ends counting before
    anything is known, and Interrupted.
    """
    settings, how = settings or Settings(), how or CostSettings()
    actual = ours(configured(workload, settings), "what it costs")
    users = settings.users or len(actual.users)
    loop = ClosedLoop(users, operations=max(how.operations, users))
    settings = replace(settings.with_loop(loop), workers=1)
    spec = WorkloadSpec(reference or reference_to(workload), settings)
    component = isinstance(actual.system, Component)
    bill = _Bill(spec, progress or Silent(), component=component, kinds=how.kinds)
    origin = RecordOrigin()
    begun = time.monotonic()
    with interruptible():
        sites = Sites(_roots(spec))
        bill.add(Kernel(), Kernel())
        bill.add_calls(sites)
        bill.add_allocations(sites)
        if how.instructions:
            bill.add_instructions()
    return CostBill(
        **origin.fields(),
        workload=workload.name,
        plan=_plan(loop, settings, actual),
        mix=bill.mix,
        costs=bill.costs,
        seconds=time.monotonic() - begun,
        functions=bill.functions,
        allocations=bill.allocations,
        statements=bill.statements,
        validity=bill.validity(),
        notes=tuple(bill.notes),
    )


def _plan(loop: ClosedLoop, settings: Settings, workload: Workload) -> dict[str, Any]:
    return {
        "loop": "closed",
        "users": loop.users,
        "operations": loop.operations,
        "workers": settings.workers,
        "seed": settings.seed,
        "parameters": workload.plain_parameters(),
    }


class _Bill:
    """What is known so far."""

    def __init__(self, spec: WorkloadSpec, progress: Progress, *, component: bool, kinds: bool) -> None:
        self._spec, self._progress, self._component, self._kinds = spec, progress, component, kinds
        self.costs: dict[str, CountedCost] = {}
        self.mix: dict[str, int] = {}
        self.notes: list[Reason] = []
        self.functions: tuple[FunctionCalls, ...] | None = None
        self.allocations: tuple[AllocationSite, ...] | None = None
        self.statements: tuple[SentStatement, ...] | None = None
        self._bad: list[Reason] = []
        self._differing: Place | None = None

    def add(self, counter: Counter, engine: Counter) -> Pass:
        """Count by `counter`; of an object, less what the `engine` takes that shares its process."""
        found = count(self._spec, self._progress, counter, kinds=self._kinds)
        if self._component and not found.bad:
            found = found.less(count(replace(self._spec, hollow=True), self._progress, engine))
        if not self.mix:  # the first pass is at the usual speed
            self.mix = dict(found.mix)
            self._spec = replace(self._spec, longest=found.longest)
        self._bad += _failures(found)
        self.notes += [*counter.notes(), *found.unlike()]
        self.costs |= found.costs(counter.missing(), counter.metrics)
        return found

    def add_calls(self, sites: Sites) -> None:
        """Python's calls and SQL statements."""
        counter, engine = CallCounter(sites), CallCounter(sites)
        operations = self.add(counter, engine).operations
        if self.costs["cost.calls"].value is not None:
            self.functions = functions(counter.windows, operations, engine.windows)
            self.statements = sent_statements(counter.windows)
            self._differing = None if self.costs["cost.calls"].steady else counter.differing()

    def add_allocations(self, sites: Sites) -> None:
        """What is allocated, by memray."""
        counter, engine = AllocationCounter(sites), AllocationCounter(sites)
        operations = self.add(counter, engine).operations
        if self.costs["cost.allocations"].value is not None:
            self.allocations = allocation_sites(counter.windows, operations, engine.windows)

    def add_instructions(self) -> None:
        """By callgrind. Without it, or where a system can't run under it, the reason stands instead."""
        known = version()
        counter = Callgrind(known or "")
        missing = Reason("no_valgrind")
        try:
            if known is not None:
                self.add(counter, Callgrind(known))
                return
        except (SystemFailed, WorkerFailed) as error:
            missing = Reason("under_valgrind", {"error": str(error), "said": counter.complaint()})
        self.costs |= Pass(counter.source.strip(), 1).costs(missing, counter.metrics)

    def validity(self) -> Validity:
        """Whether the bill can be believed."""
        if self._bad:
            return Validity("invalid", tuple(self._bad[:1]))
        place = self._differing
        where: dict[str, Figure] = {} if place is None else {"function": place.function, "file": place.file}
        found = [doubt.about(**where) for doubt in doubts(self.costs)]
        return Validity("doubtful" if found else "valid", tuple(found))


def _roots(spec: WorkloadSpec) -> list[Path]:
    """Folders that the files of functions are told from."""
    file = spec.reference.file
    top = git(Path.cwd(), "rev-parse", "--show-toplevel")
    found = [Path(file).parent] if file else []
    return [*found, *([Path(top.text)] if top else []), Path.cwd(), Path(__file__).parents[2]]


def _failures(found: Pass) -> Iterator[Reason]:
    if found.bad:
        figures: dict[str, Figure] = {"bad": found.bad, "source": found.source}
        if found.details:
            figures |= {"error": found.details[0].kind, "example": found.details[0].example}
        yield Reason("operations_failed", figures)
