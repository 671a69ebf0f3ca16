"""The floors of the hotel's voice-call backend, row by row."""

import pytest

from suite.reference.hotel import workloads
from suite.reference.hotel.load import calls, databases, memory

pytestmark = pytest.mark.load

ROWS = [*workloads.CALLS, *workloads.AUTHENTICATION, *workloads.MEMORY, *workloads.DATABASES]


@pytest.mark.slow
@pytest.mark.parametrize("workload", ROWS, ids=lambda workload: workload.name)
def test_every_row_holds_its_critical_levels_and_checks(measured, workload):
    result = measured(workload)
    assert result["failures"] < 0.10


def test_the_first_audio_comes_before_the_text_is_spoken(measured):
    result = measured(calls.speech)
    assert result["first.p50"] < result["response.p50"]


def test_a_frame_is_heard_before_the_next_one_is_due(measured):
    assert measured(calls.audio)["response.p50@hear"] < 0.02


def test_more_connections_are_no_slower_until_the_pool_is_no_limit(measured):
    few, many = (measured(workload, rounds=3) for workload in databases.pools)
    assert many["throughput"] > 0.8 * few["throughput"]
    name = "observed.db_pool_wait_seconds_total"
    assert many[name] < few[name]


def test_less_garbage_is_collected_when_it_is_asked_for(measured):
    often = measured(memory.garbage)
    seldom = measured(memory.garbage, values={"freeze": True, "gc_threshold": 50_000})
    assert seldom["gc.pause.per_operation"] < often["gc.pause.per_operation"]
