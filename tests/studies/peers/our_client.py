"""Ours, in between: `Http` asked in a loop, without a User and without the engine."""

import asyncio
import sys
from time import monotonic_ns

import uvloop
from our_protocol import PER_SECOND
from our_times import Times

from suite.clients import Http


async def _call(http, times, end):
    column = times.column
    now = monotonic_ns()
    while now < end:
        since = now
        await http.get("/", expect=200)
        now = monotonic_ns()
        column[times.used] = now - since
        times.used += 1
    await http.close()


async def _main(url, connections, seconds):
    sessions = [await Http.connect(url) for _ in range(connections)]
    times = Times(int(seconds * PER_SECOND))
    end = times.began + int(seconds * 1e9)
    async with asyncio.TaskGroup() as group:
        for http in sessions:
            group.create_task(_call(http, times, end))
    times.print()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
