"""Which connections a fault meets: a share of them, or ever more."""

import asyncio

from support.proxied import asked, behind, soon
from support.scripted import run

from suite.faults import Reset


def test_a_share_of_the_connections():
    async def body():
        async with behind(seed=3) as server:
            made = [await server.connect() for _ in range(60)]
            for pair in made:
                await asked(*pair)
            number = server.begin(Reset("system", share="30%"), 0.1)
            await soon(lambda: server.stamp(number).ended)
            ends = await asyncio.gather(*(asked(*pair) for pair in made), return_exceptions=True)
            return sum(isinstance(end, Exception) for end in ends), server.stamp(number).struck

    ended, struck = run(body())
    assert ended == struck
    assert 6 <= struck <= 32


def test_a_ramp_meets_ever_more_connections():
    async def body():
        async with behind() as server:
            for pair in [await server.connect() for _ in range(40)]:
                await asked(*pair)
            number = server.begin(Reset("system"), ramp=0.4)
            await asyncio.sleep(0.2)
            half = server.stamp(number).struck
            await asyncio.sleep(0.4)
            return half, server.stamp(number).struck

    half, whole = run(body())
    assert 0 < half < whole == 40
