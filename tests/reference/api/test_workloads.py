"""The backend's workloads under the engine: a sound backend passes, broken ones fail."""

import pytest
from support import broken_api as broken
from support.variants import exhaustive, nightly

from suite.config.settings import Settings
from suite.contract.workload import Workload
from suite.engine.coordinator import run
from suite.reference.api import workloads

pytestmark = pytest.mark.usefixtures("rounds_once")

ALL = {
    "health", "session-reads", "uploads", "rate-limit", "rate-limit-moving", "pool-stress", "sustained",
    "memory", "user",
}  # fmt: skip
FOUND = [workload for workload in vars(workloads).values() if isinstance(workload, Workload)]
FEW = {"accounts": 20}
SMALL = {"accounts": 300, "rate_limit": 10, "rate_window": 1}


def quick(workload, **changes):
    return run(workload, Settings(rounds=1, quick=True, **changes))


def failed(result):
    """Checks and critical levels that don't hold."""
    assert result.error is None, result.error
    checks = {check.name for check in result.checks if not check.passed}
    return checks | {
        one.metric for one in result.thresholds if one.level == "critical" and one.passed is False
    }


def alone(workload):
    """`workload` with neither PostgreSQL nor Redis."""
    twin = workload.copy()
    twin.system, twin.beside = workloads.backend(**workload.system.parameters), {}
    return twin


def test_all_workloads_are_there():
    assert {workload.name for workload in FOUND} == {f"api/{name}" for name in ALL}
    assert all(workload.description for workload in FOUND)
    tags = set().union(*(workload.all_tags() for workload in FOUND))
    assert tags >= {"read", "write", "upload", "extract", "health", "rate_limit", "db_pool"}


@pytest.mark.parametrize("workload", FOUND, ids=lambda workload: workload.name)
def test_no_limit_of_100_a_minute_caps_a_goal_of_100_a_second(workload):
    """Every row but those of the rate limit has as many identities as its rate needs."""
    parameters = workload.system.parameters
    if not workload.name.startswith("api/rate-limit"):
        assert parameters["accounts"] * parameters["rate_limit"] / parameters["rate_window"] > 1_000


@pytest.mark.parametrize(
    ("workload", "operation"),
    [
        nightly(workloads.health, "health"),
        exhaustive(workloads.session_reads, "read_session"),
        exhaustive(workloads.uploads, "upload"),
        nightly(workloads.sustained, "list_sessions"),
        exhaustive(workloads.memory, "add_session"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_what_is_asked_is_answered(workload, operation):
    result = quick(alone(workload), values=FEW | {"rate_limit": 10_000})
    assert not failed(result) - {"response.p95", "memory.growth"}
    assert result.operations[operation]["ok"] > 0


@pytest.mark.exhaustive
def test_a_therapist_works_on_postgresql_and_redis():
    result = quick(
        workloads.user, values=FEW | {"audio_seconds": 1, "rate_limit": 1_000}, seconds=1.5, users=10
    )
    assert not failed(result) - {"response.p95", "memory.growth"}
    assert result.operations["read_session"]["ok"] > 0
    assert result.metrics["postgres.transactions@database"].value > 0
    assert result.metrics["redis.commands@redis"].value > 0


@pytest.mark.parametrize(
    ("workload", "sqlite"),
    [
        nightly(alone(workloads.pool_stress), False),
        exhaustive(workloads.pool_stress, False),
        exhaustive(workloads.pool_stress, True),
    ],
    ids=["alone", "postgresql", "sqlite"],
)
def test_an_exhausted_pool_is_told_and_breaks_nothing(workload, sqlite):
    few = {"accounts": 50, "rate_limit": 10_000, "pool_size": 1, "pool_overflow": 2, "pool_timeout": 0.05}
    result = quick(workload, values={**few, "sqlite": sqlite}, users=30, seconds=1.2)
    assert failed(result) <= {"throughput"}  # how many get one a second is the machine's
    assert result.outcomes["ok"] > 0
    assert result.outcomes["rejected"] > 0
    assert {detail.kind for detail in result.details if detail.outcome == "rejected"} == {"NoConnectionFree"}
    assert result.metrics["observed.db_pool_checked_out.max"].value <= 3
    if "postgres.transactions@database" in result.metrics:
        many = result.metrics["postgres.transactions@database"].value > 10
        assert many is not sqlite


def rate_limited(workload, served=None, **changes):
    """A round of it, in small, without Redis."""
    twin = broken.with_backend(alone(workload), served) if served else alone(workload)
    return quick(twin, values=SMALL | {"processes": 1} | changes)


@pytest.mark.exhaustive
@pytest.mark.parametrize("workload", [workloads.rate_limit, workloads.rate_limit_moving])
def test_a_sound_limiter_passes(workload):
    result = rate_limited(workload)
    assert not failed(result)
    assert result.operations["ask"]["rejected"] > 0
    if workload is workloads.rate_limit:
        assert result.metrics["rate.served_in_any_window"].value > 10, "nothing was tried across an edge"


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("workload", "served", "shown_by"),
    [
        (workloads.rate_limit, broken.one_too_many, {"the limit is kept", "limit.excess"}),
        nightly(workloads.rate_limit_moving, broken.one_too_many, {"the limit is kept", "limit.excess"}),
        nightly(workloads.rate_limit, broken.one_too_few, {"the limit is kept", "limit.shortfall"}),
        exhaustive(workloads.rate_limit_moving, broken.one_too_few, {"the limit is kept", "limit.shortfall"}),
        exhaustive(workloads.rate_limit, broken.waits_too_short, {"retry after is true"}),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", "")),
)
def test_a_broken_limiter_fails_the_run(workload, served, shown_by):
    result = rate_limited(workload, served)
    assert failed(result) == shown_by
    assert result.exit_code == 1


@pytest.mark.exhaustive
def test_a_wait_that_is_too_long_fails_the_run():
    result = rate_limited(workloads.rate_limit, broken.waits_too_long, rate_window=3)
    assert "retry after is true" in failed(result)


@pytest.mark.exhaustive
def test_several_processes_keep_one_limit_in_redis():
    result = quick(workloads.rate_limit_moving)
    assert not failed(result)
    assert result.metrics["rate.served_in_any_window"].value == 100


@pytest.mark.exhaustive
def test_a_time_out_that_reaches_a_client_as_a_fault_fails_the_run():
    twin = broken.with_backend(alone(workloads.pool_stress), broken.loses_time_outs)
    result = quick(twin, values={"accounts": 50, "pool_timeout": 0.05}, users=50, seconds=1)
    assert {"exhaustion is told", "failures"} <= failed(result)


def test_a_backend_that_can_not_work_says_so_in_a_line():
    result = quick(alone(workloads.health), values={"processes": 2})
    assert "2 processes would each count their own rate limit; give them a Redis" in str(result.error)
    assert result.exit_code == 4


@pytest.mark.exhaustive
def test_a_backend_whose_migrations_are_not_applied_says_so_in_a_line():
    result = quick(alone(workloads.health), values={"migrate": False})
    assert "no schema yet; apply the migrations" in str(result.error)
    assert result.exit_code == 4
