"""Which size of change counts, and on which scale."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.compare.minimum import Minimum, Scale, minimum
from suite.contract.metric import STANDARD
from suite.errors import ConfigurationError
from suite.records.comparison import Shift


def test_rarer_percentiles_and_times_count_later_than_memory():
    sizes = [minimum(f"response.{point}", "s").size for point in ("p50", "p95", "p99", "p999")]
    assert sizes == sorted(sizes)
    assert minimum("memory.peak", "B").size < sizes[0]
    assert minimum("response.p99@browse", "s") == minimum("response.p99", "s")


@pytest.mark.parametrize("name", ["failures", "dropped", "memory.growth", "limit.excess"])
def test_what_is_usually_zero_is_judged_by_difference(name):
    assert not minimum(name, STANDARD[name].unit).relative


def test_every_standard_metric_has_one():
    assert all(minimum(metric.name, metric.unit).size > 0 for metric in STANDARD.values())
    assert minimum("frames_lost", "frames") == Minimum(0.05)


@pytest.mark.parametrize(
    ("name", "unit", "wanted", "size", "relative"),
    [
        ("response.p99", "s", 0.2, 0.2, True),
        ("response.p99", "s", "0.2", 0.2, True),
        ("response.p99", "s", "20%", 0.2, True),
        ("response.p99", "s", "5ms", 0.005, False),
        ("memory.growth", "B", "1 %", 0.01, True),
        ("memory.growth", "B", "2MB", 2e6, False),
        ("failures", "ratio", "2%", 0.02, False),
        ("failures", "ratio", 0.03, 0.03, False),
    ],
)
def test_overrides(name, unit, wanted, size, relative):
    found = minimum(f"{name}@browse", unit, {name: wanted})
    assert (found.size, found.relative) == (pytest.approx(size), relative)


def test_the_operation_s_own_override_wins():
    assert minimum("response.p99@a", "s", {"response.p99": 0.2, "response.p99@a": 0.3}).size == 0.3


@pytest.mark.parametrize("wanted", ["soon", "5 kg", "-5%", 0, -1.0, math.nan])
def test_nonsense_is_refused_with_the_metric_s_name(wanted):
    with pytest.raises(ConfigurationError, match=r"minimum effect of response\.p99"):
        minimum("response.p99", "s", {"response.p99": wanted})


def test_zero_and_negative_values_are_judged_by_difference():
    least = Minimum(0.05, floor=3.0)
    assert Scale.of(least, [1.0], [2.0]) == Scale(True, math.log1p(0.05))
    assert Scale.of(least, [0.0], [2.0]) == Scale(False, 3.0)
    assert Scale.of(least, [1.0], [-2.0]) == Scale(False, 3.0)
    assert Scale.of(least, [1.0], [2.0]).minimum == pytest.approx(0.05)


def test_shifts_are_shown_as_shares_of_base():
    shown = Scale(True, 0.05).shown(Shift(math.log(1.2), -math.inf, math.inf))
    assert (shown.estimate, shown.low, shown.high) == (pytest.approx(0.2), -1.0, math.inf)
    assert Scale(False, 1.0).shown(Shift(2.0, 1.0, 3.0)) == Shift(2.0, 1.0, 3.0)
    assert Scale(True, 0.05).shown(Shift(1e5, 0.0, 1e6)).estimate == math.inf


shifts = st.tuples(*[st.floats(-2, 2)] * 3).map(sorted).map(lambda ends: Shift(ends[1], ends[0], ends[2]))
MIRROR = {"regression": "improvement", "improvement": "regression", "same": "same"}


@given(shifts, st.booleans(), st.booleans())
def test_turning_the_sides_mirrors_the_verdict(shift, rose, fell):
    scale = Scale(False, 0.5)
    found = scale.verdict("lower", shift, rose=rose, fell=fell)
    turned = scale.verdict("lower", shift.negated(), rose=fell, fell=rose)
    assert turned == MIRROR.get(found, found)
    assert scale.verdict("higher", shift.negated(), rose=fell, fell=rose) == found


@pytest.mark.parametrize(
    ("estimate", "low", "high", "rose", "verdict"),
    [
        (0.6, 0.2, 0.9, True, "regression"),
        (0.6, 0.2, 0.9, False, "inconclusive"),
        (0.4, 0.2, 0.9, True, "inconclusive"),
        (0.4, 0.3, 0.5, True, "same"),
        (0.0, -0.6, 0.3, False, "inconclusive"),
    ],
)
def test_a_verdict_wants_both_a_test_and_a_size(estimate, low, high, rose, verdict):
    assert Scale(False, 0.5).verdict("lower", Shift(estimate, low, high), rose=rose, fell=False) == verdict


def test_a_metric_without_a_better_way_has_no_regression():
    assert Scale(False, 0.5).verdict("none", Shift(2, 1, 3), rose=True, fell=False) == "inconclusive"
