"""Histogram against sorted lists."""

from __future__ import annotations

import base64
import math
import pickle
import struct
import tracemalloc
import zlib
from fractions import Fraction

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from suite.errors import StoreError
from suite.records.histogram import Histogram, rank

HOUR = 3600 * 10**9
times = st.lists(st.integers(0, HOUR), max_size=60)
quantiles = st.sampled_from([0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0]) | st.floats(0, 1)


def array(values: list[int]) -> np.ndarray:
    return np.array(values, np.int64)


def oracle(ok: list[int], beyond: list[int], quantile: float) -> tuple[int, bool]:
    """Nearest rank over ok in order, then lower bounds, none of them below an ok value."""
    floor = max(ok, default=0)
    ranked = [(v, False) for v in sorted(ok)] + [(max(v, floor), True) for v in sorted(beyond)]
    return ranked[max(math.ceil(Fraction(quantile).limit_denominator(10**6) * len(ranked)), 1) - 1]


@given(times, times, quantiles)
def test_percentile_is_within_a_thousandth_of_the_sorted_list(ok, beyond, quantile):
    value, at_least = Histogram.of(array(ok), array(beyond)).percentile(quantile)
    if not ok and not beyond:
        assert (value, at_least) == (None, False)
        return
    # A random quantile may fall within a millionth of the border of two ranks: either is right.
    near = {oracle(ok, beyond, min(max(q, 0), 1)) for q in (quantile - 1e-6, quantile, quantile + 1e-6)}
    assert any(
        value == pytest.approx(want / 1e9, rel=1e-3, abs=1e-12) and at_least == flag for want, flag in near
    )


@given(st.lists(st.tuples(times, times), max_size=5))
def test_merged_parts_equal_the_whole(parts):
    merged = Histogram.merged(Histogram.of(array(ok), array(beyond)) for ok, beyond in parts)
    whole = Histogram.of(
        array([v for ok, _ in parts for v in ok]), array([v for _, beyond in parts for v in beyond])
    )
    assert merged == whole
    assert hash(merged) == hash(whole)


@given(times, times)
def test_text_and_pickle_give_it_back(ok, beyond):
    histogram = Histogram.of(array(ok), array(beyond))
    assert Histogram.decode(histogram.encode()) == histogram
    assert pickle.loads(pickle.dumps(histogram)) == histogram


@given(times.filter(bool), times)
def test_extremes_and_mean_are_exact(ok, beyond):
    histogram = Histogram.of(array(ok), array(beyond))
    assert histogram.min == min(ok) / 1e9
    assert histogram.max == max(ok + beyond) / 1e9
    assert histogram.mean == pytest.approx(sum(ok) / len(ok) / 1e9)
    assert histogram.count == len(ok) + len(beyond)
    assert histogram.beyond_count == len(beyond)


@given(st.lists(st.integers(0, 24 * HOUR), min_size=1, max_size=40))
def test_buckets_are_those_of_hdr(values):
    theirs = HdrHistogram(1, 24 * HOUR, 3)
    for value in values:
        theirs.record_value(value)
    code = Histogram.of(array(values)).encode().split(";")[0].split(",")[3]
    assert HdrHistogram.decode(code).get_value_at_percentile(50) == theirs.get_value_at_percentile(50)
    assert list(HdrHistogram.decode(code).counts) == list(theirs.counts)


def test_lower_bounds_rank_last_and_never_below_what_ended():
    histogram = Histogram.of(array([10, 20, 30]), array([5]))
    assert histogram.percentile(0.75) == (pytest.approx(30e-9), False)
    assert histogram.percentile(1.0) == (pytest.approx(30e-9), True)


def test_out_of_range_values_are_clamped():
    histogram = Histogram.of(array([-5, 10**18]))
    assert histogram.min == 0
    assert histogram.max == 24 * 3600


def test_more_than_one_chunk():
    values = np.arange(1, 200_001, dtype=np.int64) * 1000
    histogram = Histogram.of(values)
    assert histogram.count == 200_000
    assert histogram.mean == pytest.approx(0.1000005)
    assert histogram.percentile(0.5)[0] == pytest.approx(0.1, rel=1e-3)


def test_empty():
    empty = Histogram.merged([])
    assert empty == Histogram.of(array([]))
    assert (empty.min, empty.max, empty.mean, empty.count) == (None, None, None, 0)
    assert empty != "histogram"


@pytest.mark.parametrize("text", ["", "x;y", "1,2,3,HISTFAAA;1,2,3,", ";;"])
def test_broken_text_is_a_store_error(text):
    with pytest.raises(StoreError, match="can't be read"):
        Histogram.decode(text)


def packed(inner: bytes) -> str:
    """HDR V2 of that content."""
    code = zlib.compress(inner, 9)
    return base64.b64encode(struct.pack(">II", 0x1C849304, len(code)) + code).decode()


def test_a_text_that_unpacks_to_gigabytes_is_refused_before_it_does():
    text = f"0,0,0,{packed(bytes(20_000_000))};0,0,0,{packed(b'')}"
    tracemalloc.start()
    try:
        with pytest.raises(StoreError, match="larger than a histogram can be"):
            Histogram.decode(text)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_text_that_asks_for_other_buckets_is_refused():
    head = struct.pack(">IIIIQQd", 0x1C849303, 1, 0, 5, 1, 2**62, 1.0) + b"\2"
    with pytest.raises(StoreError, match="its buckets are not ours"):
        Histogram.decode(f"0,0,0,{packed(head)};0,0,0,")


@pytest.mark.parametrize("figures", ["5,1,9", "-1,1,1", "1,1,1" + "0" * 400, f"1,{10**15},1"])
def test_figures_that_do_not_fit_one_another_are_refused(figures):
    *_, code = Histogram.of(array([1])).encode().partition(";")[0].split(",")
    with pytest.raises(StoreError, match="do not fit"):
        Histogram.decode(f"{figures},{code};{Histogram.of(array([])).encode().partition(';')[2]}")


@pytest.mark.parametrize("filled", [[10**9], [-1]])
def test_a_packed_one_has_no_bucket_that_there_is_not(filled):
    with pytest.raises(StoreError, match="a bucket that there is not"):
        Histogram.unpack([[0, 0, 0, filled, [1]], [0, 0, 0, [], []]])


def test_rank_does_not_slip_by_rounding():
    assert rank(0.07, 100) == 7  # 0.07 * 100 is 7.000000000000001
    assert rank(0.0, 5) == 1
    assert rank(1.0, 5) == 5


def test_a_histogram_takes_memory_for_what_is_in_it():
    """With all the buckets below, those of a document of 13 MB took 3 GB."""
    few = Histogram.of(np.array([1, 3600 * 10**9], np.int64))
    held = sum(column.nbytes for part in (few._ok, few._beyond) for column in (part.filled, part.found))
    assert held < 100
    assert len(few._ok.counts()) > 10_000
