"""Rounds whose load ends before its time: kept, judged, said."""

from __future__ import annotations

import json

import pytest
from examples.load_echo import Talker, echo_server
from support.runs import make_run

from suite import Component, Threshold, User, Workload, closed_loop, open_loop, operation
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.engine.coordinator import _repeatable, run
from suite.engine.plan import RoundPlan
from suite.engine.stop_rules import StopRules, _planned_later
from suite.formats.envelope import envelope, read_document
from suite.measure.failing_target import FailingTarget
from suite.measure.lost_thresholds import LostThresholds
from suite.records.reason import Reason
from suite.records.run import TARGET_FAILING, Round, Run, Validity

FAILURES = [Threshold("failures", critical="1%")]


class Broken(Talker):
    """Has no answer."""

    @operation
    async def echo(self):
        raise ValueError("no answer")


class Plain(User):
    @operation
    def turn(self):
        pass


STARTED = Workload("echo/open", echo_server(), Broken, loop=open_loop(50, 30), thresholds=FAILURES)
COUNTED = Workload(
    "echo/closed", echo_server(), Broken, loop=closed_loop(2, operations=5_000_000), thresholds=FAILURES
)


@pytest.fixture(scope="module")
def stopped():
    """Runs of three rounds that have lost within the first one's first second or two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("suite.engine.coordinator._REPEATS", 0)
        return run(STARTED, Settings(rounds=3, seconds=30), stopping=StopRules(on_fail=True))


def test_a_run_that_can_not_pass_any_more_ends(stopped):
    assert stopped.rounds == 1
    assert stopped.partial
    assert stopped.error is None
    assert stopped.stopped is not None
    assert stopped.stopped.kind == "threshold_lost"
    assert stopped.stopped.figures["most"] == 3 * 50 * 30
    assert stopped.stopped.figures["over"] > 45


def test_it_is_measured_as_far_as_it_came_and_has_failed(stopped):
    assert stopped.exit_code in (1, 3)  # 3: where this machine could not make the load
    assert {judged.passed for judged in stopped.thresholds} == {False}
    assert stopped.outcomes["failed"] >= stopped.stopped.figures["over"]
    assert stopped.outcomes["dropped"] == 0  # what was planned for later is nobody's fault
    assert stopped.evidence[0] is not None
    assert "left_undone" not in {reason.kind for reason in stopped.validity.reasons}


def test_its_document_says_so(stopped, tmp_path):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(envelope("run", [stopped], exit_code=1), default=str))
    (again,) = read_document(path).records
    assert isinstance(again, Run)
    assert again.stopped == stopped.stopped


def rules(workload, index=0, **settings):
    given = Settings(**settings)
    plan = RoundPlan(workload, 1, given.seed)
    try:
        return StopRules(on_fail=True).made(workload, plan, given, index)
    finally:
        plan.close()


def test_plain_operations_hear_nothing_so_nothing_stops_them():
    one = Workload(
        "object/turn", Component(object), Plain, loop=closed_loop(operations=9), thresholds=FAILURES
    )
    assert rules(one) == []


def test_a_counted_loop_knows_how_many_come():
    (watch,) = rules(COUNTED, rounds=3)
    assert isinstance(watch, LostThresholds)
    assert watch._limits[0]._most == 15_000_000


def test_random_arrivals_of_later_rounds_are_counted_and_too_many_are_not():
    for rate, known in ((50, True), (400_000, False)):
        one = Workload("echo/p", echo_server(), Broken, loop=open_loop(rate, 2, arrivals="poisson", warmup=1))
        plan = RoundPlan(one, 1, 1)
        later = _planned_later(one, plan, Settings(rounds=4), 0)
        plan.close()
        assert (later is not None) is known
        if later is not None:
            assert later == sum(_measured(one, seed) for seed in (2, 3, 4))


def test_only_somebody_elses_system_is_left_alone_when_it_fails():
    one = Workload("echo/remote", echo_server(), Broken, loop=open_loop(5, 2))
    for target, guarded in ((None, False), ("127.0.0.1:1", False), ("10.1.2.3:1", True)):
        actual = configured(one, Settings(target=target))
        plan = RoundPlan(actual, 1, 1)
        found = StopRules().made(actual, plan, Settings(target=target), 0)
        plan.close()
        assert [isinstance(rule, FailingTarget) for rule in found] == [True] * guarded


def test_a_run_that_was_left_alone_has_failed_and_is_not_tried_again():
    why = Reason(TARGET_FAILING, {"failed": 5, "ended": 6, "seconds": 10.0})
    assert make_run(stopped=why).exit_code == 1
    assert make_run(stopped=why, validity=Validity("invalid")).exit_code == 1
    assert not _repeatable(Round(0, stopped=why, validity=Validity("invalid")))
    assert _repeatable(Round(0, stopped=Reason("threshold_lost"), validity=Validity("invalid")))


def _measured(workload, seed):
    plan = RoundPlan(workload, 1, seed)
    found = plan.measured_rows()
    plan.close()
    return found
