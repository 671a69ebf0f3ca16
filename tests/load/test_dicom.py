"""The floors of the DICOM gateway, row by row."""

import pytest
from support.load import measured, value

from suite.reference.dicom import workloads

pytestmark = pytest.mark.load


def test_receive_throughput_and_latency():
    result = measured(workloads.receive)
    assert value(result, "throughput") > 10
    assert value(result, "response.mean") < 1
    assert value(result, "response.p95") < 2


def test_receive_of_large_instances():
    result = measured(workloads.receive_large)
    assert value(result, "throughput") > 10


def test_concurrent_receive():
    result = measured(workloads.receive_concurrent)
    assert value(result, "throughput") > 15


def test_forward_throughput():
    result = measured(workloads.forward_throughput)
    assert value(result, "throughput@forward") > 5


def test_forward_latency():
    result = measured(workloads.forward)
    assert value(result, "response.mean@forward") < 2
    assert value(result, "response.p95@forward") < 5


def test_file_io_latency():
    result = measured(workloads.file_io)
    assert value(result, "response.mean@read") < 0.010
    assert value(result, "response.mean@write") < 0.050


def test_pool_acquisition():
    result = measured(workloads.pool_acquire)
    assert result.outcomes["ok"] == sum(result.outcomes.values())


def test_pool_saturation_is_a_clean_time_out():
    result = measured(workloads.pool_saturation)
    assert result.outcomes["rejected"] > 0
    assert value(result, "limit.excess") == 0


def test_pool_queries_reuse_connections():
    result = measured(workloads.pool_queries)
    assert value(result, "pool.connections") <= 10
    assert value(result, "limit.excess") == 0


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_sustained_load_is_held_and_memory_flat():
    result = measured(workloads.sustained)
    assert value(result, "throughput") >= 0.98 * value(result, "offered")
    assert value(result, "memory.growth_per_operation") < 2_000


def test_a_burst_loses_nothing():
    result = measured(workloads.burst)
    assert result.outcomes["ok"] == sum(result.outcomes.values())


def test_memory_per_instance_is_bounded():
    result = measured(workloads.memory)
    assert value(result, "memory.growth_per_operation") < 50_000, "a tenth of an instance at most"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_kills_lose_nothing():
    result = measured(workloads.killed_again)
    assert [check for check in result.checks if not check.passed] == []
