"""Workloads whose operations do nothing, and those that have more patience."""

import asyncio
from typing import Any

import pytest

from suite import Component, User, Workload, closed_loop, operation
from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.engine.hollow import hollow
from suite.engine.user_group import UserGroup
from suite.engine.workload_spec import WorkloadSpec


class Counter(User):
    def connect(self, made):
        self.made = made

    @operation(weight=3)
    def plain(self):
        self.made.append(1)

    @operation
    async def waiting(self):
        self.made.append(2)


WORKLOAD = Workload(
    "counter", Component(list), Counter, loop=closed_loop(1, operations=4), timeout=2, grace=1
)


def test_operations_do_nothing_and_all_else_is_as_it_was():
    own = {one.name: one for one in Counter.operations()}
    found = hollow(own)
    assert [(name, o.weight, o.is_async) for name, o in found.items()] == [
        (name, o.weight, o.is_async) for name, o in own.items()
    ]
    user: Any = Counter()
    made: list[int] = []
    user.connect(made)
    found["plain"].body(user)
    asyncio.run(found["waiting"].body(user))
    assert made == []
    own["plain"].body(user)
    assert made == [1], "the original works"


def test_a_slower_system_is_waited_for_so_much_longer():
    spec = WorkloadSpec(reference_to(WORKLOAD), Settings(), slower=10.0)
    found = spec.workload()
    assert (found.timeout, found.grace, found.system.deadline) == (20.0, 10.0, pytest.approx(300.0))
    assert WORKLOAD.system.deadline == 30.0


@pytest.mark.parametrize(("often", "seconds"), [(True, 0.2), (False, 0.2), (True, 0.25), (False, 2.0)])
def test_who_loads_a_still_one_seldom_looks_at_the_clock(monkeypatch, often, seconds):
    slept = []

    async def sleep(time):
        slept.append(time)
        raise asyncio.CancelledError

    group = UserGroup.__new__(UserGroup)
    group.workload = WORKLOAD.copy()
    group.workload.timeout = 2 if seconds == 0.2 else 20
    monkeypatch.setattr("suite.engine.user_group.asyncio.sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(group.watch(often=often))
    assert slept == [seconds]
