"""Locust's users that stand for ours: each waits, while one of ours works in the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any

import gevent
from locust import User

_FINEST = 100
_A_DAY = 86_400.0
Changed = Callable[[str, str, int], None]
"""Called with workload, class of users and by how many they have changed."""


FRESH = "a fresh system for each test"
"""What the web UI shows as host, where it would else insist on one."""


class StandIn(User):
    """A user of ours as Locust sees it: it has our operations as tasks, and does none of them."""

    abstract = True
    host = FRESH
    workload = ""
    users = ""
    changed: Changed

    def on_start(self) -> None:
        """One user more."""
        type(self).changed(self.workload, self.users, 1)

    def on_stop(self) -> None:
        """One user less."""
        type(self).changed(self.workload, self.users, -1)

    @classmethod
    def operations(cls) -> frozenset[str]:
        """Those that Locust's own choice of tags has left."""
        return frozenset(str(getattr(each, "__name__", each)) for each in cls.tasks)


def stand_ins(workloads: Iterable[Mapping[str, Any]], changed: Changed) -> dict[str, type[StandIn]]:
    """A class of Locust's users for each class of ours, by a name that no other has."""
    made: dict[str, type[StandIn]] = {}
    for workload in workloads:
        for users in workload["users"]:
            name = users["name"]
            if name in made:
                name = f"{name}_{workload['name']}".replace("/", "_").replace("-", "_")
            made[name] = _stand_in(name, workload["name"], users, changed)
    return made


def _stand_in(name: str, workload: str, described: Mapping[str, Any], heard: Changed) -> type[StandIn]:
    class Made(StandIn):
        abstract = False
        changed = staticmethod(heard)
        tasks = _tasks(described["operations"])
        users = described["name"]
        weight = described["weight"]

    Made.workload = workload
    Made.__name__ = Made.__qualname__ = name
    Made.__doc__ = described["description"]
    return Made


def _tasks(operations: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Each as often as its weight says."""
    listed = list(operations)
    weights = [Fraction(one["weight"]).limit_denominator(_FINEST) or Fraction(1, _FINEST) for one in listed]
    scale = lcm(*(weight.denominator for weight in weights))
    return [
        task
        for one, weight in zip(listed, weights, strict=True)
        for task in [_task(one)] * int(weight * scale)
    ]


def _task(operation: Mapping[str, Any]) -> Callable[[Any], None]:
    def wait(_user: Any) -> None:
        while True:
            gevent.sleep(_A_DAY)

    wait.__name__ = wait.__qualname__ = operation["name"]
    wait.locust_tag_set = set(operation["tags"])  # type: ignore[attr-defined]
    return wait
