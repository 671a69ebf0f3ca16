"""Rounds as looks of a capacity search: what breaks a point, and what says nothing about the system."""

from support.runs import validity_of

from suite import Component, Threshold, User, Workload, open_loop, operation
from suite.capacity.judging import probe_of
from suite.records.evidence import Evidence
from suite.records.run import Failure, Round, Validity


class Asker(User):
    @operation
    async def ask(self):
        pass


WORKLOAD = Workload(
    "a/b",
    Component(dict),
    Asker,
    loop=open_loop(100, 1),
    thresholds=[Threshold("response.p50", target="1ms", critical="10ms")],
)
GOOD = {"response.p50": 0.002, "offered": 100.0, "throughput": 100.0, "failures": 0.0, "rejected": 0.0}


def look(level="critical", evidence=None, validity=Validity(), failure=None, workload=WORKLOAD, **metrics):  # noqa: B008
    result = Round(
        0, {**GOOD, **metrics}, evidence=evidence, validity=validity, failure=failure, sums={"due": 100}
    )
    return probe_of(100.0, result, None, workload=workload, level=level, rejected=0.0, by_chance=False)


def test_a_load_holds_while_its_thresholds_do():
    assert look().holds is True
    assert look(level="target").broke == "response.p50"


def test_failures_break_a_load_where_no_threshold_says_otherwise():
    found = look(failures=0.02)
    assert (found.holds, found.broke, found.valid) == (False, "failures", True)


def test_a_share_of_good_operations_is_a_goal_that_says_what_may_fail():
    good = Workload(
        "a/b",
        Component(dict),
        Asker,
        loop=open_loop(100, 1),
        good={"response": "300ms"},
        thresholds=[Threshold("good", target="99%", critical="90%")],
    )
    assert look(workload=good, good=0.93, failures=0.04, rejected=0.03).holds is True
    assert look(workload=good, good=0.93, level="target").broke == "good"
    broken = look(workload=good, good=0.5)
    assert (broken.holds, broken.broke) == (False, "good")
    assert broken.reasons[0].figures["limit"] == 0.9


def test_what_broke_while_the_generator_was_at_its_limit_is_not_the_system_s_doing():
    """A null server at 16,000/s: users that could not be added in time were taken for its failures."""
    found = look(failures=0.02, evidence=Evidence(worker_cpu=(0.99,), worker_delay=(0.0,)))
    assert (found.holds, found.valid) == (None, False)
    assert [reason.kind for reason in found.reasons] == ["generator_saturated"]
    relaxed = look(failures=0.02, evidence=Evidence(worker_cpu=(0.4,), worker_delay=(0.0,)))
    assert (relaxed.holds, relaxed.valid) == (False, True)


def test_an_invalid_round_breaks_nothing_but_holds_if_all_was_delivered():
    late = validity_of("invalid", "the generator was late")
    assert look(validity=late).holds is True
    assert look(validity=late, throughput=60.0).valid is False
    assert look(validity=late, failures=0.5).holds is None


def test_a_system_that_dies_breaks_the_load_and_a_worker_that_dies_does_not():
    assert look(failure=Failure("system", "killed")).holds is False
    assert look(failure=Failure("worker", "killed")).valid is False
