"""The load that a system recovers at: simulated rounds, and a real one of a queue that retries feed."""

from dataclasses import replace

import pytest
from examples.load_fragile import weak
from examples.load_overload import queues, sheds
from support.capacities import make_capacity
from support.keeping import Kept
from support.overloads import overload_look
from support.resiliences import UNTOLD

from suite import Component, Retry, open_loop
from suite.capacity.judging import FAILURES
from suite.config.settings import Settings
from suite.errors import ConfigurationError, CutShort, Interrupted, SystemFailed
from suite.records.capacity import SearchResult
from suite.records.classes import load_class
from suite.records.overload import OverloadCourse
from suite.records.reason import Reason
from suite.records.run import Failure, Round, Validity
from suite.resilience.recover import CapacityUnknown, overload_course, recover

COURSE = OverloadCourse(after=15)


class FakeRounds:
    """Stands in for real rounds: a system that recovers up to `limit` starts a second."""

    def __init__(self, limit):
        self.limit = limit
        self.loops = []
        self.noted = []
        self.change = lambda load, result: result

    def __call__(self, spec, index, progress, look=None, *, noted=(), keeper=None):
        loop = spec.workload().loop
        self.loops.append(loop)
        self.noted += noted
        load = loop.stages[0][0]
        progress.phase("fake", index, 1, "running")
        progress.tick(18.0, 18.0, 100)
        incident = overload_look(load, load <= self.limit).round.incident
        result = self.change(load, Round(index, incidents=(incident,)))
        if isinstance(result, BaseException):
            raise result
        return result


@pytest.fixture
def rounds(monkeypatch):
    fake = FakeRounds(41.0)
    monkeypatch.setattr("suite.engine.kept_rounds.run_round", fake)
    return fake


def test_the_highest_load_is_enclosed(rounds):
    watched = []
    found = recover(queues, None, COURSE, known=200.0, watch=watched.append)
    assert found.found.low <= 41 < found.found.high <= 1.11 * found.found.low
    assert found.looks == tuple(watched)
    assert (found.found.end, found.exit_code, found.attempts, found.capacity) == ("found", 0, 4, 200)
    assert watched[0].load == 100


def test_each_look_is_kept_the_moment_that_it_ends(rounds):
    kept = Kept()
    found = recover(queues, None, COURSE, known=200.0, keeper=kept)
    assert [len(one.looks) for one in kept] == [*range(1, len(found.looks) + 1)]
    assert kept[-1].looks == found.looks
    assert {(one.id, one.partial) for one in kept} == {(found.id, True)}


def test_each_look_has_an_overload_in_its_midst(rounds):
    recover(queues, None, COURSE, known=200.0)
    (before, overload, after), noted = rounds.loops[0].stages, rounds.noted[0]
    assert (before, overload, after) == ((100.0, 2.5), (400.0, 0.5), (100.0, 15.0))
    assert (noted.began, noted.ended, noted.settings) == (2.5, 3.0, {"rate": 400.0})


def test_what_recovers_everywhere_and_nowhere(rounds):
    rounds.limit = 1e9
    found = recover(queues, None, COURSE, known=200.0)
    assert (found.found.end, found.found.low, found.exit_code) == ("range", 180, 0)
    rounds.limit = 0
    found = recover(queues, None, COURSE, known=200.0)
    assert (found.found.end, found.found.high, found.exit_code) == ("below", 20, 1)


def test_a_share_that_must_recover_is_looked_at_first(rounds):
    found = recover(queues, None, replace(COURSE, at_least=0.2), known=200.0)
    assert found.looks[0].load == 40
    assert found.exit_code == 0
    assert recover(queues, None, replace(COURSE, at_least=0.3), known=200.0).exit_code == 1


def test_loads_of_which_nothing_could_be_told_are_not_looked_at(rounds):
    rounds.limit = 0
    found = recover(queues, None, COURSE, known=40.0)
    assert found.found.high * 2.5 >= 25


def test_what_failed_before_the_overload_is_nothing_that_it_recovers_at(rounds):
    failing = overload_look(0).round.incident
    impact = replace(failing.impact, outcomes={"before": {"ok": 9, "failed": 1}})
    assert FAILURES < 0.1

    def fail(load, result):
        return replace(result, incidents=(replace(failing, impact=impact),)) if load > 30 else result

    rounds.change = fail
    found = recover(queues, None, COURSE, known=200.0)
    assert found.found.low <= 30 < found.found.high
    assert {reason.kind for look in found.looks for reason in look.round.reasons} == {"failed_before"}


def test_what_can_not_be_told_decides_nothing(rounds):
    rounds.change = lambda _load, result: replace(result, incidents=(UNTOLD.incident,))
    found = recover(queues, None, COURSE, known=200.0)
    assert (found.found.low, found.found.high, found.exit_code) == (None, None, 3)
    undelivered = Validity("invalid", (Reason("undelivered", {}),))
    rounds.change = lambda load, result: replace(result, validity=undelivered) if load > 60 else result
    rounds.limit = 1e9
    assert recover(queues, None, COURSE, known=200.0).exit_code == 3


def test_a_system_that_dies_of_an_overload_does_not_recover(rounds):
    dead = Round(0, failure=Failure("system", "out of memory"))
    rounds.change = lambda load, result: dead if load > 41 else result
    found = recover(queues, None, COURSE, known=200.0)
    assert found.found.low <= 41 < found.found.high
    assert found.looks[0].round.died == "out of memory"


def test_an_interrupt_keeps_the_looks(rounds):
    rounds.change = lambda load, result: result if load == 100 else Interrupted(2)
    with pytest.raises(CutShort) as cut:
        recover(queues, None, COURSE, known=200.0)
    assert cut.value.exit_code == 130
    assert [look.load for look in cut.value.found.looks] == [100]
    assert cut.value.found.partial
    rounds.change = lambda _load, _result: SystemFailed("it would not start")
    with pytest.raises(CutShort) as cut:
        recover(queues, None, COURSE, known=200.0)
    assert (cut.value.exit_code, cut.value.found) == (4, None)


def test_the_capacity_is_searched_where_it_is_not_known(rounds, monkeypatch):
    made = make_capacity()
    monkeypatch.setattr("suite.resilience.recover.capacity", lambda *_, **__: made)
    found = recover(queues, None, COURSE)
    assert (found.capacity, found.capacity_at_least) == (made.found.low, False)
    rounds.limit = 300
    more = make_capacity(found=SearchResult("generator", 900.0, None, None, ()))
    monkeypatch.setattr("suite.resilience.recover.capacity", lambda *_, **__: more)
    found = recover(queues, None, COURSE)
    assert (found.capacity, found.capacity_at_least, found.exit_code) == (900, True, 0)
    rounds.limit = 1e9
    assert recover(queues, None, COURSE).exit_code == 3  # the overload may have been none
    unknown = make_capacity(found=SearchResult("generator", None, None, None, ()))
    monkeypatch.setattr("suite.resilience.recover.capacity", lambda *_, **__: unknown)
    with pytest.raises(
        CutShort, match=r"capacity, .* could not be found \(generator\); give --capacity"
    ) as cut:
        recover(queues, None, COURSE)
    assert isinstance(cut.value.error, CapacityUnknown)
    assert cut.value.exit_code == 3

    def ended(*_, **__):
        raise CutShort(SystemFailed("it would not start"), made)

    monkeypatch.setattr("suite.resilience.recover.capacity", ended)
    with pytest.raises(CutShort) as cut:
        recover(queues, None, COURSE)
    assert (cut.value.exit_code, cut.value.found) == (4, None)


def test_an_overload_outlasts_the_clients_patience():
    patient = queues.copy()
    patient.retry = Retry(3, timeout="2s")
    assert overload_course(patient).during == pytest.approx(3)
    assert overload_course(patient).after == pytest.approx(60)
    assert overload_course(patient, times=4.0).during == pytest.approx(1)
    assert overload_course(patient, during=0.3, after=5.0) == OverloadCourse(during=0.3, after=5.0)
    assert overload_course(weak) == OverloadCourse()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"before": 0.0}, "before must be above 0"),
        ({"times": 1.0}, "an overload is more than 1 times the capacity"),
        ({"times": float("nan")}, "an overload is more than 1 times the capacity"),
        ({"lowest": 0.9, "highest": 0.5}, "loads are shares of the capacity"),
        ({"highest": 1.5}, "loads are shares of the capacity"),
        ({"at_least": 0.95}, "95% is outside of what is searched"),
    ],
)
def test_what_makes_no_sense_is_refused(rounds, changes, says):
    with pytest.raises(ConfigurationError, match=says):
        recover(queues, None, replace(COURSE, **changes), known=200.0)
    assert not rounds.loops


def test_a_component_and_no_capacity_at_all_are_refused(rounds):
    alone = queues.copy()
    alone.system = Component(list)
    with pytest.raises(ConfigurationError, match="is a Component"):
        recover(alone, Settings(), COURSE, known=200.0)
    with pytest.raises(ConfigurationError, match="a capacity is above 0"):
        recover(queues, None, COURSE, known=0.0)


def test_another_overload_has_another_history(rounds):
    one, other = (
        recover(queues, Settings(values={"service": "0.01"}), replace(COURSE, during=during), known=200.0)
        for during in (0.5, 1.0)
    )
    assert load_class(one.plan) != load_class(other.plan)
    assert one.plan["parameters"] == {"service": 0.01, "most": 0}


def test_the_users_of_the_workload_hold(rounds):
    bounded = queues.copy()
    bounded.loop = open_loop(50, 2, users=9, busy="drop")
    recover(bounded, None, COURSE, known=200.0)
    assert {(loop.users, loop.busy) for loop in rounds.loops} == {(9, "drop")}


def looked_at(workload, share):
    """One real look at this share of a capacity of 195 /s."""
    course = OverloadCourse(
        before=0.6, during=0.3, after=2.0, lowest=share, highest=share + 0.01, at_least=share
    )
    return recover(workload, None, replace(course, budget=0.1), known=195.0).looks[0]


@pytest.mark.exhaustive
def test_a_queue_that_retries_feed_stays_overloaded():
    look = looked_at(queues, 0.6)
    assert look.round.verdict == "never"
    assert look.attempts("after") > 2 * look.attempts("before")


@pytest.mark.exhaustive
def test_a_system_that_sheds_recovers():
    assert looked_at(sheds, 0.5).round.verdict == "recovered"


@pytest.mark.exhaustive
@pytest.mark.nightly
def test_with_four_attempts_a_queue_recovers_up_to_about_a_quarter_of_its_capacity():
    course = OverloadCourse(during=0.3, after=8.0)
    found = recover(queues, None, course, known=195.0)
    assert found.share == pytest.approx(0.22, abs=0.07)
