"""The DICOM workloads under the engine: a sound gateway passes, broken ones fail."""

import subprocess
import sys

import pytest
from support import broken_dicom as broken
from support.variants import exhaustive

from suite import Component
from suite.config.settings import Settings
from suite.contract.workload import Workload
from suite.engine.coordinator import run
from suite.reference.dicom import workloads

pytestmark = pytest.mark.usefixtures("rounds_once")

ALL = {
    "receive", "receive-512k", "receive-concurrent", "forward", "sustained", "burst", "file-io",
    "pool-acquire", "pool-saturation", "pool-queries",
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


@pytest.mark.parametrize("name", ["receive", exhaustive("receive_large"), exhaustive("receive_concurrent")])
def test_what_is_received_is_stored(name):
    result = quick(getattr(workloads, name), seconds=0.4)
    assert not broken_checks(result)
    assert result.outcomes["ok"] > 0
    assert set(result.statuses["store"]) == {"0x0000"}


def test_what_is_forwarded_arrives_and_is_timed():
    result = quick(workloads.forward, seconds=0.4)
    assert not broken_checks(result)
    assert len(result.checks) == 4
    assert result.operations["forward"]["ok"] > 0
    assert result.metrics["response.mean@forward"].value > 0
    assert result.metrics["throughput@forward"].value > 0
    assert result.metrics["queue.peak"].value >= 1


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


@pytest.mark.parametrize(
    ("workload", "gateway", "shown_by"),
    [
        (workloads.receive, broken.loses_rows, "every instance has its row"),
        exhaustive(workloads.receive, broken.truncates_files, "every instance is on disk"),
        exhaustive(workloads.receive, broken.mixes_up_files, "every instance is on disk"),
        exhaustive(workloads.receive, broken.fails_sometimes, "none was lost or refused"),
        exhaustive(workloads.forward, broken.forwards_other_bytes, "every instance arrived"),
        exhaustive(workloads.forward, broken.forgets_to_forward, "every instance arrived"),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", value)),
)
def test_a_broken_gateway_fails_the_run(workload, gateway, shown_by):
    result = quick(broken.with_gateway(workload, gateway), seconds=0.4)
    assert shown_by in failed(result)
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("workload", "pool", "shown_by"),
    [
        exhaustive(workloads.pool_acquire, broken.leaky_pool, "all were returned"),
        exhaustive(workloads.pool_saturation, broken.hanging_pool, "exhaustion is clean"),
        exhaustive(workloads.pool_saturation, broken.boundless_pool, "limit.excess"),
        exhaustive(workloads.pool_queries, broken.boundless_pool, "limit.excess"),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", value)),
)
def test_a_broken_pool_fails_the_run(workload, pool, shown_by):
    twin = workload.copy()
    twin.system = Component(pool, **workload.system.parameters)
    result = quick(twin, seconds=0.5)
    assert shown_by in failed(result)
    assert result.exit_code == 1
