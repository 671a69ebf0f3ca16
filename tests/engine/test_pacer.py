"""Arrival processes: pure, so nothing here waits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.contract.loop import open_loop
from suite.engine import pacer

rates = st.floats(1, 5_000)
lengths = st.floats(0.1, 10)


@given(rates, lengths)
def test_constant_starts_are_evenly_spaced_and_end_in_time(rate, seconds):
    starts = pacer.constant(rate, seconds)
    assert len(starts) == round(rate * seconds)
    assert np.allclose(np.diff(starts), 1 / rate)
    assert len(starts) == 0 or starts[-1] < seconds + 1 / rate


@given(rates, lengths, st.integers(0, 2**32))
def test_poisson_starts_ascend_within_time(rate, seconds, seed):
    starts = pacer.poisson(rate, seconds, np.random.default_rng(seed))
    assert np.all(np.diff(starts) >= 0)
    assert len(starts) == 0 or (starts[0] >= 0 and starts[-1] < seconds)
    expected = rate * seconds
    assert abs(len(starts) - expected) < 8 * expected**0.5 + 8


def test_poisson_gaps_are_exponential():
    """Kolmogorov-Smirnov against the exponential distribution, fixed seed, 1 % level."""
    gaps = np.sort(np.diff(pacer.poisson(1_000, 20, np.random.default_rng(7))))
    n = len(gaps)
    cumulative = 1 - np.exp(-1_000 * gaps)
    distance = max(np.max(np.arange(1, n + 1) / n - cumulative), np.max(cumulative - np.arange(n) / n))
    assert distance < 1.63 / n**0.5


@given(rates, lengths, st.integers(1, 50))
def test_bursts_have_their_size_and_the_mean_rate(rate, seconds, size):
    starts = pacer.burst(rate, seconds, size)
    assert len(starts) == round(rate * seconds)
    _, sizes = np.unique(starts, return_counts=True)
    assert all(found == size for found in sizes[:-1])
    assert np.allclose(np.diff(np.unique(starts)), size / rate)


@given(st.floats(50, 5_000), st.floats(1, 10))
def test_a_ramp_grows_linearly(rate, seconds):
    starts = pacer.ramp(rate, seconds)
    assert len(starts) == round(rate * seconds / 2)
    assert np.all(np.diff(starts) > 0)
    assert starts[0] > 0
    assert starts[-1] <= seconds
    # Up to time t the number of starts is the area under the rate.
    middle = np.searchsorted(starts, seconds / 2)
    assert middle == pytest.approx(rate * seconds / 8, abs=1.5)


def test_stages_follow_one_another_and_zero_is_a_pause():
    starts = pacer.stages(((10, 1), (0, 2), (20, 1)))
    assert len(starts) == 30
    assert not np.any((starts >= 1) & (starts < 3))
    assert np.sum(starts >= 3) == 20


@pytest.mark.parametrize("arrivals", ["constant", "poisson", "burst", "ramp"])
def test_the_warm_up_comes_before_and_shifts_the_rest(arrivals):
    with_warmup = pacer.plan(open_loop(200, 2, arrivals=arrivals, warmup=1), seed=3)
    without = pacer.plan(open_loop(200, 2, arrivals=arrivals), seed=3)
    assert np.allclose(with_warmup[with_warmup >= 1], without + 1)
    assert np.any(with_warmup < 1)
    assert np.all(np.diff(with_warmup) >= 0)


def test_the_same_seed_gives_the_same_plan():
    loop = open_loop(100, 2, arrivals="poisson")
    assert np.array_equal(pacer.plan(loop, 5), pacer.plan(loop, 5))
    assert not np.array_equal(pacer.plan(loop, 5), pacer.plan(loop, 6))
