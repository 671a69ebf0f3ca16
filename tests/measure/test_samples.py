"""Samples of a figure over days: few, and none that is higher than what is left."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from suite.measure.samples import Samples


@given(st.lists(st.floats(0, 1e9), max_size=200), st.integers(4, 40))
def test_they_stay_few_and_the_highest_and_the_ends_stay(values, most):
    seen = Samples(most)
    for now, value in enumerate(values):
        seen.add(now, value)
    assert len(seen.times) == len(seen.values) <= most
    assert seen.times == sorted(set(seen.times))
    if values:
        assert (seen.times[0], seen.times[-1]) == (0, len(values) - 1)
        assert (max(seen.values), seen.values[0]) == (max(values), values[0])


def test_what_is_left_is_spread_evenly_until_it_is_forgotten():
    seen = Samples(100)
    for now in range(10_000):
        seen.add(now, 0.0)
    steps = [later - earlier for earlier, later in itertools.pairwise(seen.times)]
    assert max(steps) <= 10_000 / 25
    seen.forget(9_999)
    for now in range(10_000, 10_050):
        seen.add(now, 0.0)
    assert seen.times[-50:] == list(range(10_000, 10_050))
