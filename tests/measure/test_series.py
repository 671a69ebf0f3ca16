"""What became of a round over time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.recordings import NOTHING, SECOND, START, recording_of

from suite.measure.garbage import Garbage
from suite.measure.resources import Resources, Usage
from suite.measure.series import series
from suite.records.outcome import Outcome


def test_series_of_short_and_long_rounds():
    usage = Usage(
        times=np.array([START, START + 2 * SECOND]),
        memory=np.array([100.0, 300.0]),
        cpu_total=np.array([0.0, 1.0]),
    )
    recording = recording_of(np.full(4000, 10**6), rate=2000)
    columns = series(recording, Resources(2.0, groups={"system": usage}))
    assert columns["second"] == (0.0, 0.4, 0.8, 1.2, 1.6)
    assert sum(columns["completed"]) == pytest.approx(4000, abs=3)
    assert columns["p99"] == (0.001, 0.001, 0.001, 0.001, None)  # the last has no thousand of its own
    assert columns["memory"] == pytest.approx((140, 180, 220, 260, 300))
    assert columns["cpu"] == pytest.approx((0.5,) * 5)
    warm = series(replace(recording, begin=START + SECOND), NOTHING)
    assert warm["second"][0] == -1.0
    assert {len(column) for column in warm.values()} == {len(warm["second"])}
    assert warm["memory"] == (None,) * len(warm["second"])


def test_what_failed_and_what_was_rejected_is_counted_where_it_ended():
    recording = recording_of(np.full(4000, 10**6), rate=2000)
    outcome = recording.outcome.copy()
    outcome[800:1600] = Outcome.failed  # the second of five buckets
    outcome[3900:] = Outcome.rejected
    columns = series(replace(recording, outcome=outcome), NOTHING)
    assert columns["failed"] == pytest.approx((0, 798, 2, 0, 0), abs=3)
    assert sum(columns["failed"]) == 800
    assert columns["rejected"] == (0, 0, 0, 0, 100)
    assert sum(columns["completed"]) == pytest.approx(3100, abs=3)


def test_pauses_of_the_collector_are_where_they_began_the_longest_of_each_bucket():
    garbage = Garbage((1,), (0,), 0, 0.02, 0.01, tuple((START + at, length) for at, length in PAUSES))
    recording = recording_of(np.full(4000, 10**6), rate=2000)
    columns = series(recording, replace(NOTHING, garbage=garbage))
    assert columns["pause"] == pytest.approx((0.004, 0.0, 0.007, 0.0, 0.0))
    assert "pause" not in series(recording, NOTHING)


PAUSES = (
    (-SECOND, 10**7),  # before the round
    (SECOND // 10, 4 * 10**6),
    (SECOND // 5, 10**6),
    (SECOND, 7 * 10**6),
    (9 * SECOND, 10**7),  # after it
)
