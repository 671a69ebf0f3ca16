"""Kernel change points against the sums written out."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suite.stats.kernel import kernel_splits


def slow_best(values):
    """The split with the least cost: its parts' sizes less their mean similarity, pair by pair."""
    n = len(values)
    width = float(np.median([(a - b) ** 2 for i, a in enumerate(values) for b in values[i + 1 :]]))

    def cost(part):
        alike = sum(math.exp(-((a - b) ** 2) / (2 * width)) for a in part for b in part)
        return len(part) - alike / len(part)

    return min(range(3, n - 2), key=lambda at: cost(values[:at]) + cost(values[at:]))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(8, 20), st.integers(8, 20))
def test_one_change_is_where_the_cost_is_least(seed, left, right):
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(0, 1, left), rng.normal(4, 1, right)])
    found = kernel_splits(values)
    assert slow_best(values) in found


def test_several_changes_are_found_one_within_the_other():
    rng = np.random.default_rng(5)
    values = np.concatenate([rng.normal(level, 0.5, 30) for level in (0, 4, 1, 6)])
    found = kernel_splits(values)
    assert found == pytest.approx([30, 60, 90], abs=1)


def test_noise_has_none_mostly():
    rng = np.random.default_rng(6)
    assert sum(bool(kernel_splits(rng.normal(size=60))) for _ in range(100)) <= 8


@pytest.mark.parametrize("values", [[], [1.0] * 5, [1.0] * 50, [1.0, 2, 3]])
def test_what_is_too_short_or_constant_has_none(values):
    assert kernel_splits(np.array(values)) == []


def test_mostly_equal_values_still_have_a_width():
    values = np.r_[np.zeros(50), np.ones(10)]
    assert kernel_splits(values) == [50]
