"""A call's audio over WebSockets: heard as it was said; what is no audio closes its leg and nothing else."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from suite.clients import WebSocket
from suite.clients.errors import UnexpectedStatus, WebSocketClosed
from suite.data.tones import tone
from suite.reference.hotel.voice_frame import SECONDS, packed

FRAMES = [packed(number, tone(200 + number, SECONDS)) for number in range(10)]


@pytest.fixture
def talk(hotel, agent, call):
    """Runs what is given somebody who opens legs of the call; they are closed at its end."""

    def talk(said):
        async def whole():
            async with AsyncExitStack() as stack:

                async def leg(side, path=call, headers=agent.headers):
                    url = f"{hotel.url}{path}/audio?side={side}"
                    opened = await WebSocket.connect(url, headers=headers)
                    stack.push_async_callback(opened.close)
                    return opened

                return await said(leg)

        return asyncio.run(whole())

    return talk


async def closed(leg):
    """How it is closed."""
    with pytest.raises(WebSocketClosed) as told:
        await leg.receive()
    return told.value


def test_both_sides_hear_each_other_and_what_was_said_is_written_down(agent, call, talk):
    async def both(leg):
        guest, desk = await leg("guest"), await leg("desk")
        for frame in FRAMES[:4]:
            await guest.send(frame)
            await desk.send(frame)
            assert await desk.receive() == await guest.receive() == frame
        await guest.send(FRAMES[4])
        assert await desk.receive() == FRAMES[4]
        told = []
        for one in (guest, desk):
            await one.send("done")
            told.append(await one.receive_json())
        return told

    assert talk(both) == [{"frames": 5, "lost": 0}, {"frames": 4, "lost": 0}]
    found = agent("GET", call).body
    assert (found["frames_up"], found["frames_down"]) == (5, 4)


def test_what_nobody_hears_waits_up_to_the_buffer(talk):
    async def late(leg):
        guest = await leg("guest")
        for frame in FRAMES:
            await guest.send(frame)
        await guest.send("done")
        told = await guest.receive_json()
        return told, await closed(guest)

    told, ended = talk(late)
    assert told == {"frames": 10, "lost": 0}
    assert ended.code == 1000


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"x", "a frame has 644 bytes, not 1"),
        (b"", "not 0"),
        (FRAMES[0], "frame 0 came after frame 0"),
        ("hello", "send frames as bytes, or the text done"),
    ],
    ids=["short", "empty", "twice", "text"],
)
def test_what_is_no_frame_closes_its_leg_and_says_why(agent, call, talk, sent, told):
    async def spoilt(leg):
        guest, desk = await leg("guest"), await leg("desk")
        await guest.send(FRAMES[0])
        assert await desk.receive() == FRAMES[0]
        await guest.send(sent)
        ended = await closed(guest)
        guest = await leg("guest")
        await guest.send(FRAMES[1])
        assert await desk.receive() == FRAMES[1], "the other leg has gone too"
        return ended

    ended = talk(spoilt)
    assert ended.code == 4400
    assert told in str(ended)
    assert agent("GET", call).body["frames_up"] >= 1, "what came before is lost"


def test_a_message_that_no_frame_could_be_is_not_even_read(talk):
    async def huge(leg):
        guest = await leg("guest")
        await guest.send(b"x" * 100_000)
        return await closed(guest)

    assert talk(huge).code == 1009


def test_who_may_not_join_is_told_before(agent, call, talk):
    def refused(*wanted, **headers):
        async def opened(leg):
            for side in wanted:
                await leg(*side, **headers)

        with pytest.raises(UnexpectedStatus) as told:
            talk(opened)
        return told.value.status

    assert refused(("guest",), ("guest",)) == 409
    assert refused(("nobody",)) == 422
    assert refused(("guest", "/calls/none")) == 422
    assert refused(("guest", "/calls/2147483647")) == 404
    assert refused(("guest",), headers={}) == 401
    agent("POST", f"{call}/events", {"number": 3, "kind": "ended"})
    assert refused(("guest",)) == 409


def test_the_end_of_a_call_is_the_end_of_its_audio(agent, call, talk):
    async def ended(leg):
        guest = await leg("guest")
        await asyncio.to_thread(agent, "POST", f"{call}/events", {"number": 3, "kind": "ended"})
        return await closed(guest)

    told = talk(ended)
    assert told.code == 1000
    assert "the call has ended" in str(told)


def test_nothing_is_kept_of_who_leaves_without_a_word(agent, call, talk):
    async def left(leg):
        guest, desk = await leg("guest"), await leg("desk")
        for frame in FRAMES:
            await guest.send(frame)
            await desk.receive()
        guest._channel.abort()

    talk(left)
    end, nothing = time.monotonic() + 10, {"audio_calls 0", "audio_buffered_bytes 0"}
    while not nothing <= set(agent("GET", "/metrics").body.splitlines()):
        assert time.monotonic() < end
    assert agent("GET", call).body["frames_up"] == len(FRAMES)
