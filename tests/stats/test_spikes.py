"""What leaps away and returns is taken out; nothing else is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.stats.spikes import collapsed


def noisy(n=60, seed=1):
    return np.random.default_rng(seed).normal(10, 0.1, n)


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("height", [-3, 3])
def test_one_or_two_values_are_put_back(width, height):
    values = noisy()
    values[30 : 30 + width] += height
    calm = collapsed(values, 0.1)
    assert np.abs(calm[30 : 30 + width] - 10).max() < 0.2
    rest = np.r_[:30, 30 + width : 60]
    assert (calm[rest] == values[rest]).all()


def test_three_values_are_a_level():
    values = noisy()
    values[30:33] += 3
    assert (collapsed(values, 0.1) == values).all()


def test_a_step_stays_even_from_its_first_value():
    values = noisy()
    for start in (30, 57, 58, 59):
        stepped = values.copy()
        stepped[start:] += 3
        assert (collapsed(stepped, 0.1) == stepped).all()


def test_two_spikes_of_either_side_beside_one_another():
    values = noisy()
    values[30] += 3
    values[31] -= 3
    values[40] += 3
    assert np.abs(collapsed(values, 0.1)[40] - 10) < 0.2


@given(st.integers(0, 1000), st.integers(0, 40))
def test_noise_is_left_alone(seed, n):
    values = np.random.default_rng(seed).normal(size=n)
    calm = collapsed(values, 1.0)
    assert len(calm) == n
    assert (calm == values).all() or np.abs(values).max() > 2.5
    assert (values == np.random.default_rng(seed).normal(size=n)).all(), "what is given stays as it is"
