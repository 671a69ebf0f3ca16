"""What became of a round over time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.recordings import NOTHING, SECOND, START, recording_of

from suite.measure.resources import Resources, Usage
from suite.measure.series import series


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
