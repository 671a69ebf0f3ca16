"""A virtual user: one session with the system, its operations, and what it reports about itself."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from inspect import isasyncgenfunction, isawaitable, iscoroutinefunction, isgeneratorfunction
from random import Random
from time import monotonic_ns
from types import MappingProxyType
from typing import Any, Protocol, overload

from suite.contract.loop import Duration
from suite.contract.replay import Logged
from suite.errors import ConfigurationError, NotKept
from suite.units import parse

_MOST_STATUSES = 1000
"""A peer may have another one in each answer."""

Body = Callable[..., Any]


class Recorder(Protocol):
    """What a worker gives to a User so that operations awaited inside operations are recorded too."""

    def begin(self, operation: str) -> int:
        """A row for a nested operation that starts now."""

    def end(self, row: int, error: BaseException | None) -> None:
        """The nested operation of `row` ended, with `error` or well."""


class Operation:
    """One named, timed unit of work, made by `@operation`. As an attribute of a User it is callable."""

    def __init__(self, body: Body, weight: float, tags: Iterable[str], think: Duration | None) -> None:
        self.body = body
        self.name = body.__name__
        self.weight = weight
        self.tags = frozenset({tags} if isinstance(tags, str) else tags)
        self.think = None if think is None else parse(think, "s")
        self.is_async = iscoroutinefunction(body)
        if weight < 0:
            raise ConfigurationError(
                f"operation {self.name}: weight can't be negative; 0 is for what only other operations await"
            )
        if isgeneratorfunction(body) or isasyncgenfunction(body):
            raise ConfigurationError(
                f"operation {self.name} has a yield: calling it does nothing of what it says; "
                "leave the yield out, or await what it asks for"
            )
        functools.update_wrapper(self, body)  # type: ignore[arg-type]

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, user: None, owner: type) -> Operation: ...
    @overload
    def __get__(self, user: User, owner: type) -> Body: ...
    def __get__(self, user: User | None, owner: type) -> Operation | Body:
        if user is None:
            return self
        return functools.partial(self._run_async if self.is_async else self._run_plain, user)

    async def _run_async(self, user: User, *args: Any, **kwargs: Any) -> Any:
        recorder = user._recorder
        if recorder is None:
            return await self.body(user, *args, **kwargs)
        row = recorder.begin(self.name)
        try:
            result = await self.body(user, *args, **kwargs)
        except BaseException as error:
            recorder.end(row, error)
            raise
        recorder.end(row, None)
        return result

    def _run_plain(self, user: User, *args: Any, **kwargs: Any) -> Any:
        recorder = user._recorder
        if recorder is None:
            return self.body(user, *args, **kwargs)
        row = recorder.begin(self.name)
        try:
            result = self.body(user, *args, **kwargs)
        except BaseException as error:
            recorder.end(row, error)
            raise
        recorder.end(row, None)
        return result


@overload
def operation(body: Body, /) -> Operation: ...
@overload
def operation(
    *, weight: float = 1, tags: Iterable[str] = (), think: Duration | None = None
) -> Callable[[Body], Operation]: ...
def operation(
    body: Body | None = None,
    /,
    *,
    weight: float = 1,
    tags: Iterable[str] = (),
    think: Duration | None = None,
) -> Operation | Callable[[Body], Operation]:
    """Mark a method of a User as an operation.

    The loop chooses among a User's operations by `weight`; 0 means "only when another operation awaits
    it". `think` (seconds or text) overrides the loop's think time after this operation. Returning means
    `ok`, `raise Rejected` means a limit did its work, any other exception means `failed`.
    """
    if body is not None:
        return Operation(body, weight, tags, think)
    return lambda function: Operation(function, weight, tags, think)


class User:
    """Base of virtual users. Subclass it, give it operations, and `connect` / `close` where needed.

    Plain (not async) operations are for a `Component` only: elsewhere they would serialise the users.
    """

    index: int = 0
    """Number of this user within the round, from 0."""
    parameters: Mapping[str, Any] = MappingProxyType({})
    """The workload's named parameters."""
    prepared: Any = None
    """What the workload's `prepare` returned or yielded."""
    logged: Logged = Logged("GET", "/", 0)
    """The request that the running operation replays: method, target, status. Without a log it is GET /."""
    random: Random
    """A generator of this user's own, seeded from the round's seed and `index`."""

    _recorder: Recorder | None = None
    _marker: Callable[[int, int], int] | None = None
    _arrived: int = 0
    _kept: int = -1
    _statuses: Counter[tuple[str, str]] | None = None
    _operation: str = ""
    _held: tuple[Any, ...] = ()

    def connect(self, system: Any) -> Any:
        """Open this user's session (may be async). A `Component`'s users get the object itself."""

    def close(self) -> Any:
        """End this user's session (may be async)."""

    def keep(self, value: Any) -> None:
        """Append a JSON-able value to the round's file for the checks; it survives a dead worker.

        Raises NotKept if there is no room for it.
        """
        if self._kept >= 0:
            line = json.dumps(value, separators=(",", ":")).encode() + b"\n"
            try:
                written = os.write(self._kept, line)
            except OSError as error:
                raise NotKept(f"a value could not be kept: {error.strerror}") from error
            if written < len(line):
                raise NotKept("a value could not be kept whole: there is no more room for it")

    def saw(self, status: str) -> None:
        """Count a protocol status ("200", "0x0000") under the operation that is running.

        They are kinds, not texts: beyond a thousand of them all others are counted as "others".
        """
        counts = self._statuses
        if counts is not None:
            seen = self._operation, status
            if len(counts) >= _MOST_STATUSES and seen not in counts:
                seen = self._operation, "others"
            counts[seen] += 1

    def arrived(self) -> None:
        """Note that a part of what the running operation awaits has come: a chunk, a message.

        For the metrics `first` and `gap`; our own clients do this by themselves.
        """
        if self._marker is not None:
            self._arrived = self._marker(self._arrived, monotonic_ns())

    def close_later(self, client: Any) -> None:
        """Have `client.close()` (may be async) called after `close`, when this session ends.

        Our own clients do this by themselves where they connect.
        """
        self._held = (*self._held, client)

    async def _end(self) -> None:
        """End the session for the engine: `close`, then what it holds."""
        held, self._held = self._held, ()
        try:
            await _settled(self.close())
        finally:
            for client in held:
                await _settled(client.close())

    @classmethod
    def most_users(cls) -> int | None:
        """How many users there can be, for what each needs for itself: see `suite.data.rows`. None: any."""
        found = [getattr(value, "most_users", None) for base in cls.__mro__ for value in vars(base).values()]
        return min((most for most in found if isinstance(most, int)), default=None)

    @classmethod
    def operations(cls) -> tuple[Operation, ...]:
        """The operations of this class in definition order, base classes first."""
        found: dict[str, Operation] = {}
        for base in reversed(cls.__mro__):
            for name, value in vars(base).items():
                if isinstance(value, Operation):
                    found[name] = value
                elif name in found:
                    del found[name]
        return tuple(found.values())


async def _settled(result: Any) -> None:
    if isawaitable(result):
        await result


_NESTED = Operation._run_async.__code__


def nested_row() -> int:
    """The Recorder's row of the innermost nested operation whose coroutine we are in, -1 outside of any.

    The stack knows it: a variable for it would cost all nested operations, also those that don't stream.
    """
    frame = sys._getframe(1).f_back
    while frame is not None:
        if frame.f_code is _NESTED:
            return int(frame.f_locals.get("row", -1))
        frame = frame.f_back
    return -1


current_user: ContextVar[User | None] = ContextVar("current_user", default=None)
"""The User in whose task we are: a client that is connected there reports statuses to it."""
