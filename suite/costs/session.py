"""The bill of one workload: its system is started for each way to count, and its operations are counted."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from suite.config.catalog import Reference, reference_to
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.component import Component
from suite.contract.loop import ClosedLoop
from suite.contract.workload import Workload
from suite.costs.allocations import AllocationCounter
from suite.costs.callgrind import Callgrind
from suite.costs.calls import CallCounter
from suite.costs.cost_settings import CostSettings
from suite.costs.growing_bill import GrowingBill
from suite.costs.kernel import Kernel
from suite.engine.ours import ours
from suite.engine.progress import Progress, Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, CutShort, SuiteError
from suite.git import git
from suite.leaks.site import Sites
from suite.measure.record_origin import RecordOrigin
from suite.process.guard import interruptible
from suite.records.costs import (
    CostBill,
)
from suite.records.keeper import Keeper
from suite.records.reason import Reason
from suite.records.run import Validity


def count_costs(
    workload: Workload,
    settings: Settings | None = None,
    how: CostSettings | None = None,
    *,
    reference: Reference | None = None,
    progress: Progress | None = None,
    keeper: Keeper | None = None,
) -> CostBill:
    """Count what one operation of `workload` takes in its system.

    Its loop is not looked at: one user of each class runs fixed operations, one after the other. `keeper` is
    given the bill as far as it is, before and after each window. Call it from the main thread. Raises
    ConfigurationError, and for what ends counting before its time SystemFailed, WorkerFailed and Interrupted:
    as CutShort where there is anything to tell of.
    """
    settings, how = settings or Settings(), how or CostSettings()
    actual = ours(configured(workload, settings), "what it costs")
    users = settings.users or len(actual.users)
    loop = ClosedLoop(users, operations=max(how.operations, users))
    settings = replace(settings.with_loop(loop), workers=1)
    spec = WorkloadSpec(reference or reference_to(workload), settings)
    component = isinstance(actual.system, Component) and not actual.system.of_engine
    beside = tuple(actual.beside) if how.beside else ()
    if twice := set(beside) & set(actual.operation_names()) if how.kinds else ():
        raise ConfigurationError(
            f"{workload.name}: {', '.join(sorted(twice))} is an operation and a helper, and both would have "
            "the same name on the bill: count one or the other, or give one another name"
        )
    origin = RecordOrigin()
    begun = time.monotonic()

    def record(*, partial: bool = False) -> CostBill:
        return CostBill(
            **(origin.known() if partial else origin.fields()),
            workload=workload.name,
            partial=partial,
            unfinished=bill.unfinished,
            plan=_plan(loop, settings, actual),
            mix=bill.mix,
            costs={**bill.running, **bill.costs},
            seconds=time.monotonic() - begun,
            functions=bill.functions,
            c_functions=bill.c_functions,
            allocations=bill.allocations,
            statements=bill.statements,
            database=bill.database,
            beside=beside,
            validity=Validity("invalid", (Reason("bill_cut_short"),)) if partial else bill.validity(),
            notes=tuple(bill.notes),
        )

    def keep_it() -> None:
        if keeper is not None:
            (keeper.keep if bill.anything else keeper.begin)(record(partial=True))

    bill = GrowingBill(spec, progress or Silent(), keep_it, keeper, component=component, how=how)
    try:
        with interruptible():
            sites = Sites(_roots(spec))
            light = [how.wanted(counter) for counter in (Kernel, CallCounter, AllocationCounter)]
            # What is about to run under valgrind is known at its usual speed: a hang is told from slowness.
            if light[0] or not any(light):
                bill.add(Kernel())
            if light[1]:
                bill.add_calls(sites)
            if light[2]:
                bill.add_allocations(sites)
            if how.instructions and how.wanted(Callgrind):
                bill.add_instructions()
    except ConfigurationError:
        raise
    except SuiteError as error:
        if not bill.anything and not (bill.unfinished and bill.unfinished.measured):
            raise
        raise CutShort(error, record(partial=True)) from error
    return record()


def _plan(loop: ClosedLoop, settings: Settings, workload: Workload) -> dict[str, Any]:
    return {
        "loop": "closed",
        "users": loop.users,
        "operations": loop.operations,
        "workers": settings.workers,
        "seed": settings.seed,
        "parameters": workload.plain_parameters(),
    }


def _roots(spec: WorkloadSpec) -> list[Path]:
    """Folders that the files of functions are told from."""
    file = spec.reference.file
    top = git(Path.cwd(), "rev-parse", "--show-toplevel")
    found = [Path(file).parent] if file else []
    return [*found, *([Path(top.text)] if top else []), Path.cwd(), Path(__file__).parents[2]]
