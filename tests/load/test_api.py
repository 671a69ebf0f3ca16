"""The floors of the therapy-session backend, row by row."""

import pytest
from support.load import measured, value

from suite.reference.api import workloads

pytestmark = pytest.mark.load


def assert_few_errors(result):
    assert value(result, "failures") < 0.10


def test_health_checks():
    result = measured(workloads.health)
    assert_few_errors(result)
    assert value(result, "response.p95") < 1


def test_the_generator_costs_a_tenth_of_the_backend():
    result = measured(workloads.health)
    assert value(result, "generator.cpu_per_operation") < 0.1 * value(result, "cpu.per_operation")


def test_session_reads():
    result = measured(workloads.session_reads)
    assert_few_errors(result)
    assert value(result, "response.p95") < 5


def test_uploads():
    result = measured(workloads.uploads)
    assert_few_errors(result)
    assert value(result, "response.p95") < 20


@pytest.mark.parametrize(
    ("workload", "most"), [(workloads.rate_limit, 200), (workloads.rate_limit_moving, 100)]
)
def test_rate_limit(workload, most):
    result = measured(workload)
    assert value(result, "limit.excess") == 0
    assert value(result, "limit.shortfall") == 0
    assert 100 <= value(result, "rate.served_in_any_window") <= most


@pytest.mark.slow
@pytest.mark.parametrize("workload", [workloads.rate_limit, workloads.rate_limit_moving])
def test_rate_limit_of_a_minute(workload):
    result = measured(workload, values={"rate_window": 60}, users=4, each=1)
    assert value(result, "limit.excess") == 0
    assert value(result, "limit.shortfall") == 0


@pytest.mark.parametrize("sqlite", [False, True])
@pytest.mark.parametrize("size", [5, 20])
def test_pool_stress(size, sqlite):
    result = measured(workloads.pool_stress, values={"pool_size": size, "sqlite": sqlite})
    assert result.outcomes["failed"] == 0
    assert value(result, "observed.db_pool_checked_out.max") <= size + 10
    assert value(result, "observed.db_pool_waits_total") > 0


@pytest.mark.slow
def test_sustained():
    result = measured(workloads.sustained)
    assert result.outcomes["ok"] == 500
    assert_few_errors(result)


def test_capacity_of_session_reads():
    assert value(measured(workloads.session_reads), "throughput") > 100


def test_memory():
    result = measured(workloads.memory)
    assert_few_errors(result)
    assert value(result, "memory.growth") < 50e6


@pytest.mark.slow
def test_therapists_at_work():
    result = measured(workloads.user)
    assert_few_errors(result)
    assert value(result, "response.p95") < 5
