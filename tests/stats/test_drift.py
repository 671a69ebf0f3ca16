"""The pin, and what has moved away from it."""

import numpy as np
import pytest

from suite.stats.drift import DriftReference, drift, relative
from suite.stats.series import Series


def series(level, n=100, seed=1, spread=0.02, start=0):
    rng = np.random.default_rng(seed)
    return Series.of(level * np.exp(spread * rng.normal(size=n)), start)


def test_a_pin_is_the_first_twenty_from_its_index_on():
    values = [float(at) for at in range(50)]
    pin = DriftReference.of(Series.of(values), 5, [])
    assert pin == DriftReference(5, tuple(values[5:25]))
    assert pin.whole


def test_what_is_missing_is_passed_over():
    values = [None if at % 2 else float(at) for at in range(60)]
    assert DriftReference.of(Series.of(values), 0, []).values == tuple(float(at) for at in range(0, 40, 2))


def test_a_pin_is_not_whole_before_its_time():
    pin = DriftReference.of(Series.of([1.0] * 25), 10, [])
    assert not pin.whole
    assert drift(pin, series(2.0), []) is None


@pytest.mark.parametrize(("points", "index"), [([30], 30), ([25, 40, 60], 40), ([20], 20), ([41], 20)])
def test_a_pin_never_reaches_across_a_change(points, index):
    pin = DriftReference.of(Series.of([float(at) for at in range(100)]), 20, points)
    assert pin.index == index
    assert pin.values[0] == index


def test_five_per_cent_are_a_drift():
    pin = DriftReference.of(series(1.0), 0, [])
    found = drift(pin, series(1.1, seed=2, start=100), [])
    assert found is not None
    assert found.since == 0
    assert found.change == pytest.approx(0.1, abs=0.03)
    assert found.after == pytest.approx(found.before * (1 + found.change))
    assert found.p < 1e-3


@pytest.mark.parametrize("ratio", [1.0, 1.03, 0.97])
def test_less_is_none(ratio):
    pin = DriftReference.of(series(1.0), 0, [])
    assert drift(pin, series(ratio, seed=2, spread=0.001, start=100), []) is None


def test_what_may_be_chance_is_none():
    pin = DriftReference.of(series(1.0, spread=0.3), 0, [])
    assert drift(pin, series(1.06, seed=2, spread=0.3, start=100), []) is None


def test_steps_explain_what_they_are_worth():
    pin = DriftReference.of(series(1.0), 0, [])
    now = series(np.r_[np.full(83, 1.0), np.full(17, 1.3)], seed=2, start=100)
    assert drift(pin, now, [(183, np.log(1.3))]) is None
    assert drift(pin, now, []) is not None
    rest = drift(pin, now, [(183, np.log(1.1))])
    assert rest is not None
    assert rest.change == pytest.approx((1.3 / 1.1) ** (17 / 20) - 1, abs=0.02)


def test_what_is_pinned_is_not_held_against_itself():
    climbing = series(np.linspace(1, 3, 30), n=30)
    assert drift(DriftReference.of(climbing, 0, []), climbing, []) is None


def test_values_below_zero_are_compared_as_they_are():
    rng = np.random.default_rng(3)
    first = Series.of(-10 + 0.1 * rng.normal(size=100))
    found = drift(DriftReference.of(first, 0, []), Series.of(-12 + 0.1 * rng.normal(size=100), 100), [])
    assert found is not None
    assert found.change == pytest.approx(-0.2, abs=0.02)


def test_levels_that_crossed_zero_are_not_compared_by_logs():
    first = Series.of(-1 + 0.1 * np.random.default_rng(4).normal(size=100))
    assert drift(DriftReference.of(first, 0, []), series(5.0, start=100), []) is None


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [(2, 3, 0.5), (2, 2, 0), (-2, -3, -0.5), (0, 0, 0), (0, 2, np.inf), (0, -1, -np.inf)],
)
def test_ratios_less_one(before, after, change):
    assert relative(before, after) == change
