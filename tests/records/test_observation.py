"""What a system said of itself, as data."""

from suite.records.observation import Observation

SAID = Observation(
    "/metrics",
    (-1.0, 1.0, 2.0, 4.0),
    {
        "late_total": (None, 0.0, 0.0, 3.0),
        "early_total": (0.0, 0.0, 2.0, 2.0),
        "always_total": (0.0, 1.0, 2.0, 3.0),
        "restarted_total": (5.0, 5.0, 0.0, 2.0),
        "pool_in_use": (1.0, 2.0, None, 1.0),
        "still": (1.0, None, 1.0, 1.0),
    },
    counters=("late_total", "early_total", "always_total", "restarted_total"),
)


def test_a_counter_that_was_set_back_grew_by_nothing_that_is_known():
    assert SAID.steps("restarted_total") == [(-1.0, 1.0, 0.0), (1.0, 2.0, 0.0), (2.0, 4.0, 2.0)]


def test_a_reading_that_lacks_a_figure_makes_its_step_longer():
    assert SAID.readings("pool_in_use") == [(-1.0, 1.0), (1.0, 2.0), (4.0, 1.0)]
    assert SAID.steps("late_total") == [(1.0, 2.0, 0.0), (2.0, 4.0, 3.0)]


def test_what_stood_still_did_not_move_and_pools_come_first():
    moved = ["pool_in_use", "always_total", "early_total", "late_total", "restarted_total"]
    assert SAID.moved == moved


def test_roused_are_counters_that_first_moved_after_it_in_their_order():
    assert SAID.roused(1.0) == ["early_total", "late_total", "restarted_total"]
    assert SAID.roused(2.0) == ["late_total", "restarted_total"]
    assert SAID.roused(0.5) == [], "no reading tells what was before"
