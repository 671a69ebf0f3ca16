"""A proxy that somebody steers: faults on one way, as they are said."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import uvloop

from suite.contract.fault import At
from suite.errors import ConfigurationError, Faults, Interrupted
from suite.faults.proxy_process import PlannedFault, Ways
from suite.faults.running_fault import RunningFault
from suite.faults.spoken import spoken
from suite.process.background import Background

_PARTY = "target"
_PATIENCE = 2.0
"""Seconds in which the target should answer."""


class Telling(NamedTuple):
    """What is told while it runs: the port, and whether the target answers yet; faults that have begun or
    ended, with seconds since the start; lines that mean nothing."""

    listening: Callable[[int, bool], None]
    changed: Callable[[float, RunningFault], None]
    misunderstood: Callable[[str], None]


def run_by_hand(
    target: tuple[str, int],
    port: int,
    faults: Iterable[str],
    lines: Iterable[str],
    *,
    seconds: float | None,
    telling: Telling,
) -> None:
    """Let connections to `port` (0: one is chosen) through to `target`, and let it fail as `faults` say.

    Each of `lines` is one more fault, or "end" that ends those that are on. Ends after `seconds`. Raises
    ConfigurationError, and Interrupted when a signal ends it.
    """
    planned, wrong = [], Faults()
    for line in faults:
        with wrong.collected():
            planned.append(spoken(line, _PARTY))
    wrong.check()
    answers = _answers(target)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        number = runner.run(_run(target, port, planned, lines, seconds, telling, answers=answers))
    if number:
        raise Interrupted(number)


async def _run(
    target: tuple[str, int],
    port: int,
    planned: Sequence[At],
    lines: Iterable[str],
    seconds: float | None,
    telling: Telling,
    *,
    answers: bool,
) -> int:
    """The signal that ended it; 0 without one."""
    loop, numbers, start = asyncio.get_running_loop(), itertools.count(), time.monotonic_ns()
    ways = Ways(told=lambda running: telling.changed((time.monotonic_ns() - start) * 1e-9, running))
    try:
        port = await ways.open(_PARTY, target, port, http=True)
    except OSError as error:
        raise ConfigurationError(f"can't listen on port {port}: {error.strerror or error}") from error
    telling.listening(port, answers)

    def say(line: str) -> None:
        if line.strip() == "end":
            ways.relieve()
        elif line.strip():
            try:
                ways.plan([PlannedFault.of(next(numbers), spoken(line, _PARTY), time.monotonic_ns())])
            except ConfigurationError as error:
                telling.misunderstood(str(error))

    def listen() -> None:
        # Of a terminal that is gone, or not ours, nothing can be read; at the end the loop hears no more.
        with contextlib.suppress(OSError, RuntimeError):
            for line in lines:
                loop.call_soon_threadsafe(say, line)

    over: asyncio.Future[int] = loop.create_future()

    def end(number: int) -> None:
        if not over.done():
            over.set_result(number)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(each, end, int(each))
    if seconds is not None:
        loop.call_later(seconds, end, 0)
    now = time.monotonic_ns()
    ways.plan([PlannedFault.of(next(numbers), at, now) for at in planned])
    Background(listen)
    number = await over
    ways.close()
    return number


def _answers(target: tuple[str, int]) -> bool:
    """Whether connections are taken there. Raises ConfigurationError if there is no such host."""
    try:
        socket.create_connection(target, timeout=_PATIENCE).close()
    except socket.gaierror as error:
        raise ConfigurationError(f"{target[0]}: {error.strerror}") from error
    except OSError:
        return False
    return True
