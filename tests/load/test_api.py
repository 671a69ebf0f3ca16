"""The floors of the therapy-session backend, row by row."""

import pytest

from suite.reference.api import workloads

pytestmark = pytest.mark.load


def assert_few_errors(result):
    assert result["failures"] < 0.10


def test_health_checks(measured):
    result = measured(workloads.health)
    assert_few_errors(result)
    assert result["response.p95"] < 1


def test_the_generator_costs_a_tenth_of_the_backend(measured):
    result = measured(workloads.health)
    assert result["generator.cpu_per_operation"] < 0.1 * result["cpu.per_operation"]


def test_session_reads(measured):
    result = measured(workloads.session_reads)
    assert_few_errors(result)
    assert result["response.p95"] < 5


def test_uploads(measured):
    result = measured(workloads.uploads)
    assert_few_errors(result)
    assert result["response.p95"] < 20


@pytest.mark.parametrize(
    ("workload", "most"), [(workloads.rate_limit, 200), (workloads.rate_limit_moving, 100)]
)
def test_rate_limit(measured, workload, most):
    result = measured(workload)
    assert result["limit.excess"] == 0
    assert result["limit.shortfall"] == 0
    assert 100 <= result["rate.served_in_any_window"] <= most


@pytest.mark.slow
@pytest.mark.parametrize("workload", [workloads.rate_limit, workloads.rate_limit_moving])
def test_rate_limit_of_a_minute(measured, workload):
    result = measured(workload, values={"rate_window": 60}, users=4, each=1)
    assert result["limit.excess"] == 0
    assert result["limit.shortfall"] == 0


@pytest.mark.parametrize("sqlite", [False, True])
@pytest.mark.parametrize("size", [5, 20])
def test_pool_stress(measured, size, sqlite):
    result = measured(workloads.pool_stress, values={"pool_size": size, "sqlite": sqlite})
    assert result.run.outcomes["failed"] == 0
    assert result["observed.db_pool_checked_out.max"] <= size + 10
    assert result["observed.db_pool_waits_total"] > 0


@pytest.mark.slow
def test_sustained(measured):
    result = measured(workloads.sustained)
    assert result.run.outcomes["ok"] == 500
    assert_few_errors(result)


def test_capacity_of_session_reads(measured):
    assert measured(workloads.session_reads)["throughput"] > 100


def test_memory(measured):
    result = measured(workloads.memory)
    assert_few_errors(result)
    assert result["memory.growth"] < 50e6


@pytest.mark.slow
def test_therapists_at_work(measured):
    result = measured(workloads.user)
    assert_few_errors(result)
    assert result["response.p95"] < 5
