"""A workload with one fault after another: simulated rounds, and real ones of a shop that is weak."""

from dataclasses import replace

import pytest
from examples.load_fragile import sound, weak
from support.keeping import Kept
from support.resiliences import BORNE, NEVER
from support.steady import steady

from suite import closed_loop, open_loop
from suite.config.settings import Settings
from suite.contract.loop import ClosedLoop, OpenLoop
from suite.errors import ConfigurationError, CutShort, Interrupted, SystemFailed
from suite.measure.recovery import impacts
from suite.records.reason import Reason
from suite.records.resilience import FaultCourse
from suite.records.run import CheckResult, Failure, Round, Validity
from suite.resilience.resilience import loop_of, resilience, round_of

COURSE = FaultCourse(before=10, during=3, after=17)
NOT_DELIVERED = Validity("invalid", (Reason("undelivered", {}),))


class FakeRounds:
    """Stands in for real rounds: `answers` by fault and party, None for the round without a fault."""

    def __init__(self):
        self.specs = []
        self.usual = steady()
        self.answers = {}
        self.reached = 20.0
        self.otherwise = Round(0, incidents=(BORNE.incident,))

    def __call__(self, spec, index, progress, look=None, *, noted=(), keeper=None):
        workload = spec.workload()
        self.specs.append((index, workload))
        progress.phase("fake", index, 1, "running")
        progress.tick(self.reached, 30.0, 1000)
        at = next(iter(workload.faults), None)
        name = None if at is None else (at.fault.kind, at.fault.party)
        answer = self.answers.get(name, self.otherwise)
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        if at is None:
            answer = replace(answer, incidents=tuple(impacts(self.usual, noted)))
        return replace(answer, index=index)


@pytest.fixture
def rounds(monkeypatch):
    fake = FakeRounds()
    monkeypatch.setattr("suite.engine.kept_rounds.run_round", fake)
    return fake


def verdicts(found):
    return [(trial.fault, trial.party, trial.worst.verdict) for trial in found.trials]


def test_each_fault_has_a_round_beside_one_without(rounds):
    rounds.answers["Kill", "mail"] = Round(0, incidents=(NEVER.incident,))
    watched = []
    found = resilience(
        weak,
        None,
        COURSE,
        parties=["mail"],
        faults=["slow", "dead"],
        watch=lambda *told: watched.append(told),
    )
    assert [[at.fault.kind for at in workload.faults] for _, workload in rounds.specs] == [
        [], ["Latency"], ["Kill"]
    ]  # fmt: skip
    assert {workload.loop.seconds for _, workload in rounds.specs} == {30}
    assert verdicts(found) == [("slow", "mail", "recovered"), ("dead", "mail", "never")]
    assert watched == [(trial, number, 2) for number, trial in enumerate(found.trials)]
    assert found.exit_code == 1
    assert found.usual.verdict == "recovered"
    assert (found.workload, found.partial, found.skipped) == ("fragile/weak", False, ())


def test_each_round_is_kept_the_moment_that_it_ends(rounds):
    kept, two = Kept(), replace(COURSE, rounds=2)
    found = resilience(weak, None, two, parties=["mail"], faults=["slow", "dead"], keeper=kept)
    assert [[len(trial.rounds) for trial in one.trials] for one in kept] == [[1], [2], [2, 1], [2, 2]]
    assert kept[-1].trials == found.trials
    assert {(one.id, one.partial) for one in kept} == {(found.id, True)}


def test_several_rounds_have_the_arrivals_of_their_number(rounds):
    found = resilience(weak, None, replace(COURSE, rounds=3), parties=["mail"], faults=["slow"])
    assert [index for index, _ in rounds.specs] == [0, 0, 1, 2]
    assert len(found.trials[0].rounds) == 3


def test_the_workloads_own_faults_are_left_out_and_its_settings_hold(rounds):
    own = weak.copy()
    own.faults = ("not looked at",)
    resilience(weak, Settings(rate=50, rounds=7, quick=True), COURSE, parties=["mail"], faults=["slow"])
    assert {workload.loop.rate for _, workload in rounds.specs} == {50}
    assert len(rounds.specs) == 2


def test_a_check_that_breaks_with_a_fault_alone_is_lost_work(rounds):
    broken = CheckResult("all mail is there", False, "3 of 9")
    rounds.answers["Reset", "mail"] = replace(rounds.otherwise, checks=(broken,))
    found = resilience(weak, None, COURSE, parties=["mail"], faults=["slow", "reset"])
    assert [trial.weaknesses for trial in found.trials] == [(), ("lost",)]
    assert found.exit_code == 1


def test_a_check_that_breaks_anyway_says_nothing_of_a_fault(rounds):
    rounds.otherwise = replace(rounds.otherwise, checks=(CheckResult("all mail is there", False, "3 of 9"),))
    found = resilience(weak, None, COURSE, parties=["mail"], faults=["reset"])
    assert found.trials[0].weaknesses == ()
    assert [reason.kind for reason in found.usual.reasons] == ["check_fails_anyway"]
    assert found.exit_code == 3


def test_where_nothing_is_calm_without_a_fault_nobody_can_tell_what_stays_of_one(rounds):
    rounds.usual = steady(lambda due: due > 10)
    rounds.otherwise = Round(0, incidents=(NEVER.incident,))
    found = resilience(weak, None, COURSE, parties=["mail"], faults=["reset"])
    assert len(rounds.specs) == 3  # that without a fault was looked at again
    assert [reason.kind for reason in found.usual.reasons] == ["restless_without"]
    assert verdicts(found) == [("reset", "mail", "untold")]
    assert found.exit_code == 3


def test_a_round_that_can_not_be_believed_is_taken_again_once(rounds):
    bad = replace(rounds.otherwise, validity=NOT_DELIVERED)
    rounds.answers["Reset", "mail"] = [bad, rounds.otherwise]
    assert resilience(weak, None, COURSE, parties=["mail"], faults=["reset"]).exit_code == 0
    rounds.answers["Reset", "mail"] = [bad, bad]
    found = resilience(weak, None, COURSE, parties=["mail"], faults=["reset"])
    assert verdicts(found) == [("reset", "mail", "untold")]


def test_a_late_generator_explains_lateness_but_no_failures():
    late = Validity("invalid", (Reason("late_sends", {}), Reason("shared_cores")))
    slow = replace(NEVER.incident.impact, outcomes={"before": {"ok": 250}, "after": {"ok": 500}})
    failing = round_of(Round(0, validity=late, incidents=(NEVER.incident,)))
    lagging = round_of(Round(0, validity=late, incidents=(replace(NEVER.incident, impact=slow),)))
    borne = round_of(Round(0, validity=late, incidents=(BORNE.incident,)))
    assert (failing.verdict, lagging.verdict, borne.verdict) == ("never", "untold", "recovered")


def test_a_system_that_dies_of_a_fault_is_told_and_the_others_are_still_tried(rounds):
    rounds.answers["Reset", "mail"] = Round(0, failure=Failure("system", "the system died: 139"))
    found = resilience(weak, None, COURSE, parties=["mail"], faults=["reset", "restart"])
    assert verdicts(found) == [("reset", "mail", "died"), ("restart", "mail", "recovered")]
    assert found.trials[0].worst.died == "the system died: 139"


@pytest.mark.parametrize("reached", [None, 9.0])
def test_a_system_that_dies_before_anything_failed_ends_it(rounds, reached):
    dead = Round(0, failure=Failure("system", "it would not start"))
    rounds.reached = reached or 0.0
    rounds.answers["Reset", "mail"] = dead
    with pytest.raises(CutShort, match="it would not start") as cut:
        resilience(weak, None, COURSE, parties=["mail"], faults=["slow", "reset"])
    assert isinstance(cut.value.error, SystemFailed)
    assert cut.value.exit_code == 4
    assert verdicts(cut.value.found) == [("slow", "mail", "recovered")]


def test_an_interrupt_keeps_what_was_found(rounds):
    rounds.answers["Reset", "mail"] = Interrupted(15)
    with pytest.raises(CutShort) as cut:
        resilience(weak, None, COURSE, parties=["mail"], faults=["slow", "reset"])
    assert cut.value.exit_code == 143
    assert cut.value.found.partial
    assert verdicts(cut.value.found) == [("slow", "mail", "recovered")]


def test_an_interrupt_keeps_the_rounds_of_the_fault_that_it_came_in(rounds):
    """Of eight rounds seven were lost when the eighth was interrupted."""
    rounds.answers["Reset", "mail"] = [rounds.otherwise, rounds.otherwise, Interrupted(2)]
    with pytest.raises(CutShort) as cut:
        resilience(weak, None, replace(COURSE, rounds=8), parties=["mail"], faults=["reset"])
    (trial,) = cut.value.found.trials
    assert len(trial.rounds) == 2
    assert cut.value.found.partial


def test_loops_last_as_long_as_the_course():
    course = FaultCourse()
    assert loop_of(closed_loop(4, operations=50, think=0.1), course) == ClosedLoop(
        4, seconds=8.0, think=0.1, warmup=0.5
    )
    staged = loop_of(open_loop(stages=[(50, 1), (150, 1)]), course)
    assert isinstance(staged, OpenLoop)
    assert (staged.arrivals, staged.rate, staged.seconds) == ("constant", 100, 8.0)
    assert loop_of(open_loop(80, 5, arrivals="poisson"), course) == open_loop(
        80, 8, arrivals="poisson", warmup=0.5
    )
    with pytest.raises(ConfigurationError, match=r"at 5/s 2 s before a fault have fewer .* --before 5s"):
        loop_of(open_loop(5, 60), course)


def tried(workload, *faults, **only):
    """What real rounds, short ones, say of each party under the one fault of `faults`, by party."""
    course = FaultCourse(before=0.6, during=0.5, after=0.9)
    found = resilience(workload, Settings(rate=80), course, faults=faults, **only)
    return {trial.party: trial for trial in found.trials}


@pytest.mark.exhaustive
def test_a_system_that_never_connects_again_is_found():
    trial = tried(weak, "restart", parties=["database"])["database"]
    assert "never" in trial.weaknesses
    assert trial.worst.errors("after") > 0.9


@pytest.mark.exhaustive
@pytest.mark.nightly
def test_a_black_hole_shows_all_three_weaknesses():
    found = tried(weak, "blackhole")
    assert "never" in found["database"].weaknesses
    assert "waits" in found["prices"].weaknesses
    assert "lost" in found["mail"].weaknesses


@pytest.mark.exhaustive
def test_a_sound_system_bears_it():
    for trial in tried(sound, "blackhole").values():
        assert not {"never", "lost", "waits"} & set(trial.weaknesses), trial
