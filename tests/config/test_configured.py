"""What `--set`, `--users`, `--rate` and their like make of a workload."""

from typing import Any

import pytest

from suite import (
    Command,
    Component,
    Metric,
    Remote,
    Threshold,
    User,
    Workload,
    closed_loop,
    open_loop,
    operation,
)
from suite.config.configured import configured, startable
from suite.config.settings import Settings
from suite.contract.loop import Loop
from suite.errors import ConfigurationError


class Shopper(User):
    @operation
    async def browse(self) -> None: ...


class Member(User):
    @operation
    def match(self) -> None: ...


def workload(loop: Loop | None = None, **options: Any) -> Workload:
    system = Command("shop", ready="/health", workers=2, strict=False, mode="fast", since=None, sizes=(1, 2))
    options = {"parameters": {"items": 7, "ratio": 0.5}, **options}
    return Workload(
        "shop/browse", system, Shopper, loop=loop or closed_loop(4, seconds=10, warmup=2), **options
    )


def loop_of(loop: Loop, **settings: Any) -> Loop:
    return configured(workload(loop), Settings(**settings)).loop


def test_without_settings_nothing_changes() -> None:
    original = workload(thresholds=[Threshold("throughput", critical=1)])
    twin = configured(original, Settings())
    assert twin is not original
    assert (twin.loop, twin.thresholds, twin.parameters) == (
        original.loop,
        original.thresholds,
        original.parameters,
    )
    assert twin.system.parameters == original.system.parameters


@pytest.mark.parametrize(
    ("loop", "settings", "expected"),
    [
        (closed_loop(4, seconds=10, warmup=2), {"users": 9}, closed_loop(9, seconds=10, warmup=2)),
        (closed_loop(4, seconds=10, warmup=2), {"seconds": 3}, closed_loop(4, seconds=3, warmup=2)),
        (closed_loop(4, seconds=10, warmup=2), {"operations": 50}, closed_loop(4, operations=50)),
        (closed_loop(4, operations=50, warmup=5), {"operations": 9}, closed_loop(4, operations=9)),
        (closed_loop(4, operations=50, warmup=5), {"seconds": 3}, closed_loop(4, seconds=3)),
        (closed_loop(4, seconds=10, warmup=2), {"each": 50}, closed_loop(4, each=50)),
        (closed_loop(4, operations=50, warmup=5), {"each": 9, "users": 2}, closed_loop(2, each=9)),
        (closed_loop(4, each=50, warmup=5), {"each": 9}, closed_loop(4, each=9)),
        (closed_loop(4, each=50, warmup=5), {"operations": 9}, closed_loop(4, operations=9)),
        (closed_loop(4, each=50, warmup=5), {"users": 9}, closed_loop(9, each=50, warmup=5)),
        (closed_loop(4, seconds=10, warmup=2), {"quick": True}, closed_loop(4, seconds=1, warmup=0.2)),
        (closed_loop(4, seconds=0.5), {"quick": True}, closed_loop(4, seconds=0.5)),
        (closed_loop(4, operations=50), {"quick": True}, closed_loop(4, operations=50)),
        (closed_loop(4, seconds=10), {"quick": True, "seconds": 5}, closed_loop(4, seconds=5)),
        (open_loop(100, 30), {"rate": 7.0}, open_loop(7, 30)),
        (open_loop(100, 30), {"seconds": 2, "users": 3}, open_loop(100, 2, users=3)),
        (open_loop(100, 30, warmup=5), {"quick": True}, open_loop(100, 1, warmup=0.2)),
        # A slow rate's quick round plans something too, and no burst is cut off.
        (open_loop(1, 30, arrivals="poisson"), {"quick": True}, open_loop(1, 5, arrivals="poisson")),
        (
            open_loop(2, 60, arrivals="burst", burst=16),
            {"quick": True},
            open_loop(2, 8, arrivals="burst", burst=16),
        ),
        (open_loop(stages=[(10, 20), (30, 20)]), {"seconds": 4}, open_loop(stages=[(10, 2), (30, 2)])),
        (open_loop(stages=[(10, 20), (30, 20)]), {"rate": 40.0}, open_loop(stages=[(20, 20), (60, 20)])),
        (open_loop(stages=[(10, 20), (30, 20)]), {"quick": True}, open_loop(stages=[(10, 0.5), (30, 0.5)])),
    ],
)  # fmt: skip
def test_loops(loop: Loop, settings: dict[str, Any], expected: Loop) -> None:
    assert loop_of(loop, **settings) == expected


@pytest.mark.parametrize(
    ("loop", "fault"),
    [
        (open_loop(0.1, 5), "for 5 s plan no operation at all; give a higher rate"),
        (open_loop(0.1, 5, arrivals="ramp"), "for 5 s plan no operation at all; give a higher rate"),
        (
            open_loop(1, 5, arrivals="burst", burst=10),
            "a burst of 10 comes every 10 s, and 5 s would cut the first one off; give more",
        ),
    ],
)  # fmt: skip
def test_a_loop_too_short_for_what_it_plans_is_told_before_the_start(loop: Loop, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        startable(workload(loop), Settings())
    assert configured(workload(loop), Settings()).loop == loop, "a search may look at less"
    startable(workload(open_loop(0.1, 5, arrivals="poisson")), Settings())


def test_a_workloads_own_quick_loop() -> None:
    quick = closed_loop(1, operations=3)
    original = workload(closed_loop(4, seconds=10), quick=quick)
    assert configured(original, Settings(quick=True)).loop == quick
    assert configured(original, Settings()).loop == closed_loop(4, seconds=10)


@pytest.mark.parametrize(
    ("loop", "settings", "fault"),
    [
        (closed_loop(1, seconds=1), {"rate": 5.0}, "closed loop: it has no --rate"),
        (open_loop(1, 1), {"operations": 5}, "open loop: give --rate and --seconds"),
        (open_loop(1, 1), {"each": 5}, "open loop: give --rate and --seconds"),
        (closed_loop(1, seconds=1), {"operations": 5, "each": 5}, "give --operations or --each, not both"),
        (closed_loop(1, seconds=1), {"users": 0}, "users must be at least 1"),
        (open_loop(1, 1), {"seconds": 0.0}, "seconds must be above 0"),
        (open_loop(1, 1), {"rate": -1.0}, "rate must be above 0"),
        (open_loop(stages=[(1, 1)]), {"rate": 0.0}, "rate must be above 0"),
    ],
)
def test_loops_that_make_no_sense(loop: Loop, settings: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        loop_of(loop, **settings)


def test_values_for_the_system_and_for_the_users() -> None:
    original = workload()
    values = {"workers": "8", "strict": "yes", "mode": "7", "since": "2020", "items": "9", "ratio": "1"}
    twin = configured(original, Settings(values=values))
    system = {"workers": 8, "strict": True, "mode": "7", "since": "2020", "sizes": (1, 2)}
    assert dict(twin.system.parameters) == system
    assert dict(twin.parameters) == {"items": 9, "ratio": 1.0}
    assert original.system.parameters["workers"] == 2
    assert original.parameters["items"] == 7


def test_values_from_a_configuration_file_have_types_already() -> None:
    twin = configured(workload(), Settings(values={"sizes": [3, 4], "workers": 3}))
    assert twin.system.parameters["sizes"] == [3, 4]
    assert twin.system.parameters["workers"] == 3


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (
            {"colour": "red"},
            "no parameter 'colour'; it has: items, mode, ratio, since, sizes, strict, workers",
        ),
        ({"workers": "many"}, r"--set workers=many: a value like 2 \(int\) is wanted"),
        ({"strict": "perhaps"}, "yes or no"),
        ({"sizes": "1,2"}, r"--set sizes=1,2: .*configuration file"),
    ],
)
def test_values_that_make_no_sense(values: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        configured(workload(), Settings(values=values))


def test_thresholds_are_changed_and_added() -> None:
    original = workload(thresholds=[Threshold("response.p95", target="100ms", critical="1s")])
    twin = configured(
        original,
        Settings(thresholds={"response.p95": {"critical": "2s"}, "failures": {"critical": "1%"}}),
    )
    assert twin.thresholds == (
        Threshold("response.p95", target="100ms", critical="2s"),
        Threshold("failures", critical="1%"),
    )
    assert len(original.thresholds) == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"fast": {"target": 1}}, "unknown metric 'fast'"),
        ({"throughput": {"goal": 1}}, "unknown level goal"),
        ({"throughput": {"critical": "1ms"}}, "not a quantity"),
        ({"response.p95": {"critical": "1ms"}}, "get worse"),
    ],
)
def test_thresholds_that_make_no_sense(changes: dict[str, Any], fault: str) -> None:
    original = workload(thresholds=[Threshold("response.p95", target="100ms")])
    with pytest.raises(ConfigurationError, match=fault):
        configured(original, Settings(thresholds=changes))


def test_a_target_takes_the_systems_place() -> None:
    database = Remote("localhost:5432")
    original = workload(beside={"database": database})
    twin = configured(original, Settings(target="http://shop.example:8080/", values={"workers": 4}))
    assert isinstance(twin.system, Remote)
    assert twin.system.target.url == "http://shop.example:8080"
    assert twin.system.parameters["workers"] == 4
    assert twin.system.beside == {"database": database}
    assert isinstance(original.system, Command)


def test_what_a_component_can_not_have() -> None:
    component = Workload("matcher/match", Component(dict), Member, loop=closed_loop(1, seconds=1))
    with pytest.raises(ConfigurationError, match="no --target"):
        configured(component, Settings(target="http://x:1"))
    with pytest.raises(ConfigurationError, match="exactly one worker"):
        configured(component, Settings(workers=2))


def test_operations_left_out() -> None:
    assert configured(workload(), Settings(skipped_operations=frozenset({"x"}))).without == {"x"}


def test_own_metrics_can_have_thresholds_set() -> None:
    fps = Metric("fps", "1/s", "higher", read=lambda system, kept, recording: 1.0)
    twin = configured(workload(metrics=[fps]), Settings(thresholds={"fps": {"critical": "24/s"}}))
    assert twin.thresholds == (Threshold("fps", critical="24/s"),)


def test_a_loop_of_the_settings_takes_the_place_of_the_workloads_own():
    other = open_loop(50, seconds=3)
    assert configured(workload(quick=closed_loop(1, seconds=1)), Settings(loop=other)).loop == other
    assert configured(workload(), Settings(loop=other, rate=70)).loop == open_loop(70, seconds=3)
    assert configured(workload(), Settings(loop=other, quick=True)).loop == open_loop(50, seconds=1)
