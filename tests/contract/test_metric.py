"""Names of metrics are a promise: thresholds, the ledger, asv and other people's scripts use them."""

from typing import Any

import pytest

from suite import Metric
from suite.contract.metric import STANDARD, find
from suite.errors import ConfigurationError

PROMISED = """
response.min response.mean response.p50 response.p90 response.p95 response.p99 response.p999 response.max
service.min service.mean service.p50 service.p90 service.p95 service.p99 service.p999 service.max
first.min first.mean first.p50 first.p90 first.p95 first.p99 first.p999 first.max
gap.min gap.mean gap.p50 gap.p90 gap.p95 gap.p99 gap.p999 gap.max
throughput offered time_per_operation failures rejected dropped good retry.amplification
limit.excess limit.shortfall
lateness.p50 lateness.p99 memory.idle memory.peak memory.after memory.growth memory.growth_per_operation
memory.lasting_growth cpu.per_operation cpu.utilization generator.cpu_per_operation
gc.pause.max gc.pause.per_operation gc.uncollectable
gc.collections.0 gc.collections.1 gc.collections.2 gc.freed.0 gc.freed.1 gc.freed.2
"""


def test_the_standard_names() -> None:
    assert set(STANDARD) == set(PROMISED.split())
    assert all(name == metric.name for name, metric in STANDARD.items())


def test_which_way_is_better() -> None:
    assert STANDARD["response.p99"].better == "lower"
    assert STANDARD["throughput"].better == "higher"
    assert {name for name, m in STANDARD.items() if m.better == "none"} == {
        "offered",
        "rejected",
        "cpu.utilization",
        *(f"gc.{what}.{generation}" for what in ("collections", "freed") for generation in range(3)),
    }


def test_finding_by_name_and_per_operation() -> None:
    assert find("throughput") is STANDARD["throughput"]
    assert find("response.p99@browse") is STANDARD["response.p99"]
    assert find("fps") is None


def test_own_metrics_come_first() -> None:
    fps = Metric("fps", "1/s", "higher", read=lambda system, kept, recording: 1.0)
    mine = Metric("throughput", "B", "higher", read=lambda system, kept, recording: 1.0)
    assert find("fps", (fps, mine)) is fps
    assert find("throughput@x", (fps, mine)) is mine


def test_a_metric_must_say_which_way_is_better() -> None:
    wrong: Any = "up"
    with pytest.raises(ConfigurationError, match=r"'fps'.*lower"):
        Metric("fps", better=wrong)
    with pytest.raises(ConfigurationError, match=r"'fps'.*median"):
        Metric("fps", combine=wrong)
