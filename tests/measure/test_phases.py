"""The time around a fault in parts."""

import numpy as np

from suite.measure.phases import CauseTimes, Phases

PHASES = Phases(10, 100, 200, 300)


def moments(*values):
    return np.array(values, np.int64)


def test_operations_in_flight_when_it_began_are_during_it():
    due, ended = moments(5, 20, 90, 150, 199, 200, 299, 300), moments(8, 99, 100, 160, 250, 210, 400, 310)
    found = PHASES.of(due, ended)
    assert found["before"].tolist() == [False, True, False, False, False, False, False, False]
    assert found["during"].tolist() == [False, False, True, True, True, False, False, False]
    assert found["after"].tolist() == [False, False, False, False, False, True, True, False]


def test_moments_are_counted_by_when_they_are():
    assert PHASES.counts(moments(9, 10, 99, 100, 199, 200, 299, 300)) == {
        "before": 2,
        "during": 2,
        "after": 2,
    }
    endless = Phases(10, 100, 1 << 62, 300)
    assert endless.counts(moments(150, 299, 300)) == {"before": 0, "during": 2, "after": 0}


def test_causes_are_counted_by_phase_the_most_frequent_first():
    reset = CauseTimes("failed", "reset", moments(90, 150, 220), moments(110, 160, 230))
    again = CauseTimes("failed", "reset", moments(160), moments(170))
    late = CauseTimes("timeout", "timeout", moments(*range(101, 120)), moments(*range(121, 140)))
    assert PHASES.causes([reset, again, late]) == {
        "during": {"timeout": 19, "failed: reset": 3},
        "after": {"failed: reset": 1},
    }
    assert list(PHASES.causes([reset, late])["during"]) == ["timeout", "failed: reset"]
    assert PHASES.causes([]) == {}
