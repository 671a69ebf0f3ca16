"""Medians, ratios within a round, goals, and the truth of the stall."""

import pytest
from studies.peers import stall, summary
from studies.peers.reported import Reported
from studies.peers.target import counted
from studies.peers.trial import Trial

LABELS = {"raw": "ours, raw", "user": "ours", "wrk": "wrk", "fast": "FastHttpUser"}


def trial(cpu, failures=0):
    return Trial(cpu * 1e-6, 1e4, 0.1, Reported(1e4, 1e-3, 2e-3, failures))


def test_rows_are_medians_with_the_spread_cheapest_first():
    rounds = [{"user": trial(cpu), "wrk": trial(6, failures=1)} for cpu in (10, 9, 30)]
    wrk, user = summary.rows(LABELS, rounds)
    assert (wrk.name, wrk.failures) == ("wrk", 3)
    assert user.cpu == pytest.approx(10e-6)
    assert user.spread == pytest.approx((9e-6, 30e-6))
    assert user.ratio == 1


def test_ratios_are_taken_within_each_round():
    """A neighbour that doubles the cost of all in a round changes no ratio."""
    rounds = [
        {"user": trial(10), "wrk": trial(5)},
        {"user": trial(20), "wrk": trial(10)},
        {"user": trial(15)},  # a round that one of them did not get through
    ]
    assert summary.ratio(rounds, "wrk", "user") == pytest.approx(0.5)
    assert summary.ratio(rounds, "hey", "user") is None
    assert summary.least(rounds, "wrk", "user") == pytest.approx(0.5)


def test_goals_need_both_sides():
    rounds = [{"raw": trial(5), "user": trial(12), "wrk": trial(6)}]
    assert {goal.words: goal.ratio <= goal.limit for goal in summary.goals(rounds)} == {
        "raw costs at most 1 × wrk": True,
        "a User's operation costs at most 1.6 × wrk": False,
    }


def test_goals_are_kept_by_ten_times_less():
    rounds = [{"raw": trial(5), "user": trial(12), "fast": trial(60)}]
    assert [goal.ratio <= goal.limit for goal in summary.goals(rounds)] == [True, False]
    assert [goal.words.partition(" × ")[0][-2:].strip() for goal in summary.goals(rounds)] == ["10", "6"]


def test_the_truth_of_a_stall():
    """8,000 starts, 1,000 of them wait between 0 and 1 s: the 80th worst waits 0.92 s."""
    assert stall.truth(3.0, 4.0) == pytest.approx(0.92, abs=0.002)
    assert stall.truth(3.0, 4.0, 0.5) == 0


def test_the_count_of_stub_status():
    text = "Active connections: 1 \nserver accepts handled requests\n 2 2 7 \nReading: 0 Writing: 1 \n"
    assert counted(text) == 7
