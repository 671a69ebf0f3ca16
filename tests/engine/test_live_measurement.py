"""What a live round comes to, with what its system says of itself."""

import time

import pytest
from examples import load_garbage
from support.telling import ALL, Member, told

from suite import closed_loop
from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.engine.live_measurement import LiveMeasurement
from suite.engine.live_round import live_round
from suite.engine.workload_spec import WorkloadSpec
from suite.faults import At, Reset

pooled = told(
    ALL, users=Member, loop=closed_loop(6, seconds=1), hold=0.01, faults=[At(0.1, Reset("system", 0.5))]
)


@pytest.fixture(scope="module")
def measured():
    """Six users come, ask for items from a pool of two for a while, and go."""
    with (
        pytest.MonkeyPatch.context() as patched,
        live_round(WorkloadSpec(reference_to(pooled), Settings())) as running,
    ):
        patched.setattr("suite.engine.live_measurement._MOST_PARTS", 3)
        measurement = LiveMeasurement(running)
        running.resize(6)
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            time.sleep(0.05)
            measurement.take()
            assert len(measurement._parts) <= 3, "of days there would be a part for each half second"
        _, found = measurement.finish()
    return found


def test_what_the_system_says_is_in_a_live_round_too(measured):
    (source,) = measured.observed
    assert source.source == "/metrics"
    assert len(source.second) >= 2  # it is read less often where cores are short
    assert measured.metrics["observed.pool_waits_total"] > 20
    assert measured.metrics["observed.pool_checked_out.max"] <= 2  # 0 where each reading came in between
    assert measured.limiter.figures["pool"] == "pool"


def test_requests_of_users_who_came_and_went_are_reconciled(measured):
    (source,) = measured.observed
    count = source.requests
    assert count.counted == count.answered >= 12
    assert not [one for one in measured.validity.reasons if one.kind in ("requests_differ", "unreconciled")]


def test_faults_that_a_live_round_does_not_make_are_told(measured):
    assert [one.figures for one in measured.validity.reasons if one.kind == "faults_left_out"] == [
        {"faults": 1}
    ]
    assert measured.validity.verdict != "valid"
    assert measured.incidents == ()


def test_when_the_collector_stopped_the_system_is_in_its_series(monkeypatch):
    """In windows too, of which each has a part of the seconds."""
    monkeypatch.setattr("suite.engine.live_measurement._WINDOW_ROWS", 5)
    spec = WorkloadSpec(reference_to(load_garbage.heavy), Settings())
    with live_round(spec) as running:
        measurement = LiveMeasurement(running)
        running.resize(1)
        end = time.monotonic() + 1
        while time.monotonic() < end:
            time.sleep(0.05)
            measurement.take()
        _, found = measurement.finish()
    assert found.metrics["gc.pause.max"] > 0
    assert len(found.series["pause"]) == len(found.series["second"])
    assert max(found.series["pause"]) == pytest.approx(found.metrics["gc.pause.max"])
