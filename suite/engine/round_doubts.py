"""Reasons not to believe a round that only the engine knows."""

from __future__ import annotations

from collections.abc import Sequence

from suite.contract.loop import ClosedLoop, Loop
from suite.engine.plan import RoundPlan
from suite.engine.worker_request import WorkerReply
from suite.records.reason import Reason
from suite.records.run import Validity


def users_doubts(connected: Sequence[WorkerReply], reports: Sequence[WorkerReply]) -> list[Reason]:
    """Users that were not there, and operations that were not recorded."""
    doubts = []
    refused = sum(report.refused for report in reports)
    if refused:
        served = sum(report.connected for report in connected)
        doubts.append(Reason("unconnected_users", {"refused": refused, "users": refused + served}))
    if lost := sum(report.lost for report in reports):
        doubts.append(Reason("nested_lost", {"lost": lost}))
    return doubts


def left_undone(loop: Loop, plan: RoundPlan) -> list[Reason]:
    """A counted loop that did not start all that was planned, whatever the reason, measured less."""
    if not isinstance(loop, ClosedLoop) or loop.total is None:
        return []
    planned = sum(file.planned or 0 for file in plan.group_files)
    started = plan.used()
    return [Reason("left_undone", {"started": started, "planned": planned})] if started < planned else []


def doubted(validity: Validity, doubts: Sequence[Reason], faults: Sequence[Reason]) -> Validity:
    """`validity` with more reasons for doubt, and such that rule a round out: those first."""
    if not doubts and not faults:
        return validity
    verdict = "invalid" if faults else "doubtful" if validity.verdict == "valid" else validity.verdict
    return Validity(verdict, (*faults, *validity.reasons, *doubts))
