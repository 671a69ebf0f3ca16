"""The floors of the DICOM gateway, row by row."""

import pytest

from suite.reference.dicom import workloads

pytestmark = pytest.mark.load


def test_receive_throughput_and_latency(measured):
    result = measured(workloads.receive)
    assert result["throughput"] > 10
    assert result["response.mean"] < 1
    assert result["response.p95"] < 2


def test_receive_of_large_instances(measured):
    result = measured(workloads.receive_large)
    assert result["throughput"] > 10


def test_concurrent_receive(measured):
    result = measured(workloads.receive_concurrent)
    assert result["throughput"] > 15


def test_forward_throughput(measured):
    result = measured(workloads.forward_throughput)
    assert result["throughput@forward"] > 5


def test_forward_latency(measured):
    result = measured(workloads.forward)
    assert result["response.mean@forward"] < 2
    assert result["response.p95@forward"] < 5


def test_file_io_latency(measured):
    result = measured(workloads.file_io)
    assert result["response.mean@read"] < 0.010
    assert result["response.mean@write"] < 0.050


def test_pool_acquisition(measured):
    result = measured(workloads.pool_acquire)
    assert result.run.outcomes["ok"] == sum(result.run.outcomes.values())


def test_pool_saturation_is_a_clean_time_out(measured):
    result = measured(workloads.pool_saturation)
    assert result.run.outcomes["rejected"] > 0
    assert result["limit.excess"] == 0


def test_pool_queries_reuse_connections(measured):
    result = measured(workloads.pool_queries)
    assert result["pool.connections"] <= 10
    assert result["limit.excess"] == 0


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_sustained_load_is_held_and_memory_flat(measured):
    result = measured(workloads.sustained)
    assert result["throughput"] >= 0.98 * result["offered"]
    assert result["memory.growth_per_operation"] < 2_000


def test_a_burst_loses_nothing(measured):
    result = measured(workloads.burst)
    assert result.run.outcomes["ok"] == sum(result.run.outcomes.values())


def test_memory_per_instance_is_bounded(measured):
    result = measured(workloads.memory)
    assert result["memory.growth_per_operation"] < 50_000, "a tenth of an instance at most"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_kills_lose_nothing(measured):
    result = measured(workloads.killed_again)
    assert [check for check in result.run.checks if not check.passed] == []
