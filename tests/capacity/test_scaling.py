"""The Universal Scalability Law: what made the points is found again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.capacity.scaling import fit_scaling
from suite.records.reason import Reason

N = np.array([1, 2, 4, 8, 16, 24, 32, 48, 64], float)


def law(n, rate, contention, coherence):
    return rate * n / (1 + contention * (n - 1) + coherence * n * (n - 1))


def pairs(n, x):
    return list(zip(n.tolist(), x.tolist(), strict=True))


@given(st.floats(1, 1e5), st.floats(0.001, 0.6), st.floats(1e-5, 0.02) | st.just(0.0))
def test_points_on_the_curve_give_its_parameters(rate, contention, coherence):
    found = fit_scaling(pairs(N, law(N, rate, contention, coherence)))
    assert found.r_squared > 0.9999
    assert found.contention == pytest.approx(contention, rel=0.001, abs=1e-6)
    assert found.coherence == pytest.approx(coherence, rel=0.001, abs=1e-7)
    assert found.rate == pytest.approx(rate, rel=0.01)
    for n in N:
        assert found.throughput(n) == pytest.approx(law(n, rate, contention, coherence), rel=0.01)


def test_the_peak_is_where_throughput_is_highest():
    found = fit_scaling(pairs(N, law(N, 100, 0.02, 0.0005)))
    assert found.peak == pytest.approx((0.98 / 0.0005) ** 0.5, rel=0.02)
    assert found.throughput(found.peak) == pytest.approx(found.highest)
    assert found.highest >= max(found.throughput(n) for n in range(1, 200)) * 0.9999
    assert found.fit.figures["quality"] == "good"


@given(st.lists(st.tuples(st.floats(0.01, 1e4), st.floats(0.1, 1e6)), min_size=5, max_size=20))
def test_parameters_are_never_negative_and_the_fit_never_breaks(points):
    found = fit_scaling(points)
    if found.rate is None:
        assert found.fit.kind == "few_points"
        return
    assert found.rate > 0
    assert 0 <= found.contention <= 1
    assert found.coherence >= 0
    assert found.r_squared <= 1


def test_noise_moves_the_fit_only_a_little():
    noise = np.random.default_rng(1).normal(1, 0.03, len(N))
    found = fit_scaling(pairs(N, noise * law(N, 1000, 0.05, 0.001)))
    assert found.r_squared > 0.95
    assert found.peak == pytest.approx(30.8, rel=0.25)


def test_linear_and_flat_throughput_have_no_peak_or_one_far_away():
    linear = fit_scaling(pairs(N, 50 * N))
    assert linear.contention == pytest.approx(0, abs=1e-4)
    assert linear.peak is None or linear.peak > 10 * N.max()
    flat = fit_scaling(pairs(N, np.full(len(N), 300.0)))
    assert flat.contention == pytest.approx(1, abs=1e-3)


def test_four_points_are_too_few_however_often_they_repeat():
    found = fit_scaling([(1, 10), (2, 19), (4, 35), (8, 60)] * 3)
    assert (found.rate, found.peak, found.throughput(4)) == (None, None, None)
    assert found.fit == Reason("few_points", {"points": 4, "wanted": 5})


def test_a_fit_that_explains_nothing_says_so():
    rng = np.random.default_rng(3)
    found = fit_scaling(pairs(N, rng.uniform(10, 1000, len(N))))
    assert found.fit.figures["quality"] == "poor"


def test_a_peak_far_beyond_what_was_seen_is_called_an_extrapolation():
    few = np.array([1, 2, 3, 4, 5], float)
    assert fit_scaling(pairs(few, law(few, 100, 0.01, 0.0005))).fit.kind == "fit_extrapolated"
