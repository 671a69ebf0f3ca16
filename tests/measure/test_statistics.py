"""Metrics of a round."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.recordings import SECOND, START, measured, recording_of, with_rows

from suite import closed_loop
from suite.contract.metric import STANDARD
from suite.measure.ratios import ratio
from suite.measure.resources import Resources, Usage
from suite.measure.statistics import measure_round
from suite.records.outcome import Outcome
from suite.records.row import Row


def test_an_open_loops_round():
    response = np.arange(1, 401, dtype=np.int64) * 1000
    one = measured(recording_of(response, late=100))
    assert one.metrics["response.p95"] == 380e-6
    assert one.metrics["response.min"] == 1e-6
    assert one.metrics["service.max"] == pytest.approx(399.9e-6)
    assert one.metrics["response.p99"] is None
    assert one.notes["response.p99"] == "needs 1,000 samples, has 400"
    assert one.metrics["offered"] == 100
    assert one.metrics["throughput"] == 100
    assert one.metrics["time_per_operation"] == 0.01
    assert one.metrics["lateness.p50"] == 100e-9
    assert one.metrics["memory.idle"] is None
    assert one.notes["memory.idle"] == "not sampled"
    untold = {name for name in STANDARD if name.startswith(("gc.", "first.", "gap."))}
    untold -= {"gc.pause.per_operation"}
    told_if_asked = {"limit.excess", "limit.shortfall", "retry.amplification", "good"}
    assert set(one.metrics) == set(STANDARD) - told_if_asked - untold
    assert all(name in one.notes for name, value in one.metrics.items() if value is None)


def test_attempts_to_an_operation_are_counted_in_all_and_for_each():
    recording = recording_of(np.full(50, 1000))
    one = measure_round(
        recording,
        loop=closed_loop(1, seconds=1),
        resources=Resources(),
        attempts={"buy": (40, 60), "browse": (10, 10)},
    )
    assert one.metrics["retry.amplification"] == 70 / 50
    assert one.metrics["retry.amplification@buy"] == 1.5
    assert one.metrics["retry.amplification@browse"] == 1
    merged = ratio("retry.amplification", [one.sums, {"tried": 50, "attempts": 50}])
    assert merged is not None
    assert merged.value == 1.2


def test_a_closed_loop_plans_nothing():
    one = measured(recording_of(np.full(50, 1000)), loop=closed_loop(1, seconds=1))
    for name in ("offered", "lateness.p50", "lateness.p99"):
        assert one.metrics[name] is None
        assert one.notes[name] == "closed loop: nothing is planned"


def test_outcomes_make_ratios_and_lower_bounds():
    outcome = np.zeros(100, np.uint8)
    outcome[:4] = [Outcome.rejected, Outcome.failed, Outcome.timeout, Outcome.dropped]
    response = np.full(100, 1_000_000)
    response[2] = 30 * SECOND
    one = measured(recording_of(response, outcome=outcome))
    assert one.metrics["failures"] == 0.03
    assert one.metrics["rejected"] == 0.01
    assert one.metrics["dropped"] == 0.01
    assert one.metrics["response.max"] == 30
    assert one.at_least == {"response.max", "service.max"}
    assert one.outcomes[""]["ok"] == 96
    assert one.histograms["response"].count == 98  # without rejected and failed
    assert one.metrics["throughput"] == 96


def test_warm_up_and_late_ends_stay_out():
    recording = recording_of(np.full(400, SECOND // 2))
    one = measured(replace(recording, begin=START + SECOND, end=START + 3 * SECOND))
    assert one.outcomes[""]["ok"] == 300
    # due from second 1 on and finished by second 3, half a second each
    assert one.metrics["throughput"] == pytest.approx(151 / 2, abs=1)


def test_operations_are_measured_apart_and_collected_rows_have_their_own_span():
    recording = recording_of(np.full(400, 1000), names=("browse", "buy", "connect"))
    at = [START + i * 1000 for i in range(1, 101)]
    recording = with_rows(recording, [Row("arrival", each, each, each + 500) for each in at])
    one = measured(recording, collected=("arrival",))
    assert one.metrics["throughput@browse"] == pytest.approx(100 / 3, rel=0.01)
    assert one.metrics["throughput@arrival"] == pytest.approx(100 / (99_500e-9))
    assert one.metrics["response.p90@arrival"] == 500e-9
    assert one.outcomes["arrival"]["ok"] == 100
    assert one.outcomes[""]["ok"] == 400
    assert "response@buy" in one.histograms
    assert measured(recording_of(np.full(400, 1000))).metrics.keys().isdisjoint({"response.p50@a"})


def test_nothing_recorded_gives_notes_not_errors():
    one = measured(recording_of(np.zeros(0, np.int64)))
    assert one.metrics["response.p50"] is None
    assert one.metrics["failures"] is None
    assert one.notes["failures"] == "nothing was due"


def test_resources_become_metrics():
    system = Usage(idle=1000, peak=5000, after=1800, cpu=2.0, notes={"peak": "of 2 processes"})
    resources = Resources(
        4.0, groups={"system": system, "workers": Usage(cpu=1.0), "db": Usage(idle=7, cpu=4.0)}
    )
    one = measured(recording_of(np.full(400, 1000)), resources=resources, own={"fps": 30.0, "stalls": None})
    assert one.metrics["memory.growth"] == 800
    assert one.metrics["memory.growth_per_operation"] == 2
    assert one.metrics["cpu.per_operation"] == pytest.approx(2 / 400, rel=0.01)
    assert one.metrics["generator.cpu_per_operation"] == pytest.approx(1 / 400, rel=0.01)
    assert one.metrics["cpu.utilization"] == 0.5
    assert one.metrics["cpu.utilization@db"] == 1.0
    assert one.metrics["memory.idle@db"] == 7
    assert one.notes["memory.peak"] == "of 2 processes"
    assert one.metrics["fps"] == 30
    assert one.notes["stalls"] == "not measured"
