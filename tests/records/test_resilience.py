"""What a round with a fault says of a system."""

import pytest
from support.resiliences import BORNE, DIED, LOST, NEVER, UNMET, UNTOLD, WAITED, fault_round, make_resilience

from suite.records.reason import Reason
from suite.records.resilience import FaultTrial

UNBELIEVED = fault_round(reasons=(Reason("no_samples"),))


@pytest.mark.parametrize(
    ("one", "verdict", "weaknesses"),
    [
        (BORNE, "recovered", ()),
        (NEVER, "never", ("never", "errors")),
        (LOST, "recovered", ("lost",)),
        (WAITED, "recovered", ("waits", "errors")),
        (UNMET, "unmet", ()),
        (UNTOLD, "untold", ()),
        (UNBELIEVED, "untold", ()),
        (DIED, "died", ("died",)),
    ],
)
def test_a_round_says_whether_it_came_back_and_what_was_weak(one, verdict, weaknesses):
    assert (one.verdict, one.weaknesses) == (verdict, weaknesses)


@pytest.mark.parametrize(
    ("rounds", "code"),
    [
        ([BORNE], 0),
        ([WAITED], 0),
        ([NEVER], 1),
        ([LOST], 1),
        ([DIED, UNTOLD], 1),
        ([UNTOLD], 3),
        ([UNMET], 3),
        ([BORNE, UNMET], 0),
        ([BORNE, UNTOLD], 3),
        ([BORNE, NEVER], 1),
    ],
)
def test_exit_codes(rounds, code):
    assert make_resilience(*(FaultTrial("reset", "database", (one,)) for one in rounds)).exit_code == code
    if UNMET not in rounds:
        assert make_resilience(FaultTrial("reset", "database", tuple(rounds))).exit_code == code


@pytest.mark.parametrize(("one", "code"), [(BORNE, 3), (LOST, 1)])
def test_what_ended_early_is_not_passed(one, code):
    """What was interrupted after a fault that was borne once stood in the ledger as passed."""
    found = make_resilience(FaultTrial("reset", "database", (one,)), partial=True)
    assert found.exit_code == code


def test_without_a_round_to_compare_with_nothing_can_be_told():
    assert make_resilience(FaultTrial("reset", "database", (BORNE,)), usual=None).exit_code == 3


def test_of_several_rounds_the_worst_stands_for_them():
    trial = FaultTrial("reset", "database", (BORNE, UNTOLD, NEVER, WAITED))
    assert trial.worst == NEVER
    assert trial.back == 2
    assert trial.weaknesses == ("never", "waits", "errors")
    slower = fault_round(impact={"recovery": 2.0})
    assert FaultTrial("reset", "database", (BORNE, slower, UNMET)).worst == slower


def test_that_a_slow_way_takes_its_time_is_no_weakness():
    assert FaultTrial("slow", "database", (WAITED,)).weaknesses == ("errors",)


def test_who_was_killed_and_started_again_at_once_lets_nobody_wait_as_long_as_that():
    at_once = fault_round(incident={"ended": 2.51}, impact={"longest": 0.4})
    assert FaultTrial("restart", "database", (at_once,)).weaknesses == ()


def test_faults_are_counted_by_weakness():
    counts = make_resilience().counts
    assert counts == {"tried": 4, "died": 0, "never": 1, "lost": 1, "waits": 1, "errors": 2}
