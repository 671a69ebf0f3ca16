"""The watch sees a loop that stands still, names who keeps it, and leaves one alone that is only busy."""

import asyncio
import json
import sys
import time

import pytest
import uvloop

from suite.engine.clock import now
from suite.engine.loop_watch import LoopWatch, holder_of
from suite.measure.loop_lag import blocked
from suite.records.loop_lag import LoopHolder


async def sleeps():
    time.sleep(0.08)
    await asyncio.sleep(0)


async def parses():
    until = time.monotonic() + 0.08
    while time.monotonic() < until:
        json.loads("[1, 2, 3]")
    await asyncio.sleep(0)


async def turns():
    await asyncio.sleep(0)


CODES = {body.__code__: body.__name__ for body in (sleeps, parses, turns)}


def watched(body, times, count=lambda: 0):
    async def load():
        with LoopWatch(CODES, count) as watch:
            begun = now()
            await asyncio.sleep(0.05)
            for _ in range(times):
                await body()
            await asyncio.sleep(0.02)
        return watch.lag(), begun, now()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load())


@pytest.mark.rounds
@pytest.mark.parametrize("body", [sleeps, parses])
def test_who_keeps_the_loop_is_named_with_the_line(body):
    places, share = set(), 0.0
    for _ in range(15):  # on a machine that others use the time is theirs
        lag, begun, ended = watched(body, 3)
        places |= {holder.place for holder in lag.holders if holder.operation == body.__name__}
        share = max(share, blocked([lag], begun, ended))
        if places and share > 0.2:
            break
    first = body.__code__.co_firstlineno
    assert places
    assert places <= {f"test_loop_watch.py:{line}" for line in range(first, first + 5)}
    assert share > 0.2


def test_a_loop_that_turns_is_not_blamed():
    lag, _, _ = watched(lambda: asyncio.sleep(0.03), 3)
    assert not [holder for holder in lag.holders if holder.operation]


def test_busy_with_many_operations_is_not_still():
    """The same standstill, in which a thousand operations began."""
    started = iter(range(0, 10**9, 1_000))
    lag, begun, ended = watched(sleeps, 2, started.__next__)
    assert blocked([lag], begun, ended) == 0.0


def test_the_line_is_the_users_own():
    def helper():
        return holder_of(sys._getframe(), {outer.__code__: "outer"})

    def outer():
        return json.loads("[1]", object_hook=None, parse_int=lambda _: helper())

    (found,) = outer()
    assert found == LoopHolder("outer", f"test_loop_watch.py:{helper.__code__.co_firstlineno + 1}")
    assert helper().operation == ""
