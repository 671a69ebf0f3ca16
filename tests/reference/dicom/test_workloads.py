"""The DICOM workloads under the engine: a sound gateway passes, broken ones fail."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import broken_dicom as broken
from support.dicom_node import node_in_a_thread
from support.variants import exhaustive, nightly

from suite import Component, Remote
from suite.config.settings import Settings
from suite.contract.workload import Workload
from suite.engine.coordinator import run
from suite.reference.dicom import workloads
from suite.reference.dicom.checks import figures
from suite.reference.dicom.draining import fill

pytestmark = pytest.mark.usefixtures("rounds_once")

ALL = {
    "receive", "receive-512k", "receive-concurrent", "forward", "sustained", "burst", "file-io",
    "pool-acquire", "pool-saturation", "pool-queries", "memory", "churn", "admission", "disk-full",
    "forward-throughput", "fan-out", "slow-destination", "failing-destination", "destination-killed",
    "killed", "killed-again", "mixed", "pool-sqlite", "pool-postgresql",
}  # fmt: skip
FOUND = [workload for workload in vars(workloads).values() if isinstance(workload, Workload)]


def quick(workload, **changes):
    return run(workload, Settings(rounds=1, quick=True, **changes))


def failed(result):
    assert result.error is None, result.error
    checks = {check.name for check in result.checks if not check.passed}
    return checks | {judged.metric for judged in result.thresholds if judged.passed is False}


def broken_checks(result):
    assert result.error is None, result.error
    return [f"{check.name}: {check.detail}" for check in result.checks if not check.passed]


def test_all_workloads_are_there():
    assert {workload.name for workload in FOUND} == {f"dicom/{name}" for name in ALL}
    assert all(workload.description for workload in FOUND)


def test_every_gateway_belongs_to_one_workload():
    systems = [workload.system for workload in FOUND]
    assert len({id(system) for system in systems}) == len(systems)


def test_importing_them_needs_no_extra():
    script = (
        "import sys, suite.reference.dicom.workloads\n"
        "print([name for name in ('pydicom', 'pynetdicom') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["receive", nightly("receive_large"), exhaustive("receive_concurrent")])
def test_what_is_received_is_stored(name):
    result = quick(getattr(workloads, name), seconds=0.4)
    assert not broken_checks(result)
    assert result.outcomes["ok"] > 0
    assert set(result.statuses["store"]) == {"0x0000"}


@pytest.mark.exhaustive
def test_what_is_forwarded_arrives_and_is_timed():
    result = quick(workloads.forward, seconds=0.4)
    assert not broken_checks(result)
    assert len(result.checks) == 4
    assert result.operations["forward"]["ok"] > 0
    assert result.metrics["response.mean@forward"].value > 0
    assert result.metrics["throughput@forward"].value > 0
    assert result.metrics["queue.peak"].value >= 1


def test_what_was_acknowledged_before_a_kill_is_there_and_arrives():
    result = quick(workloads.killed, seconds=3, rate=40)
    assert not broken_checks(result)
    assert len(result.checks) == 3
    assert result.outcomes["ok"] > 0
    assert result.outcomes["failed"] > 0, "the kill was not felt"
    assert result.operations["forward"]["ok"] >= result.outcomes["ok"]
    assert result.operations["forward"]["unfinished"] == 0


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "name", ["fan_out", nightly("slow_destination"), nightly("failing_destination"), "destination_killed"]
)
def test_everything_arrives_whatever_becomes_of_the_destination(name):
    result = quick(getattr(workloads, name), seconds=1.5, rate=60)
    assert not broken_checks(result)
    assert len(result.checks) == 4
    each = 2 if name == "fan_out" else 1
    assert result.operations["forward"]["ok"] >= each * result.outcomes["ok"] > 0


@pytest.mark.exhaustive
def test_a_full_queue_is_drained():
    result = quick(workloads.forward_throughput, values={"queued": 300})
    assert not broken_checks(result)
    assert result.operations["forward"]["ok"] == 300
    assert result.metrics["throughput@forward"].value > 5


@pytest.mark.exhaustive
def test_exactly_the_limit_gets_an_association():
    result = quick(workloads.admission, operations=2)
    assert result.error is None
    assert result.outcomes["ok"] == 2
    assert (result.metrics["limit.excess"].value, result.metrics["limit.shortfall"].value) == (0, 0)
    assert result.operations["associate"]["ok"] == 24
    assert result.operations["associate"]["rejected"] == 12


@pytest.mark.exhaustive
def test_a_disk_that_fills_refuses_and_keeps_nothing_by_halves():
    result = quick(workloads.disk_full, operations=120, values={"space": 2_000_000})
    assert not broken_checks(result)
    assert re.search(r"refused by a (tmpfs|quota).*: 2,000,000 bytes$", result.checks[0].detail)
    assert result.outcomes["rejected"] > 0
    assert result.statuses["store"].keys() == {"0x0000", "0xA700"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["churn", nightly("memory"), "mixed"])
def test_associations_come_and_go_and_memory_stays(name):
    result = quick(getattr(workloads, name))
    assert not broken_checks(result)
    assert result.outcomes["ok"] == sum(result.outcomes.values())


@pytest.mark.exhaustive
def test_the_pool_is_seen_over_time():
    result = quick(workloads.receive, seconds=1.2)
    assert result.metrics["observed.db_pool_size.max"].value == 5
    assert "observed.db_pool_wait_seconds_total" in result.metrics


@pytest.mark.exhaustive
def test_a_node_elsewhere_is_loaded_under_its_title_and_keeps_what_came():
    with node_in_a_thread(title="ARCHIVE") as node:
        target = f"ARCHIVE@127.0.0.1:{node.port}"
        result = quick(workloads.receive, operations=30, target=target)
        assert not broken_checks(result)
        assert node.received >= 30
    (lost, *rest) = result.checks
    assert re.search(r"30 of 30|130 of 130", lost.detail)
    assert "SOP Instance UIDs 1.2.826.0.1.3680043.8.498.1" in lost.detail
    assert all("not checked: this gateway runs elsewhere" in check.detail for check in rest)


def test_a_gateway_elsewhere_has_no_queue_to_fill():
    with pytest.raises(ValueError, match="a gateway that runs elsewhere can't be filled"):
        fill(Remote("127.0.0.1:104"))
    assert figures(SimpleNamespace(directory=Path("/nowhere"))) == {"db_pool_visible": 0}


@pytest.mark.parametrize("name", [exhaustive("sustained"), exhaustive("burst")])
def test_an_open_loop_loses_nothing(name):
    result = quick(getattr(workloads, name), seconds=1, rate=60)
    assert not broken_checks(result)


@pytest.mark.parametrize("name", ["file_io", exhaustive("pool_acquire"), exhaustive("pool_queries")])
def test_components(name):
    result = quick(getattr(workloads, name), seconds=0.3)
    assert not broken_checks(result)
    assert result.outcomes["ok"] > 0


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["pool_sqlite", "pool_postgresql"])
def test_a_pool_over_either_database_is_seen_over_time(name):
    result = quick(getattr(workloads, name), seconds=1, values={"pool_timeout": 30.0})
    assert not broken_checks(result)
    assert result.metrics["pool.in_use"].value == 8
    assert result.metrics["pool.waits"].value > 0
    assert result.metrics["pool.wait_time"].value > 0
    assert result.metrics["limit.excess"].value == 0
    assert "observed.db_pool_checked_out.max" in result.metrics
    assert ("memory.peak@database" in result.metrics) is (name == "pool_postgresql")


@pytest.mark.exhaustive
def test_a_saturated_pool_refuses_and_never_hangs():
    result = quick(workloads.pool_saturation, seconds=0.6)
    assert not broken_checks(result)
    assert result.outcomes["ok"] > 0
    assert result.outcomes["rejected"] > 0
    assert {detail.kind for detail in result.details} == {"PoolExhausted"}
    assert result.metrics["limit.excess"].value == 0


@pytest.mark.exhaustive
def test_size_and_limits_are_parameters():
    result = quick(
        workloads.receive, seconds=0.3, values={"size": 9_000, "associations": 3, "fsync": "fsync"}
    )
    assert not broken_checks(result)
    assert result.plan["parameters"]["associations"] == 3


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("workload", "gateway", "shown_by"),
    [
        (workloads.receive, broken.loses_rows, "every instance has its row"),
        exhaustive(workloads.receive, broken.truncates_files, "every instance is on disk"),
        nightly(workloads.receive, broken.mixes_up_files, "every instance is on disk"),
        exhaustive(workloads.receive, broken.fails_sometimes, "none was lost or refused"),
        nightly(workloads.forward, broken.forwards_other_bytes, "every instance arrived"),
        exhaustive(workloads.forward, broken.forgets_to_forward, "every instance arrived"),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", value)),
)
def test_a_broken_gateway_fails_the_run(workload, gateway, shown_by):
    result = quick(broken.with_gateway(workload, gateway), operations=60)
    assert shown_by in failed(result)
    assert result.exit_code == 1


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.parametrize(("gateway", "leaks"), [(None, False), (broken.keeps_some, True)])
def test_a_leak_of_3_kb_an_instance_is_told_from_none(gateway, leaks):
    workload = workloads.sustained if gateway is None else broken.with_gateway(workloads.sustained, gateway)
    result = run(workload, Settings(rounds=1, seconds=30, rate=100))
    assert not broken_checks(result)
    assert ("memory.lasting_growth" in failed(result)) is leaks
    if leaks:
        assert 2_000 < result.metrics["memory.lasting_growth"].value < 4_500


@pytest.mark.parametrize(
    ("workload", "pool", "shown_by"),
    [
        exhaustive(workloads.pool_acquire, broken.leaky_pool, "all were returned"),
        exhaustive(workloads.pool_saturation, broken.hanging_pool, "exhaustion is clean"),
        nightly(workloads.pool_saturation, broken.boundless_pool, "limit.excess"),
        exhaustive(workloads.pool_queries, broken.boundless_pool, "limit.excess"),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", value)),
)
def test_a_broken_pool_fails_the_run(workload, pool, shown_by):
    twin = workload.copy()
    twin.system = Component(pool, **workload.system.parameters)
    longer = {
        name: 0.02 for name in twin.parameters if name == "pause"
    }  # so that a busy machine overlaps them
    result = quick(twin, seconds=0.5, values=longer)
    assert shown_by in failed(result)
    assert result.exit_code == 1
