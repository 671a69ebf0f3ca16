"""Steps, a trend, or both."""

import numpy as np
import pytest

from suite.stats.series import Series
from suite.stats.trend import course

STEPS = {"none": (), "one": (150,), "two": (100, 200)}


def made(slope, steps, seed, spread=0.02, n=300):
    rng = np.random.default_rng(seed)
    level = np.exp(slope * np.arange(n))
    for at in steps:
        level[at:] *= 1.3
    return Series.of(level * np.exp(spread * rng.normal(size=n)))


@pytest.mark.exhaustive
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("slope", [0.0, 0.001, -0.002])
def test_what_went_in_comes_out(slope, steps):
    for seed in range(5):
        found = course(made(slope, steps, seed))
        assert [split.index for split in found.splits] == list(steps)
        assert found.slope == pytest.approx(slope, abs=2e-4)


def test_a_trend_adds_what_it_takes_from_the_level():
    series = made(0.001, (), 7)
    found = course(series)
    put_back = found.level.raw + [found.trend(at) for at in range(len(series))]
    assert put_back == pytest.approx(series.raw)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2, 3, 4, 5]])
def test_few_values_have_no_course(values):
    found = course(Series.of(values))
    assert (found.splits, found.slope) == ((), 0.0)


def test_a_line_without_noise_is_a_trend():
    found = course(Series.of(np.exp(0.01 * np.arange(50))))
    assert found.splits == ()
    assert found.slope == pytest.approx(0.01)
