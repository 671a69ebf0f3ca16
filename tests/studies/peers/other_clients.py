"""A Python client that many load tests are written with: aiohttp on uvloop, one session."""

import asyncio
import sys
from time import monotonic_ns

import aiohttp
import uvloop
from our_times import Times


async def _call(session, times, end):
    now = monotonic_ns()
    while now < end:
        since = now
        async with session.get("/") as response:
            await response.read()
            if response.status != 200:
                raise SystemExit(f"status {response.status}")
        now = monotonic_ns()
        times.column[times.used] = now - since
        times.used += 1


async def _main(url, connections, seconds):
    times = Times(int(seconds * 100_000))
    end = times.began + int(seconds * 1e9)
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(url, connector=connector) as session, asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_call(session, times, end))
    times.print()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
