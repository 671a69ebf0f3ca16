"""A protocol of one's own over Exchange: answers in pieces, what is no answer, connections that end."""

import asyncio
import re
from pathlib import Path

import pytest

from suite.clients import Exchange, Timeouts
from suite.clients.errors import (
    ConnectFailed,
    ConnectionBroken,
    ConnectionEnded,
    FirstByteTimedOut,
    ProtocolError,
    TooLarge,
)
from suite.config.catalog import from_file
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.errors import ConfigurationError

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocols.md"


class Frames(Exchange[bytes, bytes]):
    """Length-prefixed: four bytes, then so many."""

    __slots__ = ("asked",)

    def encode(self, request):
        return len(request).to_bytes(4, "big") + request

    def parse(self, data):
        self.asked = getattr(self, "asked", 0) + 1
        if len(data) < 4:
            return 4
        end = 4 + int.from_bytes(data[:4], "big")
        if data[4:6] == b"??":
            raise ValueError("two question marks")
        return (data[4:end], end) if len(data) >= end else end


def frame(body):
    return len(body).to_bytes(4, "big") + body


def spoken(conversation, script, **options):
    """What `conversation(client)` returns with a server that answers requests by `script(body, writer)`."""

    async def talk(reader, writer):
        try:
            while True:
                body = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))
                await script(body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def main():
        async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with await Frames.connect(f"tcp://127.0.0.1:{port}", **options) as client:
                return await conversation(client)

    return asyncio.run(main())


async def echo(body, writer):
    writer.write(frame(body))


def test_a_request_is_answered_and_the_connection_kept():
    async def conversation(client):
        first = client._link
        return [await client.ask(word) for word in (b"one", b"", b"x" * 100_000)], client._link is first

    assert spoken(conversation, echo) == ([b"one", b"", b"x" * 100_000], True)


def test_an_answer_in_pieces_is_parsed_when_enough_of_it_is_here():
    async def slowly(body, writer):
        for piece in (b"\0\0", b"\0\x06a", b"bcde", b"f"):
            writer.write(piece)
            await asyncio.sleep(0.02)

    async def conversation(client):
        return await client.ask(b"?"), client.asked

    answer, asked = spoken(conversation, slowly)
    assert answer == b"abcdef"
    assert asked <= 3  # for the length, and when all is here


async def nonsense(_body, writer):
    writer.write(frame(b"??"))


async def too_much(_body, writer):
    writer.write(frame(b"y" * 5_000))


async def silence(_body, writer):
    pass


async def hang_up(_body, writer):
    writer.write(b"\0\0")
    writer.close()


async def cut(_body, writer):
    writer.transport.abort()


@pytest.mark.parametrize(
    ("script", "error", "said"),
    [
        (nonsense, ProtocolError, "not understood: ValueError: two question marks"),
        (too_much, TooLarge, "an answer of more than 1,000 bytes"),
        (silence, FirstByteTimedOut, r"nothing was answered within 0\.1 s"),
        (hang_up, ConnectionEnded, "the server closed the connection in the middle of its answer"),
        (cut, (ConnectionBroken, ConnectionEnded), "."),
    ],
)
def test_what_goes_wrong_has_its_class_and_the_next_request_connects_anew(script, error, said):
    async def once(body, writer):
        await (script if body == b"bad" else echo)(body, writer)

    async def conversation(client):
        with pytest.raises(error, match=said):
            await client.ask(b"bad", timeout=Timeouts(first_byte="100ms") if script is silence else None)
        return await client.ask(b"good")

    assert spoken(conversation, once, limit=1_000) == b"good"


def test_what_nobody_asked_for_ends_the_connection():
    async def twice(body, writer):
        writer.write(frame(body) + (frame(b"more") if body == b"first" else b""))

    async def conversation(client):
        return await client.ask(b"first"), client._link.alive, await client.ask(b"second")

    assert spoken(conversation, twice) == (b"first", False, b"second")


def test_one_request_at_a_time():
    async def later(body, writer):
        await asyncio.sleep(0.05)
        writer.write(frame(body))

    async def conversation(client):
        one = asyncio.create_task(client.ask(b"one"))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="a session takes one request at a time"):
            await client.ask(b"two")
        return await one

    assert spoken(conversation, later) == b"one"


def test_where_nobody_listens_and_what_is_no_address():
    async def main(url):
        await Frames.connect(url)

    with pytest.raises(ConnectFailed):
        asyncio.run(main("tcp://127.0.0.1:1"))
    for url in ("tcp://127.0.0.1", "http://127.0.0.1:80", "127.0.0.1:80"):
        with pytest.raises(ConfigurationError, match=r"write it like tcp://127\.0\.0\.1:8000"):
            asyncio.run(main(url))


@pytest.mark.exhaustive
def test_the_documented_load_file_runs(tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.S)
    (tmp_path / "load_frames.py").write_text("\n\n".join(blocks))
    (found,) = from_file(tmp_path / "load_frames.py")
    result = run(found.workload, Settings(rounds=1, seconds=1.0), reference=found.reference)
    assert result.error is None
    assert result.outcomes["ok"] > 100
    assert result.outcomes["failed"] == 0
    assert result.statuses["get"]["OK"] >= result.outcomes["ok"]
