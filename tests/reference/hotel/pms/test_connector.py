"""The backend's way to the property management system: again, elsewhere, or not at all; never twice."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from suite.reference.backend.problem import BackendProblem
from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.pms.connector import PmsConnector
from suite.reference.hotel.pms.request import PmsRequest
from suite.reference.hotel.pms.serving import ask
from suite.reference.hotel.pms.settings import PmsSettings

NOBODY = "http://127.0.0.1:1"
QUICK = {"pms_timeout": 0.2, "pms_backoff": 0.001, "pms_rest": 0.1, "pms_threshold": 3}


def scene(pair, play, *, servers=None, **settings):
    """Play with a connector to `servers`, the pair's unless they are given; and its counters."""

    @asynccontextmanager
    async def connected():
        client = Redis.from_url(pair.redis.url, decode_responses=True)
        await client.flushall()
        counters = HotelCounters()
        urls = servers or (pair.first.url, pair.second.url)
        made = PmsConnector(PmsSettings(pms=urls, **(QUICK | settings)), client, "test:", counters)
        try:
            yield made, counters
        finally:
            await made.close()
            await client.aclose()

    async def played():
        async with connected() as (connector, counters):
            await play(connector, counters)

    asyncio.run(played())


def of(counters, name, server="primary"):
    return counters[f'pms_{name}_total{{server="{server}"}}']


async def refusal(answer):
    with pytest.raises(BackendProblem) as told:
        await answer
    return told.value


def test_a_record_is_asked_for_once(pair):
    async def play(connector, counters):
        first = await connector.find("guests", 11)
        assert await connector.find("guests", 11) == first
        assert of(counters, "attempts") == 1
        assert counters["pms_cache_hits_total"] == 1

    scene(pair, play)


def test_what_is_not_there_is_no_failure(pair):
    async def play(connector, counters):
        for _ in range(5):
            problem = await refusal(connector.find("guests", 9_999))
            assert (problem.status, problem.error) == (404, "unknown")
        assert connector.endpoints[0].breaker.state == "closed"
        assert of(counters, "retries") == 0

    scene(pair, play)


def test_what_was_written_is_read(pair):
    async def play(connector, counters):
        profile = await connector.find("guests", 12)
        changed = await connector.write_guest(12, profile["version"], "w1", {"wishes": "tea"})
        assert await connector.find("guests", 12) == changed
        assert (await refusal(connector.write_guest(12, profile["version"], "w2", {}))).status == 412
        assert await connector.find("guests", 12) == changed

    scene(pair, play)


def test_what_fails_at_once_is_tried_again(pair, behave):
    async def play(connector, counters):
        behave(pair.first, errors=0.5)
        for number in range(13, 33):
            await connector.find("guests", number)
        assert of(counters, "retries") > 0
        assert counters["pms_refusals_total"] == 0

    scene(pair, play, pms_threshold=50)


def test_what_is_slow_is_not_tried_again_but_elsewhere(pair, behave):
    async def play(connector, counters):
        behave(pair.first, delay=60.0)
        begun = time.monotonic()
        await connector.find("guests", 13)
        assert time.monotonic() - begun < 30
        assert of(counters, "attempts") == of(counters, "attempts", "second") == 1
        assert counters["pms_failovers_total"] == 1

    scene(pair, play)


def test_a_server_that_is_away_is_left_alone_and_found_again(pair, behave):
    async def play(connector, counters):
        behave(pair.first, errors=1.0)
        for number in range(20, 30):
            await connector.find("guests", number)
        breaker = connector.endpoints[0].breaker
        assert breaker.state == "opened"
        assert of(counters, "attempts") == 3
        assert counters["pms_failovers_total"] == 10
        behave(pair.first)
        breaker._context._state.opened_at -= 60.0  # as if it had rested
        await connector.find("guests", 31)
        assert [change.to for change in breaker.changes] == ["opened", "half_opened", "closed"]

    scene(pair, play, pms_rest=60.0)


def test_retries_end_with_their_budget(pair, behave):
    async def play(connector, counters):
        behave(pair.first, errors=1.0)
        for _ in range(40):
            await refusal(connector.ask(PmsRequest("GET", "/guests/1")))
        assert of(counters, "retries") <= 2 + 0.1 * 40
        assert of(counters, "attempts") <= 40 + 2 + 0.1 * 40

    scene(pair, play, servers=(pair.first.url,), pms_threshold=1_000, pms_reserve=2)


@pytest.mark.parametrize(
    ("behaviour", "status", "error"),
    [({"errors": 1.0}, 502, "pms_broken"), ({"delay": 1.0}, 504, "pms_slow"), (None, 503, "pms_away")],
)
def test_when_nobody_answers_it_is_told_why_and_when_to_come_again(pair, behave, behaviour, status, error):
    if behaviour:
        behave(pair.first, **behaviour)

    async def play(connector, counters):
        problem = await refusal(connector.find("guests", 40))
        assert (problem.status, problem.error) == (status, error)
        assert int(problem.headers["Retry-After"]) >= 1
        assert counters["pms_refusals_total"] == 1

    scene(pair, play, servers=(pair.first.url if behaviour else NOBODY,), pms_threshold=50)


def test_an_open_breaker_answers_at_once(pair):
    async def play(connector, counters):
        await refusal(connector.find("guests", 40))
        begun = time.monotonic()
        for _ in range(50):
            problem = await refusal(connector.find("guests", 40))
        assert (problem.status, problem.error) == (503, "pms_away")
        assert "none of its servers may be asked" in problem.message
        assert of(counters, "attempts") == 3
        assert time.monotonic() - begun < 5

    scene(pair, play, servers=(NOBODY,), pms_rest=60.0)


def test_a_backend_without_a_pms_says_so(pair):
    async def play(connector, _):
        connector.endpoints = ()
        problem = await refusal(connector.find("guests", 40))
        assert (problem.status, problem.message) == (
            503, "the property management system: the backend was given none",
        )  # fmt: skip

    scene(pair, play)


def test_a_booking_whose_answer_got_lost_is_made_once(pair, behave):
    stay = {"guest": 1, "room": 7, "arrival": "2028-03-01", "departure": "2028-03-04"}

    async def play(connector, counters):
        behave(pair.first, lost=1.0)
        request = PmsRequest("POST", "/reservations", {"Idempotency-Key": "lost-1"}, stay)
        reply = await connector.ask(request)
        assert (reply.status, reply.body["key"]) == (200, "lost-1")
        assert counters["pms_failovers_total"] == 1
        assert ask(pair.second, "GET", "/bookings/lost-1")[1] == reply.body

    scene(pair, play)


def test_a_change_whose_answer_got_lost_is_told_as_made(pair, behave):
    async def play(connector, _):
        behave(pair.first, lost=1.0)
        changed = await connector.write_guest(41, 1, "lost-2", {"wishes": "tea"})
        assert (changed["version"], changed["wishes"]) == (2, "tea")
        assert await connector.find("guests", 41) == changed

    scene(pair, play)
