"""A workload made of a single function: what a test hands to `load`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from suite.contract.component import Component
from suite.contract.loop import Duration, Loop, closed_loop, open_loop
from suite.contract.remote import Remote
from suite.contract.system import System
from suite.contract.user import User, operation
from suite.contract.workload import Workload


class FunctionUser(User):
    """A user whose one operation is a function; it has the system, if there is one."""

    system: Any = None

    def connect(self, system: Any) -> None:
        self.system = system


def workload_of(
    function: Callable[..., Any],
    name: str,
    system: System | str | None,
    *,
    users: int | None = None,
    operations: int | None = None,
    each: int | None = None,
    seconds: Duration | None = None,
    rate: str | float | None = None,
) -> Workload:
    """`function` under load: one user for five seconds unless told otherwise, an open loop with a rate.

    It takes nothing, or the user (whose `system`, `index` and `random` it may want). Plain functions are
    for no `system`; a URL is one that runs already. Raises ConfigurationError.
    """
    loop: Loop
    if rate is not None:
        loop = open_loop(rate, 5.0 if seconds is None else seconds, users=users)
    else:
        timed = seconds is None and operations is None and each is None
        length = 5.0 if timed else seconds
        loop = closed_loop(1 if users is None else users, operations=operations, each=each, seconds=length)
    called = getattr(function, "__name__", "call")
    if not called.isidentifier() or called in {*dir(FunctionUser), *User.__annotations__}:
        called = "call"
    caller = type("Caller", (FunctionUser,), {called: operation(_method(function, called))})
    if system is None:
        system = Component(dict)
    return Workload(name, Remote(system) if isinstance(system, str) else system, caller, loop=loop)


def _method(function: Callable[..., Any], called: str) -> Callable[..., Any]:
    alone = not inspect.signature(function).parameters

    async def awaited(user: FunctionUser) -> Any:
        return await (function() if alone else function(user))

    def plain(user: FunctionUser) -> Any:
        return function() if alone else function(user)

    method: Callable[..., Any] = awaited if inspect.iscoroutinefunction(function) else plain
    method.__name__ = called
    return method
