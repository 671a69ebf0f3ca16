"""Checks and own metrics of a round, as the coordinator has a worker see to them."""

from __future__ import annotations

import os

from suite.engine.bounded import MOST_TOLD
from suite.engine.deployment import STEP_SECONDS, Deployment
from suite.engine.examine import LEAST_SECONDS, Examination, Question, unmade
from suite.engine.worker_plan import FilePlan
from suite.engine.worker_request import WorkerRequest
from suite.errors import WorkerFailed
from suite.measure.stamped_rows import Stamped
from suite.process.redaction import excerpt
from suite.records.run import CheckResult

_EXAMINE_SECONDS = 120.0
"""For all checks and own metrics of a round."""


def examined(deployed: Deployment, begin: int, end: int) -> Examination:
    """What checks and own metrics say of all that was recorded, measured from `begin` to `end` (ns).

    A worker that does not come back from them is a check that failed: the load is measured. One that died of
    them, or that the machine refused something, says nothing of the system, unless it is that.
    """
    workload, plan = deployed.workload, deployed.plan
    if not workload.examined:
        return Examination(Stamped(plan.names), (), {})
    question = Question(
        os.getpid(),
        tuple(map(FilePlan.of, plan.files)),
        tuple(-1 if marks is None else marks.descriptor for marks in plan.marks),
        plan.names,
        tuple(plan.by_loop),
        tuple(plan.due),
        begin,
        end,
        str(deployed.directory / "kept.jsonl"),
        _EXAMINE_SECONDS,
        deployed.prepared,
        None if workload.collect is None else FilePlan.of(plan.stamped),
    )
    order = WorkerRequest("examine", question=question)
    calls = len(workload.checks) + len(workload.metrics) + 1
    seconds = _EXAMINE_SECONDS + STEP_SECONDS + LEAST_SECONDS * calls
    try:
        (report,) = deployed.ask("examine", order, seconds=seconds, workers=deployed.workers[:1])
    except WorkerFailed as error:
        why = excerpt(str(error), MOST_TOLD)
        if _of_ours(deployed):
            return Examination(Stamped(plan.names), (), {}, (unmade("checks", why),))
        failed = CheckResult("checks", passed=False, detail=why)
        return Examination(Stamped(plan.names), (failed,), {})
    deployed.check_systems()  # of one that ended meanwhile nobody has asked since: the answer came first
    answer: Examination = report.result
    return answer


def _of_ours(deployed: Deployment) -> bool:
    """Whether it was our process that failed there, and not what it looks at: an object is in it."""
    worker = deployed.workers[0]
    refused = worker.told is not None and worker.told.at_fault == "machine"
    return refused or not (deployed.component or worker.child.running())
