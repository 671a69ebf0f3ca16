"""Ranks among values that are looked at again and again, against sorted lists."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suite.measure import order_statistics as looks
from suite.measure import populations
from suite.measure.populations import Populations

KEPT = [0, 3, 1 << 20]
numbers = st.one_of(
    st.integers(0, 50),
    st.integers(-(10**6), 10**6),
    st.integers(0, 10**10),
    st.sampled_from([0, 1023, 1024, 5 * 10**9, 86_400 * 10**9, 200_000 * 10**9, -7 * 10**15]),
)
pieces = st.lists(st.tuples(st.integers(0, 2), st.lists(numbers, max_size=30)), max_size=12)


def counted(parts: list[tuple[int, list[int]]], shift: int) -> Populations:
    found = Populations(shift)
    for key, values in parts:
        found.add(key, np.array(values, np.int64))
    return found


@settings(deadline=None)
@given(pieces, st.sampled_from(KEPT), st.sampled_from([0, 6]))
def test_every_rank_is_that_of_the_sorted_list(parts, kept, shift):
    everything: dict[int, list[int]] = {}
    for key, values in parts:
        everything.setdefault(key, []).extend(values)
    scans = 0

    def again(keys):
        nonlocal scans
        scans += 1
        return ((key, np.array(values, np.int64)) for key, values in parts if key in keys)

    with mock.patch.object(looks, "KEPT", kept), mock.patch.object(populations, "KEPT", kept):
        found = counted(parts, shift)
        ranks = {key: range(1, len(values) + 1) for key, values in everything.items()}
        values = found.values(ranks, again)
    for key, known in everything.items():
        assert [values[key][rank] for rank in ranks[key]] == sorted(known)
        assert found[key].count == len(known)
        assert found[key].total == sum(known)
        if known:
            assert (found[key].low, found[key].high) == (min(known), max(known))
    assert scans <= 8  # each look tells one of 256 parts at least


def test_few_values_are_kept_and_nobody_looks_again():
    found = counted([(0, [*range(1000)])], 0)
    assert found.values({0: [10]}, lambda _: pytest.fail("looked again"))[0] == {10: 9}


def test_of_many_values_two_looks_are_enough():
    random = np.random.default_rng(1)
    parts = [(0, random.lognormal(14, 1, 1 << 16).astype(np.int64)) for _ in range(20)]
    found, looked = Populations(), []
    for key, values in parts:
        found.add(key, values)
    everything = np.sort(np.concatenate([values for _, values in parts]))
    ranks = [1, len(everything) // 2, len(everything) * 99 // 100, len(everything)]

    def again(_):
        looked.append(1)
        return parts

    told = found.values({0: ranks}, again)[0]
    assert [told[rank] for rank in ranks] == [everything[rank - 1] for rank in ranks]
    assert len(looked) == 1
