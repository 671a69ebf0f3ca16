"""How noisy a series is, whatever its levels."""

import numpy as np
import pytest
from studies.detect.made import noise as made_noise

from suite.stats.noise import noise


def autocorrelated(rng, rho, n):
    values = rng.normal(size=n) * np.sqrt(1 - rho**2)
    for at in range(1, n):
        values[at] += rho * values[at - 1]
    return values


@pytest.mark.parametrize("levels", [1, 10])
def test_levels_are_no_noise(levels):
    rng = np.random.default_rng(1)
    values = 3 * rng.normal(size=5_000) + np.repeat(100.0 * np.arange(levels), 5_000 // levels)
    deviation, inflation = noise(values)
    assert deviation == pytest.approx(3, rel=0.05)
    assert inflation < 1.1


@pytest.mark.parametrize("rho", [0.2, 0.4, 0.6])
def test_dependence_is_told_from_noise(rho):
    deviation, inflation = noise(autocorrelated(np.random.default_rng(2), rho, 20_000))
    assert deviation == pytest.approx(1, rel=0.06)
    assert inflation == pytest.approx((1 + rho) / (1 - rho), rel=0.12)


@pytest.mark.parametrize("kind", ["normal", "heavy-tailed", "bimodal"])
def test_independent_noise_of_any_kind_has_no_dependence(kind):
    """On average of short series as well: what chance makes of it is taken off."""
    rng = np.random.default_rng(3)
    inflation = [noise(made_noise(rng, kind, 100))[1] for _ in range(200)]
    assert np.median(inflation) == 1
    assert np.mean(inflation) < 1.15


def test_it_grows_with_the_values():
    values = np.random.default_rng(4).normal(size=100)
    assert noise(values * 8 + 5)[0] == pytest.approx(8 * noise(values)[0])


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0, 3.0]])
def test_too_few_values_have_none(values):
    assert noise(np.array(values)) == (0.0, 1.0)


def test_what_is_nearly_always_the_same_has_none():
    values = np.full(100, 2.0)
    values[50] = 3
    assert noise(values) == (0.0, 1.0)


def test_a_plain_step_in_a_short_series_is_no_dependence():
    rng = np.random.default_rng(5)
    for height in (20, 50, -50):
        found = [noise(rng.normal(size=30) + height * (np.arange(30) >= 12)) for _ in range(50)]
        assert np.median([inflation for _, inflation in found]) == 1
        assert np.mean([deviation for deviation, _ in found]) == pytest.approx(1, rel=0.15)
