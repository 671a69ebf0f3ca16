"""The proxy's process: it opens ways, runs the faults on them by the clock, and says when it did."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import uvloop

from suite.contract.fault import At
from suite.faults.entrance import Entrance
from suite.faults.running_fault import RunningFault
from suite.faults.way_fault import WayFault

_GROWING = 0.05
"""Seconds between looks at which connections a fault that grows meets by now."""


class PlannedFault(NamedTuple):
    """A fault of a timeline by its `number`; times are monotonic nanoseconds, `ends` None at the latest."""

    number: int
    fault: WayFault
    begins: int
    ends: int | None
    ramp: float

    @classmethod
    def of(cls, number: int, at: At, start: int) -> PlannedFault:
        """`at` of a timeline that starts at `start` (monotonic ns)."""
        assert isinstance(at.fault, WayFault)
        ends = None if at.ends is None else start + round(at.ends * 1e9)
        return cls(number, at.fault, start + round(at.begins * 1e9), ends, at.rising)


class FaultStamp(NamedTuple):
    """When a fault began and ended (monotonic ns; 0: it did not), and how much it met."""

    number: int
    began: int
    ended: int
    struck: int


class Ways:
    """The ways to parties by name, and the faults on them. Used from a running event loop.

    `told` is called when a fault has begun, and when it has ended.
    """

    def __init__(self, seed: int = 0, told: Callable[[RunningFault], None] = lambda _: None) -> None:
        self._seed = seed
        self._told = told
        self._entrances: dict[str, Entrance] = {}
        self._running: dict[int, RunningFault] = {}
        self._timers: list[asyncio.TimerHandle] = []

    async def open(self, party: str, target: tuple[str, int], port: int = 0, *, http: bool = False) -> int:
        """Let connections to a port through to `target`; the port. Raises OSError.

        `http`: faults may choose among its requests.
        """
        entrance = Entrance(target, self._seed, http=http)
        port = await entrance.open(port)
        self._entrances[party] = entrance
        return port

    def plan(self, faults: Iterable[PlannedFault]) -> None:
        """Run faults when their time comes."""
        for planned in faults:
            lots = random.Random(f"{self._seed} {planned.number}")
            running = RunningFault(planned.number, planned.fault, planned.ramp, lots)
            self._running[planned.number] = running
            self._at(planned.begins, self._begin, running)
            if planned.ends is not None:
                self._at(planned.ends, self._end, running)

    def lift(self) -> list[FaultStamp]:
        """End all faults, and let none begin any more; what became of them."""
        for timer in self._timers:
            timer.cancel()
        self.relieve()
        return self.stamps()

    def relieve(self) -> None:
        """End the faults that are on."""
        for running in self._running.values():
            self._end(running)

    def close(self) -> None:
        """End all ways."""
        self.lift()
        for entrance in self._entrances.values():
            entrance.close()

    def stamps(self) -> list[FaultStamp]:
        """What became of the faults until now."""
        return [
            FaultStamp(one.number, one.began, one.ended or 0, one.struck) for one in self._running.values()
        ]

    def _at(self, moment: int, function: Any, running: RunningFault) -> None:
        """Call it then: at once if that is over, and never before, for timers may be a millisecond early."""
        pause = (moment - time.monotonic_ns()) * 1e-9
        if pause <= 0:
            function(running)
            return
        self._timers.append(asyncio.get_running_loop().call_later(pause, self._at, moment, function, running))

    def _begin(self, running: RunningFault) -> None:
        self._entrances[running.fault.party].begin(running)
        self._told(running)
        if running.ramp and not running.fault.measured:
            self._grow(running)

    def _grow(self, running: RunningFault) -> None:
        if running.ended is None and running.strength() < 1:
            self._timers.append(asyncio.get_running_loop().call_later(_GROWING, self._grow, running))
        self._entrances[running.fault.party].spread(running)

    def _end(self, running: RunningFault) -> None:
        if self._entrances[running.fault.party].end(running):
            self._told(running)


def serve_ways(pipe: Connection, seed: int) -> None:
    """Body of the process: answers (a method of Ways, what it takes) with the result, until the pipe ends.

    An OSError is an answer too.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(pipe, seed))


async def _serve(pipe: Connection, seed: int) -> None:
    ways = Ways(seed)
    orders: asyncio.Queue[tuple[str, tuple[Any, ...], dict[str, Any]] | None] = asyncio.Queue()

    def hear() -> None:
        try:
            orders.put_nowait(pipe.recv())
        except (EOFError, OSError):
            asyncio.get_running_loop().remove_reader(pipe.fileno())
            orders.put_nowait(None)

    asyncio.get_running_loop().add_reader(pipe.fileno(), hear)
    while (order := await orders.get()) is not None:
        name, arguments, options = order
        try:
            answer = getattr(ways, name)(*arguments, **options)
            pipe.send(await answer if asyncio.iscoroutine(answer) else answer)
        except OSError as error:
            pipe.send(error)
    ways.close()
