"""Exact percentiles against sorted lists, and what few samples may show."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.exact import Exact

from suite.measure.distribution import percentile, points, samples_wanted
from suite.records.histogram import Histogram

times = st.lists(st.integers(0, 10**12), max_size=50)
hundredths = st.integers(0, 1000).map(lambda n: Fraction(n, 1000))


def array(values: list[int]) -> np.ndarray:
    return np.array(values, np.int64)


def close(one: float | None, other: float | None) -> bool:
    return one == other or one == pytest.approx(other, rel=1e-3, abs=1e-12)


@given(times, times, hundredths)
def test_nearest_rank_like_a_sorted_list(ok, beyond, quantile):
    found = Exact(array(ok), array(beyond)).percentile(float(quantile))
    ranked = [(v, False) for v in sorted(ok)]
    ranked += [(max([v, *ok]), True) for v in sorted(beyond)]
    if not ranked:
        assert found == (None, False)
    else:
        value, at_least = ranked[max(math.ceil(quantile * len(ranked)), 1) - 1]
        assert found == (value / 1e9, at_least)


@given(times, times, hundredths)
def test_a_histogram_agrees_within_a_thousandth(ok, beyond, quantile):
    exact = Exact(array(ok), array(beyond))
    for (name, one), (same, other) in zip(
        points("response", exact), points("response", exact.histogram()), strict=True
    ):
        assert name == same
        assert close(one.value, other.value)
        assert (one.at_least, one.note) == (other.at_least, other.note)
    value, at_least = exact.histogram().percentile(float(quantile))
    assert close(value, exact.percentile(float(quantile))[0])
    assert at_least == exact.percentile(float(quantile))[1]


def test_too_few_samples_are_said_to_be_too_few():
    few = Histogram.of(array([1] * 300))
    assert percentile(few, 0.99).value is None
    assert percentile(few, 0.99).note == "needs 1,000 samples, has 300"
    assert percentile(few, 0.95).value is not None
    assert [samples_wanted(q, 10) for q in (0.5, 0.9, 0.95, 0.99, 0.999)] == [20, 100, 200, 1000, 10000]


def test_nothing_ok():
    named = dict(points("service", Exact(array([]), array([5, 7]))))
    assert named["service.mean"].note == "no operation was ok"
    assert named["service.max"].value == 7e-9
    assert named["service.max"].at_least
    assert dict(points("service", Exact(array([]))))["service.max"].note == "no samples"
