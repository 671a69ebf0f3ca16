"""Seeded binary segmentation against all splits, one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suite.stats.seeded_intervals import LEAST
from suite.stats.segmentation import segment
from suite.stats.series import Series


def levels(seed, *parts, noise=1.0):
    """A series of (level, values) parts, above 0 never all."""
    rng = np.random.default_rng(seed)
    return Series.of(np.concatenate([rng.normal(level, noise, n) for level, n in parts] + [[-50.0]])[:-1])


def slow_best(values):
    """The split that leaves the least squares about the means, by trying them all."""

    def squares(part):
        mean = sum(part) / len(part)
        return sum((value - mean) ** 2 for value in part)

    return min(
        range(LEAST, len(values) - LEAST + 1), key=lambda at: squares(values[:at]) + squares(values[at:])
    )


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(30, 60), st.integers(30, 60), st.sampled_from([-5, 4, 8]))
def test_one_change_is_the_best_of_all_splits(seed, left, right, height):
    series = levels(seed, (0, left), (height, right), noise=0.8)
    found = segment(series)
    assert slow_best(series.calm.tolist()) in [split.index for split in found]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.lists(st.integers(25, 60), min_size=3, max_size=6))
def test_splits_are_the_best_between_their_neighbours_and_far_enough_apart(seed, sizes):
    series = levels(seed, *((5 * (at % 2), size) for at, size in enumerate(sizes)), noise=0.7)
    splits = segment(series)
    bounds = [0, *(split.index for split in splits), len(series)]
    assert min(np.diff(bounds)) >= LEAST
    for at, split in enumerate(splits):
        start, end = bounds[at], bounds[at + 2]
        assert split.index == start + slow_best(series.calm[start:end].tolist())
        assert start < split.earliest <= split.index <= split.latest < end
    assert [split.index for split in splits] == pytest.approx(np.cumsum(sizes)[:-1].tolist(), abs=3)


def test_the_range_is_wider_where_the_change_is_less_plain():
    plain = segment(levels(3, (0, 100), (6, 100)))
    faint = segment(levels(3, (0, 100), (1.2, 100)))
    assert (plain[0].earliest, plain[0].latest) == (100, 100)
    assert faint[0].latest - faint[0].earliest > 2


@pytest.mark.parametrize("many", range(8))
def test_few_values_have_no_change(many):
    assert segment(Series.of([1.0, 9, 1, 9, 9, 9, 1, 1][:many])) == []


def test_a_change_without_noise():
    assert [split.index for split in segment(Series.of([5.0] * 20 + [5.2] * 20))] == [20]


def test_constant_values_have_none():
    assert segment(Series.of([0.1] * 1_000)) == []
