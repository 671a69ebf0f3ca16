"""Loss: some is late as what TCP sends again, and nothing is missing."""

import asyncio
from types import SimpleNamespace

import pytest
from support.proxied import asked, behind
from support.scripted import run

from suite.faults import Loss
from suite.faults.way_fault import Piece


def test_loss_stalls_some_answers_and_loses_nothing():
    async def body():
        async with behind() as server:
            reader, writer = await server.connect()
            server.begin(Loss("system", rate="30%", stall="25ms", way="to"))
            await asyncio.sleep(0.01)
            return [await asked(reader, writer) for _ in range(20)]

    times = run(body())
    stalled = [took for took in times if took > 0.024]
    assert 1 <= len(stalled) < 20
    assert min(times) < 0.024


def test_lost_again_takes_twice_as_long():
    draws = iter([0.0, 0.0, *[0.9] * 100])  # the first segment, twice
    lots = SimpleNamespace(random=lambda: next(draws))
    force = SimpleNamespace(random=lots, strength=lambda: 1.0)
    (piece,) = Loss("system", rate=0.5, stall=0.2).carry([Piece(1.0, b"x" * 3000, True)], force)
    assert piece.at == pytest.approx(1.0 + 0.2 + 0.4)
