"""Distributions that come in pieces are those of all times at once."""

from __future__ import annotations

from fractions import Fraction
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.exact import Exact

from suite.measure import order_statistics as looks
from suite.measure import populations
from suite.measure.distribution import points
from suite.measure.distributions import NO_TIMES, ranked

times = st.lists(st.one_of(st.integers(0, 60), st.integers(-5, 10**12)), max_size=20)
pieces = st.lists(st.tuples(st.integers(0, 1), times, times), max_size=6)
hundredths = st.integers(0, 1000).map(lambda n: float(Fraction(n, 1000)))


def array(values: list[int]) -> np.ndarray:
    return np.array(values, np.int64)


@settings(deadline=None)
@given(pieces, hundredths, st.sampled_from([0, 4, 1 << 20]))
def test_like_all_times_at_once(parts, quantile, kept):
    def scan(_):
        return ((key, array(ok), array(beyond)) for key, ok, beyond in parts)

    with mock.patch.object(looks, "KEPT", kept), mock.patch.object(populations, "KEPT", kept):
        found = ranked(scan, [quantile, 0.5])
    for key in {key for key, _, _ in parts}:
        ok = array([one for k, some, _ in parts if k == key for one in some])
        beyond = array([one for k, _, some in parts if k == key for one in some])
        exact, one = Exact(ok, beyond), found[key]
        for q in (quantile, 0.5):
            assert one.percentile(q) == exact.percentile(q)
        assert (one.count, one.beyond_count, one.min, one.max) == (
            exact.count, exact.beyond_count, exact.min, exact.max,
        )  # fmt: skip
        assert one.histogram() == exact.histogram()
        assert (one.mean is None) == (exact.mean is None)
        assert abs((one.mean or 0) - (exact.mean or 0)) <= 1e-9 * abs(exact.mean or 0)


def test_no_times_are_none():
    named = dict(points("response", NO_TIMES))
    assert {point.value for point in named.values()} == {None}
    assert named["response.max"].note == "no samples"
    assert NO_TIMES.histogram().count == 0
