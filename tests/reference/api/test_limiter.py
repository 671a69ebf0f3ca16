"""The backend's rate limit, by a clock of ours."""

import asyncio

import pytest

from suite.reference.api import limiter
from suite.reference.api.limiter import ClientLimiter
from suite.reference.api.settings import ApiSettings
from suite.reference.backend.problem import BackendProblem


class Clock:
    def __init__(self, now):
        self.now = now

    def time(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock(1_000_000_000.25)
    monkeypatch.setattr(limiter, "time", clock)
    monkeypatch.setattr("time.time", clock.time)
    return clock


async def waits(limit, clock, *steps):
    """Retry-After of a request after each step of the clock; None: it was served."""
    found = []
    for step in steps:
        clock.now += step
        try:
            await limit.admit("somebody")
        except BackendProblem as problem:
            found.append(int(problem.headers["Retry-After"]))
        else:
            found.append(None)
    return found


def served(kind, clock, *steps):
    async def within():
        return await waits(ClientLimiter(2, 10, kind), clock, *steps)

    return asyncio.run(within())


def test_a_fixed_window_ends_when_it_says(clock):
    assert served("fixed", clock, 0, 0, 0, 8, 1.74, 0.01) == [None, None, 10, 2, 1, None]


def test_a_moving_window_frees_a_place_when_it_says(clock):
    assert served("moving", clock, 0, 4, 0, 5, 0.95, 0.06) == [None, None, 7, 2, 1, None]


def test_a_place_that_became_free_between_the_questions_is_told_as_a_second(clock, monkeypatch):
    async def within():
        limit = ClientLimiter(2, 10, "moving")
        hit = limit._moving.hit

        async def later(*args):
            found = await hit(*args)
            clock.now += 0.02
            return found

        monkeypatch.setattr(limit._moving, "hit", later)
        return await waits(limit, clock, 0, 5, 4.95)

    assert asyncio.run(within()) == [None, None, 1]


def test_clients_have_limits_of_their_own(clock):
    async def within():
        limit = ClientLimiter(1, 10, "fixed")
        await limit.admit("one")
        await limit.admit("other")

    asyncio.run(within())


def test_what_can_not_work_is_told_at_once():
    settings = ApiSettings("sqlite:///x", "/x", "s", processes=2, rate_kind="sliding", jobs=0)  # type: ignore[arg-type]
    kind, processes, jobs = settings.faults()
    assert "not 'sliding'" in kind
    assert "give them a Redis" in processes
    assert jobs == "jobs is a whole number from 1, not 0"
