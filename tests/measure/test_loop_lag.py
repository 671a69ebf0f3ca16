"""What standstills of known lengths do to who comes at a random moment."""

from array import array

import numpy as np
import pytest

from suite.measure.loop_lag import blocked, holder, waiting, waits_of
from suite.records.loop_lag import LoopHolder, LoopLag

MS = 1_000_000
SLEEP, PARSE = LoopHolder("get", "load.py:7"), LoopHolder("put", "load.py:9")


def lag(*late, every=20, holders=None):
    """Each (due, late) in ms, beats `every` ms apart."""
    due, lates = ([round(one[i] * MS) for one in late] for i in (0, 1))
    return LoopLag(array("q", due), array("q", [every * MS] * len(due)), array("q", lates), holders or {})


def test_a_late_beat_stands_for_all_that_were_due_meanwhile():
    waits, times = waits_of(lag((100, 50), (400, 5)), 0, 1000 * MS)
    assert waits.tolist() == [50 * MS, 30 * MS, 10 * MS, 5 * MS]
    assert times.tolist() == [20 * MS] * 4


@pytest.mark.parametrize(("longest", "every"), [(8, 20), (200, 20), (200, 100)])
def test_the_wait_is_that_of_random_moments(longest, every):
    """Standstills shorter and longer than a beat, at random: the beats know as much as a fine grid."""
    random = np.random.default_rng(1)
    lengths = random.uniform(0.2, 1.0, 8000) * longest
    ends = np.cumsum(lengths + random.uniform(0, longest, 8000))
    whole = ends[-1] - every

    def still(moment):
        """How long the loop is still to stand."""
        at = np.searchsorted(ends, moment)
        return np.where(moment >= ends[at] - lengths[at], ends[at] - moment, 0.0)

    late, beat = [], float(every)
    while beat < whole:
        wait = float(still(beat))
        late += [(beat, wait)] if wait > 1 else []
        beat += every * (wait // every + 1)
    found, grid = lag(*late, every=every), still(np.linspace(0, whole, 100_000))
    for quantile in (0.5, 0.9, 0.99):
        truth = np.quantile(grid, quantile) / 1e3
        assert waiting([found], 0, round(whole * MS), quantile) == pytest.approx(truth, rel=0.1, abs=0.0011)
    assert blocked([found], 0, round(whole * MS)) == pytest.approx(np.mean(grid > 1), abs=0.03)


def test_only_the_measured_part_counts():
    found = lag((100, 95), (400, 50))
    assert blocked([found], 120 * MS, 220 * MS) == pytest.approx(0.8)
    assert blocked([found], 200 * MS, 300 * MS) == 0.0


def test_of_several_workers_the_worst_and_the_waits_of_all():
    still, well = lag((0, 1000)), lag()
    assert blocked([still, well], 0, 1000 * MS) == 1.0
    assert waiting([still, well], 0, 1000 * MS, 0.75) == pytest.approx(0.5, abs=0.021)
    assert waiting([well, well], 0, 1000 * MS, 0.9) == waiting([], 0, MS, 0.5) == 0.0


def test_one_short_hiccup_says_nothing():
    assert waiting([lag((0, 10))], 0, 100 * MS, 0.9) == 0.0


def test_who_was_seen_most_often_kept_the_loop():
    assert holder([lag(holders={SLEEP: 3, PARSE: 2}), lag(holders={PARSE: 2})]) == PARSE
    assert holder([lag()]) is None
