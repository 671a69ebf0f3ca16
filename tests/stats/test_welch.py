"""Welch's test against integrals, tables and its own symmetries."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.stats.welch import Welch, quantile, student


def integrated(t, freedom):
    """Both tails of Student's density beyond t, by Simpson's rule in the angle atan(x / sqrt(freedom))."""
    start, end, many = math.atan(t / math.sqrt(freedom)), math.pi / 2, 2_000
    angle = np.linspace(start, end, many + 1)
    weight = np.ones(many + 1)
    weight[1:-1:2], weight[2:-1:2] = 4, 2
    # The density times dx is a power of the cosine.
    area = float((weight * np.cos(angle) ** (freedom - 1)).sum()) * (end - start) / many / 3
    whole = math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom + 1) / 2)) * math.sqrt(math.pi)
    return 2 * area / whole


@given(st.floats(0, 12), st.floats(2, 300))
def test_p_is_the_area_of_both_tails(t, freedom):
    assert student(t, freedom) == pytest.approx(integrated(t, freedom), rel=1e-4, abs=1e-12)


def test_one_and_two_degrees_have_a_closed_form():
    for t in (0.1, 1.0, 7.0, 1e3):
        assert student(t, 1) == pytest.approx(1 - 2 * math.atan(t) / math.pi, rel=1e-9)
        assert student(t, 2) == pytest.approx(1 - t / math.sqrt(2 + t * t), rel=1e-9)


@pytest.mark.parametrize(
    ("p", "freedom", "t"), [(0.05, 1, 12.706), (0.05, 10, 2.228), (0.01, 5, 4.032), (0.001, 30, 3.646)]
)
def test_quantiles_are_those_of_printed_tables(p, freedom, t):
    assert quantile(p, freedom) == pytest.approx(t, abs=6e-4)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=9), st.lists(st.floats(-5, 5), min_size=2, max_size=9))
def test_sides_change_the_sign_only(a, b):
    one, other = Welch.of(np.array(a), np.array(b)), Welch.of(np.array(b), np.array(a))
    assert one.apart == pytest.approx(-other.apart, abs=1e-12)
    assert one.p == pytest.approx(other.p, rel=1e-6, abs=1e-12)


def test_the_standard_error_and_degrees_are_welchs():
    a, b = np.array([1.0, 2, 3, 4]), np.array([2.0, 6, 10])
    found = Welch.of(a, b)
    one, other = (5 / 3) / 4, 16 / 3
    assert found.apart == 3.5
    assert found.error == pytest.approx(math.sqrt(one + other))
    assert found.freedom == pytest.approx((one + other) ** 2 / (one**2 / 3 + other**2 / 2))


def test_a_usual_deviation_speaks_for_few_values():
    """Three values that happen to be close together prove nothing; that they are few does not either."""
    rng = np.random.default_rng(3)
    long, close, far = rng.normal(size=40), np.array([0.8, 0.8, 0.81]), np.array([4.0, 7.0, 5.5])
    assert Welch.of(long, close, usual=1.0).p > 0.1 > Welch.of(long, close).p
    assert Welch.of(long, far, usual=1.0).p < 1e-4 < Welch.of(long, far).p


def test_without_spread_only_equality_counts():
    assert Welch.of(np.full(3, 2.0), np.full(5, 2.0)).p == 1
    assert Welch.of(np.full(3, 2.0), np.full(5, 2.1)).p == 0
    assert Welch.of(np.full(3, 2.0), np.full(5, 2.1)).interval() == pytest.approx((0.1, 0.1))


def test_dependent_values_say_less():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=20), rng.normal(1, 1, 20)
    free, bound = Welch.of(a, b), Welch.of(a, b, 4.0)
    assert bound.error == pytest.approx(2 * free.error)
    assert bound.p > free.p
    low, high = bound.interval()
    assert low < free.interval()[0] < free.apart < free.interval()[1] < high


def test_intervals_hold_what_they_promise():
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(1_000):
        low, high = Welch.of(rng.normal(0, 1, 8), rng.normal(0.5, 3, 12)).interval(0.1)
        held += low <= 0.5 <= high
    assert 860 <= held <= 940
