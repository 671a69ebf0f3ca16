"""The floors of the conversation manager, row by row."""

import pytest

from suite.reference.conversation import workloads

pytestmark = pytest.mark.load


def assert_exact(result):
    assert result["limit.excess"] == 0
    assert result["limit.shortfall"] == 0


def test_fifty_users_at_once(measured):
    result = measured(workloads.fifty_users)
    assert_exact(result)
    waves = sum(result.run.outcomes.values()) // 50
    assert result.run.operations["start"]["ok"] == 20 * waves
    assert result.run.operations["start"]["rejected"] == 30 * waves
    assert result["response.p95@start"] < 5
    assert result["memory.growth"] < 50e6


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_sustained(measured):
    result = measured(workloads.sustained)
    assert result["throughput"] > 1
    assert result["memory.growth"] < 100e6
    assert result["memory.drift"] < 5e6


def test_bursts(measured):
    result = measured(workloads.bursts)
    assert_exact(result)
    assert result.run.operations["start"]["ok"] == 5 * 20
    assert result["memory.growth"] < 30e6


def test_mixed(measured):
    result = measured(workloads.mixed)
    for operation in ("quick", "complex"):
        counts = result.run.operations[operation]
        assert counts["ok"] == sum(counts.values()) > 0
    assert result["response.mean@quick"] < 0.2


@pytest.mark.parametrize("name", ["global_limit", "user_limit"])
def test_limit(measured, name):
    result = measured(getattr(workloads, name))
    assert_exact(result)
    assert result.run.outcomes["failed"] == 0


def test_rapid_cycles(measured):
    result = measured(workloads.rapid_cycles)
    assert result.run.outcomes["ok"] == 10 * 100


def test_expiry(measured):
    result = measured(workloads.expiry)
    assert_exact(result)
    assert result["expiry.delay"] < 0.5
