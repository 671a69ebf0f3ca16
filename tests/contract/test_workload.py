"""Workloads: what they are made of, and that a bad one tells all its faults at once."""

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
from suite.errors import ConfigurationError
from suite.records.row import Row

LOOP = closed_loop(2, seconds=1)


class Reader(User):
    @operation(weight=9, tags={"read"})
    async def read(self) -> None: ...

    @operation(weight=0)
    async def turn(self) -> None: ...


class Writer(User):
    @operation(tags="write")
    async def write(self) -> None: ...

    @operation
    async def read(self) -> None: ...


class Plain(User):
    @operation
    def match(self) -> None: ...


class Idle(User):
    @operation(weight=0)
    async def nothing(self) -> None: ...


def remote(**parameters: Any) -> Remote:
    return Remote("http://127.0.0.1:1", **parameters)


def test_one_class_of_users() -> None:
    workload = Workload("shop/browse", remote(), Reader, loop=LOOP, tags="quick", timeout="2s", grace=1)
    assert workload.users == {Reader: 1.0}
    (share,) = workload.shares()
    assert (share.user, share.weight, [o.name for o in share.operations]) == (Reader, 1.0, ["read"])
    assert workload.operation_names() == ("read", "turn")
    assert workload.all_tags() == {"quick", "read", "shop"}
    assert (workload.timeout, workload.grace) == (2.0, 1.0)


def test_a_mix_of_users() -> None:
    workload = Workload("shop/mix", remote(), {Reader: 15, Writer: 5}, loop=LOOP)
    assert [(share.user, share.weight) for share in workload.shares()] == [(Reader, 15), (Writer, 5)]
    assert workload.operation_names() == ("read", "turn", "write")
    assert workload.all_tags() == {"read", "write", "shop"}


def test_operations_left_out() -> None:
    workload = Workload("shop/mix", remote(), {Reader: 1, Writer: 1}, loop=LOOP).copy()
    workload.without = frozenset({"read"})
    assert [[o.name for o in share.operations] for share in workload.shares()] == [[], ["write"]]
    assert workload.operation_names() == ("turn", "write")


def test_a_copy_leaves_the_original_alone() -> None:
    workload = Workload("shop/browse", remote(), Reader, loop=LOOP)
    twin = workload.copy()
    twin.loop = closed_loop(5, seconds=1)
    twin.thresholds = (Threshold("throughput", critical=1),)
    assert workload.loop == LOOP
    assert workload.thresholds == ()


def test_metrics_of_its_own() -> None:
    fps = Metric("fps", "1/s", "higher", read=lambda system, kept, recording: 30.0)
    workload = Workload(
        "vision/fps",
        remote(),
        Reader,
        loop=LOOP,
        metrics=[fps],
        thresholds=[Threshold("fps", critical="24/s")],
    )
    assert workload.metric("fps") is fps
    assert workload.metric("response.p99@read") is not None
    assert workload.metric("nothing") is None


def test_workloads_that_share_a_system_keep_their_own_helpers() -> None:
    system, database = Command("program"), remote()
    first = Workload("shop/first", system, Reader, loop=LOOP, beside={"database": database})
    second = Workload("shop/second", system, Reader, loop=LOOP)
    assert first.system.beside == {"database": database}
    assert second.system.beside == {}


def test_plain_operations_are_for_a_component() -> None:
    assert Workload("matcher/match", Component(dict), Plain, loop=LOOP).operation_names() == ("match",)
    with pytest.raises(ConfigurationError, match=r"Plain\.match must be async"):
        Workload("shop/match", remote(), Plain, loop=LOOP)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": ""}, "a name like shop/browse"),
        ({"name": "shop browse"}, "a name like shop/browse"),
        ({"name": "shop/browse\ndone"}, "a name like shop/browse"),
        ({"name": "shop/\x1b[2J"}, "a name like shop/browse"),
        ({"users": {}}, "at least one User class"),
        ({"users": {Reader: 0}}, "share of Reader must be above 0"),
        ({"users": Idle}, "Idle has no @operation"),
        ({"users": dict}, "not a subclass of User"),
        ({"metrics": [Metric("fps")]}, "metric fps needs read="),
        ({"thresholds": [Threshold("fast", target=1)]}, "unknown metric 'fast'"),
        ({"thresholds": [Threshold("throughput", target="1ms")]}, "threshold throughput target"),
        ({"timeout": "soon"}, "'soon' is not a quantity"),
    ],
)
def test_workloads_that_make_no_sense(changes: dict[str, Any], fault: str) -> None:
    arguments: dict[str, Any] = {"name": "shop/browse", "system": remote(), "users": Reader, "loop": LOOP}
    with pytest.raises(ConfigurationError, match=fault):
        Workload(**{**arguments, **changes})


def test_all_faults_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Workload(
            "shop/all",
            remote(),
            {Plain: -1, Idle: 1},
            loop=open_loop(1, 1),
            metrics=[Metric("fps")],
            thresholds=[Threshold("nope", target=1), Threshold("throughput", target="x", critical="y")],
        )
    lines = str(caught.value).splitlines()
    assert len(lines) == 7
    assert all(line.startswith("workload shop/all: ") for line in lines)


def test_a_row_stamped_elsewhere_is_ok_unless_it_says_otherwise() -> None:
    assert Row("store", 1, 2, 3) == ("store", 1, 2, 3, "ok")
