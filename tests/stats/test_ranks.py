"""Rank statistics against counting out every case."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.stats.ranks import hodges_lehmann, holm, mann_whitney, ways

few = st.lists(st.integers(0, 9).map(float), min_size=1, max_size=5)
some = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12)
exact = st.integers(-(2**30), 2**30).map(lambda number: number / 1024)
"""Sums of them lose nothing: a shift neither makes ties nor breaks them by rounding."""


def wins(a, b):
    """Pairs in which the second is larger, ties as half."""
    return sum((y > x) + (y == x) / 2 for x in a for y in b)


def dealt_out(a, b):
    """(p of less, p of greater) over all ways to deal the same values out to both sides."""
    together, mine = [*a, *b], wins(a, b)
    found = []
    for chosen in itertools.combinations(range(len(together)), len(a)):
        others = [value for i, value in enumerate(together) if i not in chosen]
        found.append(wins([together[i] for i in chosen], others))
    return (
        sum(count >= mine for count in found) / len(found),
        sum(count <= mine for count in found) / len(found),
    )


@given(few, few)
def test_p_is_the_share_of_deals_that_are_as_extreme(a, b):
    less, greater = dealt_out(a, b)
    assert mann_whitney(a, b, "less") == pytest.approx(less)
    assert mann_whitney(a, b, "greater") == pytest.approx(greater)
    assert mann_whitney(a, b) == pytest.approx(min(1, 2 * min(less, greater)))


@given(some, some)
def test_swapping_the_sides_mirrors_p(a, b):
    assert mann_whitney(a, b, "less") == pytest.approx(mann_whitney(b, a, "greater"))


@given(*[st.lists(exact, min_size=1, max_size=12)] * 2, exact.map(abs), st.integers(-3, 3))
def test_more_shift_is_never_less_significant_and_scale_does_not_matter(a, b, more, power):
    p = mann_whitney(a, b, "less")
    assert mann_whitney(a, [value + more for value in b], "less") <= p + 1e-12
    doubled = mann_whitney([v * 2.0**power for v in a], [v * 2.0**power for v in b], "less")
    assert doubled == pytest.approx(p)


def test_known_figures():
    assert mann_whitney([1, 2, 3], [4, 5, 6], "less") == pytest.approx(1 / 20)
    assert mann_whitney(range(8), range(8, 16), "less") == pytest.approx(1 / 12870)
    assert mann_whitney([], [1.0]) == 1.0
    assert mann_whitney([2.0] * 30, [2.0] * 30) == 1.0


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 5), (8, 8), (50, 50), (3, 500)])
def test_ways_are_counted_without_loss(n, m):
    counts = ways(n, m)
    assert counts.sum() == pytest.approx(math.comb(n + m, n), rel=1e-12)
    assert list(counts) == list(counts[::-1])
    assert counts[0] == 1


def test_the_normal_form_is_near_the_count():
    """51 v 51 is the first that is not counted out."""
    a = np.arange(51.0)
    for away in (0.25, 5.25, 10.25):
        counts = ways(51, 51)
        exact = counts[int(wins(a, a + away)) :].sum() / counts.sum()
        assert mann_whitney(a, a + away, "less") == pytest.approx(exact, rel=0.2)


def test_the_normal_form_knows_ties():
    rng = np.random.default_rng(5)
    a, b = rng.integers(0, 4, 50).astype(float), rng.integers(0, 5, 50).astype(float)
    together, mine = np.concatenate([a, b]), wins(a, b)
    deals = [rng.permutation(together) for _ in range(2000)]
    share = np.mean([(deal[50:] > deal[:50, None]).sum() + (deal[50:] == deal[:50, None]).sum() / 2 >= mine
                     for deal in deals])  # fmt: skip
    assert mann_whitney(a, b, "less") == pytest.approx(share, abs=0.03)


def test_p_is_uniform_or_larger_without_a_change():
    rng = np.random.default_rng(6)
    for size in (8, 60):
        p = np.array(
            [mann_whitney(rng.normal(size=size), rng.normal(size=size), "less") for _ in range(2000)]
        )
        for level in (0.01, 0.05, 0.5):
            assert (p <= level).mean() <= level + 4 * math.sqrt(level / 2000)


@given(some, some, st.sampled_from([0.5, 0.9, 0.99]))
def test_shift_is_the_median_difference_and_its_mirror(a, b, confidence):
    found = hodges_lehmann(a, b, confidence)
    assert found.estimate == pytest.approx(np.median([y - x for x in a for y in b]))
    assert found.low <= found.estimate <= found.high
    swapped = hodges_lehmann(b, a, confidence).negated()
    assert (swapped.low, swapped.high) == (found.low, found.high)


@given(
    st.lists(st.floats(-9, 9), min_size=3, max_size=8, unique=True),
    st.lists(st.floats(-9, 9), min_size=3, max_size=8, unique=True),
)
def test_interval_excludes_what_the_test_rejects(a, b):
    """An interval above 0 and a one-sided p below half of what it leaves out are the same statement."""
    if set(a) & set(b):
        return
    rejected = mann_whitney(a, b, "less") <= 0.05 + 1e-12
    assert (hodges_lehmann(a, b, 0.90).low > 0) == rejected


def test_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(7)
    for n, m in ((4, 6), (8, 8), (60, 60)):
        found = [hodges_lehmann(rng.normal(0, 1, n), rng.normal(1, 1, m), 0.9) for _ in range(1500)]
        assert np.mean([shift.low <= 1 <= shift.high for shift in found]) >= 0.88


def test_too_few_values_bound_nothing():
    shift = hodges_lehmann([1.0, 2.0, 3.0], [2.0, 3.0, 4.0], 0.99)
    assert (shift.estimate, shift.low, shift.high) == (1.0, -math.inf, math.inf)
    with pytest.raises(ValueError, match="both sides"):
        hodges_lehmann([], [1.0])


@given(st.lists(st.floats(0, 1), max_size=6))
def test_holm_is_bonferroni_closed_over_all_subsets(p_values):
    subsets = [
        chosen
        for size in range(1, len(p_values) + 1)
        for chosen in itertools.combinations(range(len(p_values)), size)
    ]
    for index, adjusted in enumerate(holm(p_values)):
        most = max(len(s) * min(p_values[i] for i in s) for s in subsets if index in s)
        assert adjusted == pytest.approx(min(1.0, most))
