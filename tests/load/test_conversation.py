"""The floors of the conversation manager, row by row."""

import pytest
from support.load import measured, value

from suite.reference.conversation import workloads

pytestmark = pytest.mark.load


def assert_exact(result):
    assert value(result, "limit.excess") == 0
    assert value(result, "limit.shortfall") == 0


def test_fifty_users_at_once():
    result = measured(workloads.fifty_users)
    assert_exact(result)
    waves = sum(result.outcomes.values()) // 50
    assert result.operations["start"]["ok"] == 20 * waves
    assert result.operations["start"]["rejected"] == 30 * waves
    assert value(result, "response.p95@start") < 5
    assert value(result, "memory.growth") < 50e6


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_sustained():
    result = measured(workloads.sustained)
    assert value(result, "throughput") > 1
    assert value(result, "memory.growth") < 100e6
    assert value(result, "memory.drift") < 5e6


def test_bursts():
    result = measured(workloads.bursts)
    assert_exact(result)
    assert result.operations["start"]["ok"] == 5 * 20
    assert value(result, "memory.growth") < 30e6


def test_mixed():
    result = measured(workloads.mixed)
    for operation in ("quick", "complex"):
        counts = result.operations[operation]
        assert counts["ok"] == sum(counts.values()) > 0
    assert value(result, "response.mean@quick") < 0.2


@pytest.mark.parametrize("name", ["global_limit", "user_limit"])
def test_limit(name):
    result = measured(getattr(workloads, name))
    assert_exact(result)
    assert result.outcomes["failed"] == 0


def test_rapid_cycles():
    result = measured(workloads.rapid_cycles)
    assert result.outcomes["ok"] == 10 * 100


def test_expiry():
    result = measured(workloads.expiry)
    assert_exact(result)
    assert value(result, "expiry.delay") < 0.5
