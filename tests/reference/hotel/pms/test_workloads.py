"""The workloads of the PMS under the engine: a sound backend passes, broken ones fail."""

from runpy import run_path

import pytest
from support import broken_pms as broken
from support.variants import exhaustive

from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.faults import At, Reset
from suite.reference.hotel.pms import workloads
from suite.reference.hotel.pms.workloads import CONNECTOR, FAILURES

pytestmark = pytest.mark.usefixtures("rounds_once")
ROWS = {
    "lookups", "profiles", "cache", "bulk", "failover", "breaker", "latency", "loss", "failing", "partition",
    "gone-at-start", "database-killed", "redis-gone",
}  # fmt: skip


def quick(workload, **changes):
    return run(workload, Settings(rounds=1, quick=True, **changes))


def failed(result):
    assert result.error is None, result.error
    return {check.name: check.detail for check in result.checks if not check.passed}


def on(workload, served, **parameters):
    """`workload` on another backend, with some of its parameters changed."""
    twin = workload.copy()
    own = {name: value for name, value in workload.system.parameters.items() if name.startswith("pms_")}
    twin.system = workloads.connected(served, **(own | parameters))
    twin.system.beside = twin.beside
    return twin


def test_all_rows_are_there():
    rows = [*CONNECTOR, *FAILURES]
    assert {row.name for row in rows} == {f"hotel/pms-{name}" for name in ROWS}
    assert all(row.description for row in rows)
    assert all(row.faults for row in FAILURES)


def test_what_is_killed_is_ours_whatever_runs_already(monkeypatch):
    monkeypatch.setenv("LOADLEDGER_REDIS", "redis://there/0")
    monkeypatch.setenv("LOADLEDGER_POSTGRES", "postgresql://there/x")
    rows = run_path(workloads.__file__)
    given = {row.name: row.beside["redis"].given for row in rows["CONNECTOR"] + rows["FAILURES"]}
    assert given.pop("hotel/pms-redis-gone") is None
    assert set(given.values()) == {"redis://there/0"}
    assert rows["database_killed"].beside["database"].given is None


@pytest.mark.exhaustive
@pytest.mark.timeout(120)
def test_a_partition_loses_nothing_and_the_breaker_tells_of_it():
    result = quick(workloads.partition)
    assert failed(result) == {}
    told = {check.name: check.detail for check in result.checks}
    assert ", 0 cached" not in told["cache is coherent"]
    (incident,) = result.incidents
    assert incident.struck
    assert incident.ended - incident.began == pytest.approx(0.8, abs=0.3)
    assert result.metrics["observed.pms_failovers_total"].value > 0
    assert 0.2 < result.metrics["pms.breaker_open"].value < 3


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.parametrize("row", [*CONNECTOR, *FAILURES], ids=lambda row: row.name)
def test_a_sound_backend_passes(row):
    assert failed(quick(row)) == {}


@pytest.mark.parametrize(
    ("row", "served", "budget", "check"),
    [
        exhaustive(workloads.breaker_alone, broken.without_breaker, 0.1, "breaker did its work"),
        exhaustive(workloads.failing, broken.without_budget, 0.02, "retries are bounded"),
        exhaustive(workloads.profiles, broken.stale, 0.1, "cache is coherent"),
        exhaustive(workloads.failing, broken.forgetful, 0.1, "no booking is lost"),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", "")),
)
def test_a_broken_backend_fails_the_run(row, served, budget, check):
    result = quick(on(row, served, pms_budget=budget))
    assert check in failed(result)
    assert result.exit_code == 1


@pytest.mark.exhaustive
def test_a_redis_whose_connections_are_reset_is_a_cache_less_and_no_fault():
    """uvloop has an error of its own for what is written to a connection that has gone."""
    twin = workloads.lookups.copy()
    twin.faults = (At("1s", Reset("redis", "1s")),)
    result = run(twin, Settings(rounds=1, seconds=3.0))
    assert failed(result) == {}
    assert "500" not in result.statuses["look_up"]
