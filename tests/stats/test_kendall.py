"""The test of a movement against counting out every case, and on noise whose values resemble each other."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.variants import nightly

from suite.stats.kendall import movement

few = st.lists(st.integers(0, 5).map(float), min_size=3, max_size=6)
some = st.lists(st.integers(-1000, 1000).map(float), min_size=3, max_size=25)
CHANCE = 0.0003


def score(values):
    """Rising pairs less falling ones, one by one."""
    return sum((b > a) - (b < a) for a, b in itertools.combinations(values, 2))


def noise(random, n, rho):
    """n values of which each has `rho` of the one before, of variance 1."""
    steps = random.normal(size=n + 100)
    values = np.zeros(n + 100)
    for at in range(1, n + 100):
        values[at] = rho * values[at - 1] + steps[at]
    return values[100:] * math.sqrt(1 - rho * rho)


def alarms(series):
    return sum(movement(range(len(one)), one).p(rising=True) < CHANCE for one in series)


@given(few)
def test_the_variance_is_that_of_all_orders(values):
    scores = [score(order) for order in itertools.permutations(values)]
    found = movement(range(len(values)), values)
    assert found.score == score(values)
    assert found.variance / found.inflation == pytest.approx(np.var(scores))


@given(some)
def test_the_slope_is_the_middle_of_those_of_all_pairs(values):
    pairs = itertools.combinations(enumerate(values), 2)
    slopes = [(b - a) / (j - i) for (i, a), (j, b) in pairs]
    slope = movement(range(len(values)), values).slope
    assert slope.estimate == pytest.approx(np.median(slopes))
    assert slope.low <= slope.estimate <= slope.high


@given(some, some)
def test_strata_add_up_and_are_not_compared_with_each_other(first, second):
    strata = [0] * len(first) + [1] * len(second)
    lifted = [*first, *(value + 1e6 for value in second)]
    found = movement(range(len(strata)), lifted, strata)
    assert found.score == score(first) + score(second)
    alone = [movement(range(len(part)), part) for part in (first, second)]
    plain = sum(one.variance / one.inflation for one in alone)
    assert found.variance / found.inflation == pytest.approx(plain)


@given(some, st.integers(-50, 50))
def test_falling_is_rising_upside_down_and_a_level_is_no_movement(values, level):
    found = movement(range(len(values)), values)
    turned = movement(range(len(values)), [level - value for value in values])
    assert turned.score == -found.score
    assert turned.inflation == pytest.approx(found.inflation)
    assert turned.p(rising=False) == pytest.approx(found.p(rising=True))


@pytest.mark.parametrize(
    ("level", "values"),
    [
        (16, [1, 5, 5, 1, 2, 1, 0, 0, 1, 1, 0, 1]),
        (14, [0, 0, 0, 1, 0, 0, 1, 3, 2, 1]),
        (46, [0, 0, 0, 5, 0, 2, 0, 0, 0, 0, 1, 2, 1, 1, 3, 3]),
    ],
)
def test_what_the_last_digits_tell_apart_is_equal(level, values):
    """0.1 + 0.2 - 0.3 is not 0: a series and its mirror image had other ties, and another inflation."""
    found, turned = (movement(range(len(one)), one) for one in (values, [level - value for value in values]))
    assert turned.inflation == pytest.approx(found.inflation)


def test_a_line_moves_and_equal_values_do_not():
    times = range(30)
    assert movement(times, [2.0 * at for at in times]).slope.estimate == 2
    assert movement(times, [2.0 * at for at in times]).p(rising=True) < 1e-12
    assert movement(times, [2.0 * at for at in times]).p(rising=False) > 0.999
    flat = movement(times, [7.0] * 30)
    assert (flat.score, flat.p(rising=True), flat.slope.estimate) == (0, 1.0, 0.0)


def test_a_leak_in_whole_steps_is_no_noise():
    stairs = [float(at // 8) for at in range(60)]
    assert movement(range(60), stairs).p(rising=True) < 1e-6


@pytest.mark.parametrize("curve", [np.sqrt, np.square, lambda at: 1 - np.exp(-at / 8)])
def test_a_curve_without_noise_remembers_all_and_moves_all_the_same(curve):
    found = movement(range(40), curve(np.arange(40.0)))
    assert found.inflation > 5
    assert found.p(rising=True) < 1e-6


def test_too_few_values_and_strata_of_one_say_nothing():
    with pytest.raises(ValueError, match="three values"):
        movement([0, 1], [0.0, 1.0])
    alone = movement([0, 1, 2], [0.0, 1.0, 2.0], [0, 1, 2])
    assert (alone.score, alone.p(rising=True), alone.slope.low) == (0, 1.0, -math.inf)


def test_values_that_resemble_their_neighbours_say_less():
    random = np.random.default_rng(3)
    free, tied = (
        np.median([movement(range(120), noise(random, 120, rho)).inflation for _ in range(20)])
        for rho in (0.0, 0.8)
    )
    assert free < 1.6
    assert 4 < tied < 14, "(1 + .8) / (1 - .8) of many values"


def test_noise_of_80_percent_raises_none_of_20_alarms_and_a_slow_leak_20_of_20():
    """A leak of 12 standard deviations over 240 windows, 0.05 from one to the next."""
    random = np.random.default_rng(20)
    assert alarms(noise(random, 240, 0.8) for _ in range(20)) == 0
    assert alarms(noise(random, 240, 0.8) + 0.05 * np.arange(240) for _ in range(20)) == 20


@pytest.mark.exhaustive
@pytest.mark.parametrize("rho", [0.0, nightly(0.3), nightly(0.5), 0.8, 0.9])
@pytest.mark.parametrize("n", [20, 60, 120, 240])
def test_false_alarms_stay_few_however_long_windows_remember(rho, n):
    """A textbook's correction raises five in a hundred at rho .8; chance alone three in ten thousand."""
    random = np.random.default_rng(n)
    tried = 1000
    most = 0.03 if n < 60 else 0.01
    assert alarms(noise(random, n, rho) for _ in range(tried)) <= most * tried


@pytest.mark.exhaustive
@pytest.mark.parametrize(("rho", "rise"), [(0.0, 3), (0.5, 6), (0.8, 12)])
def test_slow_leaks_are_found(rho, rise):
    random = np.random.default_rng(5)
    leak = np.linspace(0, rise, 240)
    assert alarms(noise(random, 240, rho) + leak for _ in range(100)) >= 97
