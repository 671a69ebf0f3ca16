"""The floors of the hotel's voice-call backend, row by row."""

import pytest
from support.load import measured, value

from suite.reference.hotel import workloads
from suite.reference.hotel.load import calls, databases, memory

pytestmark = pytest.mark.load

ROWS = [*workloads.CALLS, *workloads.AUTHENTICATION, *workloads.MEMORY, *workloads.DATABASES]


@pytest.mark.slow
@pytest.mark.parametrize("workload", ROWS, ids=lambda workload: workload.name)
def test_every_row_holds_its_critical_levels_and_checks(workload):
    result = measured(workload)
    assert value(result, "failures") < 0.10


def test_the_first_audio_comes_before_the_text_is_spoken():
    result = measured(calls.speech)
    assert value(result, "first.p50") < value(result, "response.p50")


def test_a_frame_is_heard_before_the_next_one_is_due():
    assert value(measured(calls.audio), "response.p50@hear") < 0.02


def test_more_connections_are_no_slower_until_the_pool_is_no_limit():
    few, many = (measured(workload) for workload in databases.pools)
    assert value(many, "throughput") > 0.9 * value(few, "throughput")
    name = "observed.db_pool_wait_seconds_total"
    assert value(many, name) < value(few, name)


def test_less_garbage_is_collected_when_it_is_asked_for():
    often = measured(memory.garbage)
    seldom = measured(memory.garbage, values={"freeze": True, "gc_threshold": 50_000})
    assert value(seldom, "gc.pause.per_operation") < value(often, "gc.pause.per_operation")
