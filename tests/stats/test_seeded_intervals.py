"""Candidates at every scale, against every split of every interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suite.stats.seeded_intervals import LEAST, gain, prominent


def squares(values):
    return float(((values - values.mean()) ** 2).sum())


def slow_most(values):
    """The largest gain that any split of all the values has."""
    return max(
        squares(values) - squares(values[:at]) - squares(values[at:])
        for at in range(LEAST, len(values) - LEAST + 1)
    )


@given(st.integers(0, 10_000), st.integers(6, 40))
def test_a_gain_is_what_a_split_takes_off_the_squares(seed, n):
    values = np.random.default_rng(seed).normal(size=n)
    for at in range(LEAST, n - LEAST + 1):
        found = gain(values[:at].sum(), values.sum(), np.array([at]), n)[0]
        assert found == pytest.approx(squares(values) - squares(values[:at]) - squares(values[at:]))


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(6, 60))
def test_all_the_values_are_an_interval(seed, n):
    """What stands out of the whole is never overlooked."""
    values = np.random.default_rng(seed).normal(size=n)
    most = slow_most(values)
    assert prominent(values, 0.999 * most**0.5)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(6, 60))
def test_nothing_stands_out_further_than_the_spread_allows(seed, n):
    values = np.random.default_rng(seed).normal(size=n)
    assert prominent(values, squares(values) ** 0.5) == []


@pytest.mark.parametrize("n", [20, 100, 1_000])
@pytest.mark.parametrize("width", [3, 8])
def test_short_levels_are_seen_anywhere(n, width):
    for start in range(width, n - 2 * width, max(1, n // 40)):
        values = np.zeros(n)
        values[start : start + width] = 1
        found = prominent(values, 0.6)
        assert any(abs(at - start) <= 1 or abs(at - start - width) <= 1 for at in found)


@pytest.mark.parametrize("values", [[], [1.0], [0.0] * 50, [0.1] * 50, [1.0, 2, 3, 4, 5]])
def test_what_is_short_or_constant_has_none(values):
    assert prominent(np.array(values), 0.0) == []
