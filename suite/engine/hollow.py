"""A workload whose operations do nothing: what they take is the engine's own share."""

from __future__ import annotations

from typing import Any

from suite.contract.user import Operation, User
from suite.contract.workload import Workload


def hollow(workload: Workload) -> Workload:
    """The same with operations that do nothing; users connect and close as ever."""
    twin = workload.copy()
    twin.users = {_hollow(user): weight for user, weight in workload.users.items()}
    return twin


def _hollow(user: type[User]) -> type[User]:
    return type(user.__name__, (user,), {one.name: _empty(one) for one in user.operations()})


def _empty(one: Operation) -> Operation:
    async def waiting(_user: Any) -> None:
        pass

    def plain(_user: Any) -> None:
        pass

    return Operation(waiting if one.is_async else plain, one.weight, one.tags, 0.0)
