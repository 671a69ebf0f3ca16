"""What a comparison would catch: rates on runs whose noise is known."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.runs import make_measured, make_run

from suite.compare.compare import compare
from suite.compare.minimum import minimum
from suite.compare.power import (
    EFFECTS,
    FEWEST,
    MetricSeries,
    _regressed,
    ab_catches,
    all_series,
    detectable,
    gate_catches,
)


def noisy(cv, *, name="time_per_operation", unit="s", better="lower", runs=40, seed=1, drift=0.0):
    dice = random.Random(seed)
    values = tuple((1 + drift * i) * dice.lognormvariate(0, cv) for i in range(runs))
    return MetricSeries(name, unit, better, minimum(name, unit), values)


def test_the_variation_is_that_of_the_runs():
    assert noisy(0.05, runs=2000).variation == pytest.approx(0.05, rel=0.1)
    assert noisy(0.0).variation == 0.0


def test_runs_of_one_state_hardly_raise_an_alarm():
    series = [
        noisy(0.05),
        noisy(0.05, name="response.p99", seed=2),
        noisy(0.02, name="memory.peak", unit="B"),
    ]
    assert ab_catches(series, None, 0.0, 150)[16] <= 0.04
    assert gate_catches(series, None, 0.0, 300, 3) <= 0.04


def test_a_drift_of_the_machine_is_no_regression():
    assert ab_catches([noisy(0.02, drift=0.02)], None, 0.0, 100)[16] <= 0.04


def test_more_pairs_and_larger_slow_downs_are_caught_more_often():
    series = [noisy(0.08)]
    rates = [ab_catches(series, "time_per_operation", share, 60) for share in (0.05, 0.15, 0.60)]
    assert all(rate[8] <= rate[12] <= rate[16] for rate in rates)
    assert rates[0][16] < rates[1][16] <= rates[2][16]
    assert rates[2][8] == 1.0
    assert gate_catches(series, "time_per_operation", 0.05, 60, 3) < 0.5
    assert gate_catches(series, "time_per_operation", 5.0, 60, 3) == 1.0


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_worse_goes_the_bad_way(better):
    series = [noisy(0.01, name="throughput", unit="1/s", better=better)]
    assert ab_catches(series, "throughput", 0.5, 10)[8] == 1.0
    assert gate_catches(series, "throughput", 1.0, 10, 3) == 1.0


def test_only_the_slowed_metric_counts():
    series = [noisy(0.01), noisy(0.01, name="response.p99", seed=2)]
    assert ab_catches(series, "response.p99", 0.5, 10)[8] == 1.0
    assert ab_catches(series, "time_per_operation", 0.0, 10)[16] == 0.0


@given(st.sampled_from([*EFFECTS, 9.0]), st.floats(0, 0.9))
def test_detectable_is_the_smallest_effect_caught(limit, below):
    found = detectable(lambda share: 1.0 if share >= limit else below)
    assert found == (limit if limit in EFFECTS else None)
    assert found == next((one for one in EFFECTS if one >= limit), None)


@given(st.lists(st.floats(0.9, 2.5), min_size=5, max_size=6), st.floats(0.9, 2.5), st.integers(0, 99))
def test_the_gates_rule_is_that_of_compare(seconds, bytes_, seed):
    """The slow oracle: `compare` on whole Runs."""
    series = [
        noisy(0.04, runs=8, seed=seed),
        noisy(0.02, name="memory.peak", unit="B", runs=8, seed=seed + 1),
    ]
    series = [
        replace(one, values=(*one.values, *last))
        for one, last in zip(series, (seconds, [bytes_] * len(seconds)), strict=True)
    ]
    runs = [
        make_run(
            metrics={s.metric: make_measured(s.metric, v) for s, v in zip(series, values, strict=True)},
            rounds=1,
        )
        for values in zip(*(one.values for one in series), strict=True)
    ]
    found = compare(runs[:8], runs[8:], metrics=[one.metric for one in series])
    assert _regressed(series, None, 0.0, range(8), range(8, len(runs))) == (found.verdict == "regression")


def test_series_are_of_metrics_that_all_runs_have():
    runs = [make_run() for _ in range(FEWEST)]
    names = ["response.p50", "failures", "nothing", "throughput"]
    found = all_series(runs, names, {"throughput": "9%"})
    assert [one.metric for one in found] == ["response.p50", "throughput"]  # failures are always 0
    assert found[1].least.size == pytest.approx(0.09)
    assert len(found[0].values) == FEWEST
    assert all_series([*runs, make_run(metrics={})], names, {}) == ()
