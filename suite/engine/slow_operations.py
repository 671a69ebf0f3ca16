"""What a round that is over tells of its slowest operations."""

from __future__ import annotations

from collections.abc import Sequence

from suite.engine.deployment import Deployment
from suite.engine.worker_request import WorkerReply
from suite.measure.resources import Resources
from suite.measure.sampler import Sampler
from suite.measure.slowest import Around, slowest_rows, told
from suite.records.incident import Incident
from suite.records.slow_operation import SlowOperation


def slow_operations(
    deployed: Deployment,
    sampler: Sampler,
    resources: Resources,
    reports: Sequence[WorkerReply],
    incidents: Sequence[Incident],
    begin: int,
    end: int,
) -> tuple[SlowOperation, ...]:
    """The slowest of those measured from `begin` to `end` (ns), while the columns are there."""
    plan, garbage = deployed.plan, resources.garbage
    due = [due for due, by_loop in zip(plan.due, plan.by_loop, strict=True) if by_loop]
    around = Around(
        [report.lag for report in reports if report.lag is not None],
        garbage.pauses if garbage else (),
        incidents,
        lambda since, until: sampler.machine(since, until).steal,
    )
    return told(slowest_rows(plan.group_files, due, plan.names, begin, end), around, begin, deployed.index)
