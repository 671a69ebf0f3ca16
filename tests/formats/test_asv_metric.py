"""Which way is better comes from unit and name where they are sure."""

import pytest

from suite.contract.metric import Metric
from suite.formats.asv_metric import direction, metric_of


@pytest.mark.parametrize(
    ("name", "unit", "wanted"),
    [
        ("a.P.time_x", "seconds", Metric("time_x", "s", "lower")),
        ("a.P.time_x", None, Metric("time_x", "s", "lower")),
        ("a.P.peakmem_x", "bytes", Metric("peakmem_x", "B", "lower")),
        ("a.P.timeraw_x", "seconds", Metric("timeraw_x", "s", "lower")),
        ("a.P.track_throughput", "1/s", Metric("throughput", "1/s", "higher", combine="merged")),
        ("a.P.track_throughput", "unit", Metric("throughput", "1/s", "higher", combine="merged")),
        ("a.P.track_throughput", "MB/s", Metric("throughput", "MB/s", "higher")),
        ("a.P.track_response_p99", "seconds", Metric("response.p99", "s", "lower", combine="merged")),
        ("a.P.track_response_p99@buy", "seconds", Metric("response.p99@buy", "s", "lower")),
        ("a.P.track_items_per_second", "items/s", Metric("items_per_second", "items/s", "higher")),
        ("a.P.track_rows", "unit", Metric("rows", "1", "none")),
    ],
)
def test_a_benchmark_stands_for_a_metric(name, unit, wanted):
    found = metric_of(name, {} if unit is None else {"unit": unit})
    assert (found.name, found.unit, found.better) == (wanted.name, wanted.unit, wanted.better)


@pytest.mark.parametrize(
    ("name", "unit", "better"),
    [
        ("build", "ms", "lower"),
        ("build", "ns/op", "lower"),
        ("model", "MB", "lower"),
        ("served", "MB/s", "none"),
        ("copy", "MB/s", "higher"),
        ("copy", "bytes per second", "higher"),
        ("frames", "fps", "higher"),
        ("clock", "MHz", "higher"),
        ("accuracy", "%", "higher"),
        ("latency_p99", "unit", "lower"),
        ("errors", "unit", "lower"),
        ("errors", "errors/s", "none"),
        ("requests_per_second", "unit", "higher"),
        ("uptime", "s", "none"),
        ("time_to_failure_between", "s", "none"),
        ("score", "unit", "none"),
        ("objects", "objects", "none"),
        ("hits", "unit", "higher"),
    ],
)
def test_a_direction_is_told_only_where_it_is_sure(name, unit, better):
    assert direction(name, unit) == better
