"""The series are what they are said to be."""

import numpy as np
import pytest
from studies.detect import made


@pytest.mark.parametrize("kind", made.KINDS)
def test_noise_has_mean_0_and_variance_1(kind):
    rng = np.random.default_rng(1)
    values = np.concatenate([made.noise(rng, kind, 1_000) for _ in range(100)])
    assert values.mean() == pytest.approx(0, abs=0.02)
    assert values.std() == pytest.approx(1, abs=0.08)


def test_only_autocorrelated_noise_is():
    rng = np.random.default_rng(2)
    for kind in made.KINDS:
        values = made.noise(rng, kind, 20_000)
        together = np.corrcoef(values[1:], values[:-1])[0, 1]
        assert (together > 0.15) == (kind == "autocorrelated"), kind
        assert abs(together) < 0.7


@pytest.mark.parametrize("n", made.STEPS)
def test_steps_are_where_they_are_said_to_be(n):
    rng = np.random.default_rng(3)
    for _ in range(20):
        series = made.stepped(rng, "normal", n, 0.5, 1e-6, made.STEPS[n])
        leaps = np.flatnonzero(np.abs(np.diff(np.log(series.values))) > 0.3) + 1
        assert tuple(leaps.tolist()) == series.steps
        assert min(np.diff([0, *series.steps, n])) >= min(50, n // 6)


def test_all_combinations_are_there_as_often_as_is_asked():
    several = list(made.all_stepped(1, 30, 2))
    assert len(several) == len(made.KINDS) * len(made.SIZES) * len(made.SPREADS) * 2
    some = list(made.all_stepped(1, 100, 0.25))
    assert len(some) == len(made.SIZES) * len(made.SPREADS)
    assert {each.kind for each in some} == set(made.KINDS)
    counts = {len(each.steps) for each in made.all_stepped(1, 1_000, 1)}
    assert counts == set(range(1, made.STEPS[1_000] + 1))


def test_a_seed_makes_the_same_series_again():
    assert list(made.all_flat(5, 30, 2)) == list(made.all_flat(5, 30, 2))
    assert list(made.all_flat(5, 30, 2)) != list(made.all_flat(6, 30, 2))


def test_drift_is_a_thousandth_a_value():
    for series in made.all_drifting(1, 1_000, 1):
        climbed = np.median(series.values[-50:]) / np.median(series.values[:50])
        assert climbed == pytest.approx((1 + made.DRIFT) ** 950, rel=0.2)
