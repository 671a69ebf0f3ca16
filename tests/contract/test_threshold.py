"""Levels of one metric: read, put in order, refused together."""

import pytest

from suite import Metric, Threshold
from suite.contract.threshold import holds
from suite.errors import ConfigurationError

RESPONSE = Metric("response.p95", "s", "lower")
THROUGHPUT = Metric("throughput", "1/s", "higher")


def test_levels_are_read_in_the_metrics_unit() -> None:
    threshold = Threshold("response.p95", target="100ms", warning=0.5, critical="1s")
    assert threshold.limits(RESPONSE) == {"target": 0.1, "warning": 0.5, "critical": 1.0}
    assert Threshold("throughput", critical="60/min").limits(THROUGHPUT) == {"critical": 1.0}


def test_levels_may_be_equal_and_some_left_out() -> None:
    assert Threshold("response.p95", target="1s", critical="1s").limits(RESPONSE) == {
        "target": 1.0,
        "critical": 1.0,
    }
    assert Threshold("response.p95", warning=0).limits(RESPONSE) == {"warning": 0.0}


def test_levels_get_worse() -> None:
    assert Threshold("throughput", target=30, warning=20, critical=10).limits(THROUGHPUT)
    with pytest.raises(ConfigurationError, match="get worse"):
        Threshold("throughput", target=10, critical=30).limits(THROUGHPUT)
    with pytest.raises(ConfigurationError, match="get worse"):
        Threshold("response.p95", target="1s", critical="100ms").limits(RESPONSE)
    with pytest.raises(ConfigurationError, match="get worse"):
        Threshold("response.p95", warning="1s", critical="100ms").limits(RESPONSE)


def test_all_faults_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Threshold("response.p95", target="5%", warning="soon", critical="1s").limits(RESPONSE)
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "threshold response.p95 target",
        "threshold response.p95 warning",
    ]


def test_a_threshold_needs_a_level_and_a_better_side() -> None:
    with pytest.raises(ConfigurationError, match="no level"):
        Threshold("response.p95").limits(RESPONSE)
    with pytest.raises(ConfigurationError, match="no better side"):
        Threshold("offered", target=1).limits(Metric("offered", "1/s", "none"))


def test_changing_some_levels() -> None:
    changed = Threshold("response.p95", target="100ms", critical="1s").changed(critical="2s", target=None)
    assert changed.limits(RESPONSE) == {"critical": 2.0}


@pytest.mark.parametrize(
    ("value", "limit", "better", "expected"),
    [
        (1.0, 1.0, "lower", True),
        (1.1, 1.0, "lower", False),
        (0.9, 1.0, "lower", True),
        (1.0, 1.0, "higher", True),
        (1.1, 1.0, "higher", True),
        (0.9, 1.0, "higher", False),
    ],
)
def test_the_limit_itself_holds(value: float, limit: float, better: str, expected: bool) -> None:
    assert holds(value, limit, better) is expected
