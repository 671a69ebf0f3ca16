"""The capacity of simulated systems through the driver, and of real ones."""

import signal
from dataclasses import replace

import numpy as np
import pytest
from examples.load_slots import null, slots, turns
from support.keeping import Kept
from support.runs import validity_of

from suite import Threshold, closed_loop, open_loop
from suite.capacity.capacity import capacity
from suite.capacity.goal import default_over
from suite.config.settings import Settings
from suite.contract.loop import OpenLoop
from suite.errors import ConfigurationError, CutShort, Interrupted, SystemFailed
from suite.records.capacity import Goal
from suite.records.histogram import Histogram
from suite.records.recording import Recording
from suite.records.run import CheckResult, Failure, Round

RATE = Goal("rate", seconds=1.0)
S = 1_000_000_000


class FakeRounds:
    """Stands in for real rounds: a system that holds `limit` starts a second, or users."""

    def __init__(self, limit):
        self.limit = limit
        self.loops = []
        self.change = lambda load, result: result
        self.reached = "running"
        self.backlog_over = float("inf")

    def __call__(self, spec, index, progress, look, *, noted=(), keeper=None):
        loop = spec.workload().loop
        load = getattr(loop, "rate", None) or float(loop.users)
        self.loops.append(loop)
        progress.phase("fake", index, 1, self.reached)
        response = 0.010 if load <= self.limit else 1.0
        count = 50
        due = np.linspace(0, S, count, endpoint=False).astype(np.int64)
        late = due if load > self.backlog_over else 0
        codes = np.zeros(count, np.uint8)
        look(
            Recording(
                ("call",), codes.astype(np.uint16), codes, due, due, due + 1, due + int(response * S) + late,
                codes == 0, 0, S,
            )
        )  # fmt: skip
        result = Round(
            index,
            metrics={
                "response.p95": None, "throughput": load, "offered": load, "failures": 0.0, "rejected": 0.0
            },
            sums={"due": load},
            histograms={"response": Histogram.of(np.full(count, int(response * S), np.int64))},
        )  # fmt: skip
        return self.change(load, result)


@pytest.fixture
def rounds(monkeypatch):
    fake = FakeRounds(500)
    monkeypatch.setattr("suite.engine.kept_rounds.run_round", fake)
    return fake


def test_the_highest_rate_is_enclosed_and_what_broke_is_named(rounds):
    watched = []
    found = capacity(slots, Settings(), RATE, watch=watched.append)
    assert found.found.low <= 500 < found.found.high <= 1.06 * found.found.low
    assert (found.found.broke, found.exit_code, found.unit) == ("response.p95", 0, "1/s")
    assert list(found.found.looks) == watched
    low, high = found.interval
    assert low < found.found.low < found.found.high < high  # arrivals are random
    assert isinstance(slots.loop, OpenLoop)
    assert watched[0].load == slots.loop.rate
    assert rounds.loops[-1].seconds == 4.0  # the reported end held in a longer look too
    assert all(loop.arrivals == "poisson" and loop.warmup == 0.25 for loop in rounds.loops)


def test_each_look_is_kept_the_moment_that_it_ends(rounds):
    kept, told = Kept(), []
    found = capacity(slots, Settings(), RATE, watch=lambda _: told.append(len(kept)), keeper=kept)
    assert told == [*range(len(kept))]
    assert [len(one.found.looks) for one in kept] == [*range(1, len(kept) + 1)]
    assert kept[-1].found.looks == found.found.looks
    assert {(one.id, one.partial) for one in kept} == {(found.id, True)}


def test_a_closed_loop_is_opened_for_a_rate_and_kept_for_users(rounds):
    rounds.limit = 37
    found = capacity(turns, Settings(), Goal("users", seconds=1.0))
    assert (found.found.low, found.found.high) == (37, 38)
    assert found.interval == (37, 38)
    assert found.unit == "users"
    assert {loop.kind for loop in rounds.loops} == {"closed"}
    rounds.loops.clear()
    capacity(turns, Settings(), RATE)
    assert {loop.kind for loop in rounds.loops} == {"open"}


def test_rate_is_the_question_unless_users_think():
    assert default_over(slots) == default_over(turns) == "rate"
    thinking = turns.copy()
    thinking.loop = closed_loop(4, seconds=1, think="100ms")
    assert default_over(thinking) == "users"


def test_stages_are_searched_as_random_arrivals(rounds):
    staged = slots.copy()
    staged.loop = open_loop(stages=[(10, 1), (50, 1)])
    capacity(staged, Settings(), RATE)
    assert {loop.arrivals for loop in rounds.loops} == {"poisson"}


def test_the_settings_of_runs_do_not_reach_the_looks(rounds):
    capacity(slots, Settings(rounds=9, quick=True, seconds=50, workers=2), RATE)
    assert {loop.seconds for loop in rounds.loops} == {1.0, 4.0}


@pytest.mark.parametrize(("level", "holds"), [("critical", True), ("warning", True), ("target", False)])
def test_thresholds_are_judged_at_the_level_asked_or_the_next_worse(rounds, level, holds):
    """Answers take 10 ms. There is no warning level: critical stands in."""
    strict = slots.copy()
    strict.thresholds = (Threshold("response.p95", target="5ms", critical="100ms"),)
    found = capacity(strict, Settings(), replace(RATE, level=level))
    assert (found.found.low is not None) == holds
    assert found.exit_code == (0 if holds else 1)


def test_a_threshold_on_throughput_is_no_limit_from_above(rounds):
    floor = slots.copy()
    floor.thresholds = (*slots.thresholds, Threshold("throughput", critical="400/s"))
    assert capacity(floor, Settings(), RATE).found.low > 450


def test_a_backlog_breaks_what_thresholds_would_let_pass(rounds):
    rounds.limit = 1e9
    rounds.backlog_over = 300
    found = capacity(slots, Settings(), RATE).found
    assert found.broke == "backlog"
    assert found.low <= 300 < found.high


def test_failures_and_new_rejections_break_without_a_threshold_on_them(rounds):
    def failing(load, result):
        return replace(result, metrics={**result.metrics, "failures": 0.2 if load > 300 else 0.0})

    def refusing(load, result):
        return replace(result, metrics={**result.metrics, "rejected": 0.4 if load > 200 else 0.25})

    for change, limit, name in ((failing, 300, "failures"), (refusing, 200, "rejected")):
        rounds.change = change
        found = capacity(slots, Settings(), RATE).found
        assert found.broke == name
        assert found.low <= limit < found.high


def test_a_check_that_fails_breaks(rounds):
    def lost(load, result):
        return replace(result, checks=(CheckResult("all are stored", load < 250, "9 of 10"),))

    rounds.change = lost
    assert capacity(slots, Settings(), RATE).found.broke == "check all are stored"


def test_a_system_that_dies_under_load_does_not_hold_it(rounds):
    def dying(load, result):
        return result if load <= 150 else Round(0, failure=Failure("system", "the system died: 139"))

    rounds.change = dying
    found = capacity(slots, Settings(), RATE).found
    assert found.broke == "the system died"
    assert found.low <= 150 < found.high


def test_a_system_that_would_not_start_says_nothing_and_ends_the_search(rounds):
    def dying(load, result):
        return result if load < 300 else Round(0, failure=Failure("system", "it would not start"))

    def reached(load, result):
        rounds.reached = "starting" if load >= 200 else "running"  # of the next look
        return dying(load, result)

    rounds.change = reached
    with pytest.raises(CutShort, match="would not start") as cut:
        capacity(slots, Settings(), RATE)
    assert isinstance(cut.value.error, SystemFailed)
    assert cut.value.exit_code == 4
    assert (cut.value.found.found.low, cut.value.found.found.high) == (200, None)


def test_an_invalid_look_breaks_nothing(rounds):
    def saturated(load, result):
        if load <= 2000:
            return result
        return replace(result, validity=validity_of("invalid", "the generator was late: 9 ms"))

    rounds.limit, rounds.change = 2000, saturated
    found = capacity(slots, Settings(), RATE)
    assert (found.found.end, found.found.high, found.exit_code) == ("generator", None, 3)
    assert found.found.low <= 2000


def test_what_holds_though_the_generator_was_late_holds_if_all_was_delivered(rounds):
    late = validity_of("invalid", "the generator was late: 9 ms")
    rounds.change = lambda load, result: replace(result, validity=late)
    assert capacity(slots, Settings(), RATE).found.low > 450

    def undelivered(load, result):
        return replace(result, validity=late, metrics={**result.metrics, "throughput": 0.9 * load})

    rounds.change = undelivered
    assert capacity(slots, Settings(), RATE).found.low is None


def test_a_worker_that_dies_is_no_limit_of_the_system(rounds):
    broken = Round(0, failure=Failure("worker", "killed"), validity=validity_of("invalid", "a worker died"))
    rounds.change = lambda load, result: result if load <= 300 else broken
    assert capacity(slots, Settings(), RATE).found.end == "generator"


def test_an_interrupt_keeps_what_was_found(rounds):
    def interrupted(load, result):
        if load > 300:
            raise Interrupted(signal.SIGTERM)
        return result

    rounds.change = interrupted
    with pytest.raises(CutShort) as cut:
        capacity(slots, Settings(), RATE)
    assert cut.value.exit_code == 143
    assert cut.value.found.found.low == 200


@pytest.mark.parametrize(("floor", "code"), [(100, 0), (450, 0), (800, 1), (510, 1)])
def test_a_floor_is_looked_at_first_and_decides(rounds, floor, code):
    found = capacity(slots, Settings(), replace(RATE, at_least=floor))
    assert found.found.looks[0].load == floor
    assert found.exit_code == code


def test_scaling_is_fitted_to_steady_looks(rounds):
    found = capacity(slots, Settings(), RATE)
    assert len(found.scaling.points) <= len(found.found.looks)
    assert found.scaling.fit is not None


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        (Goal("rate", lowest=50, highest=10), "nothing from 50 to 10"),
        (Goal("rate", lowest=-1), "above 0"),
        (Goal("rate", seconds=0), "above 0"),
        (Goal("rate", at_least=5, lowest=10), "outside"),
        (Goal("users", lowest=1), "too few"),
    ],
)
def test_goals_that_make_no_sense_are_refused_before_anything_starts(rounds, goal, words):
    with pytest.raises(ConfigurationError, match=words):
        capacity(turns, Settings(workers=2), goal)
    assert rounds.loops == []


def test_users_without_a_threshold_have_no_end(rounds):
    free = turns.copy()
    free.thresholds = ()
    with pytest.raises(ConfigurationError, match="any number of users holds"):
        capacity(free, Settings(), Goal("users"))


# --- real systems


@pytest.mark.exhaustive
@pytest.mark.rounds
def test_two_slots_of_20_ms_hold_about_100_a_second():
    goal = Goal("rate", seconds=1.5, budget=60, lowest=50, highest=200)
    found = capacity(slots, Settings(values={"slots": 2, "service": 0.02}), goal)
    if found.found.end != "found":
        pytest.skip(f"the machine was too busy: {found.found}")
    low, high = found.interval
    assert 30 < low < 105  # as narrow as the budget allowed
    assert 80 < high < 250
    assert found.found.broke in ("response.p95", "backlog")


@pytest.mark.load
@pytest.mark.rounds
def test_a_server_that_does_nothing_has_no_capacity_only_the_generator_has():
    found = capacity(null, Settings(), Goal("rate", seconds=0.5, repeats=1, budget=40))
    assert found.found.end in ("generator", "budget"), found.found
    assert found.found.high is None
    assert found.exit_code == 3
