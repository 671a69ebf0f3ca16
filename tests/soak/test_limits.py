"""What the metrics of a soak must not get to."""

import pytest

from suite import Command, Component, Threshold, User, Workload, closed_loop, operation
from suite.errors import ConfigurationError
from suite.soak.limits import check_limits, threshold_limits


class Shopper(User):
    @operation
    async def browse(self):
        pass

    @operation
    async def buy(self):
        pass


def workload(system, **more):
    return Workload("shop/browse", system, Shopper, loop=closed_loop(4, seconds=5), **more)


SHOP = workload(Command("true"), beside={"database": Command("true")}, observe="/metrics")


def test_the_gravest_level_of_a_threshold_is_how_bad_it_may_get():
    both = [Threshold("response.p99", warning="20ms", critical="1s"), Threshold("failures", warning="1%")]
    assert threshold_limits(workload(Command("true"), thresholds=both)) == {
        "response.p99": 1.0,
        "failures": 0.01,
    }


def test_limits_of_what_there_is_are_taken():
    named = ["memory", "memory@database", "threads@workers", "response.p99@buy", "observed.orders.mean"]
    check_limits(dict.fromkeys([*named, "failures"], 1.0), SHOP)


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("memory@databse", "there is no 'databse'; there is memory and memory@database and memory@workers"),
        ("response.p99@by", "there is no 'by'; there is response.p99 and response.p99@browse and "
         "response.p99@buy"),
        ("failures@buy", "there is no 'buy'; there is failures"),
    ],
)  # fmt: skip
def test_a_limit_of_what_is_not_there_was_passed_over_and_is_told(metric, said):
    with pytest.raises(ConfigurationError) as raised:
        check_limits({metric: 1.0}, SHOP)
    assert str(raised.value) == f"--limit {metric}: {said}"


def test_what_a_workload_can_not_have_is_told_with_all_faults():
    with pytest.raises(ConfigurationError) as raised:
        check_limits({"memory@workers": 1.0, "observed.x.mean": 1.0}, workload(Component(list)))
    assert str(raised.value).splitlines() == [
        "--limit memory@workers: there is no 'workers'; there is memory",
        "--limit observed.x.mean: shop/browse has no observe=, so nothing is read of what the system says",
    ]
