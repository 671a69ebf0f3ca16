"""WebSocket peers that refuse, break off, say nonsense, or are slower or faster than we are."""

import asyncio
import socket

import pytest
from support.scripted import Visit, ok, run, scripted
from support.socketing import Peer, socketing
from wsproto.events import BytesMessage, TextMessage

from suite import Rejected
from suite.clients import Timeouts, WebSocket
from suite.clients.errors import (
    ClientError,
    ConnectTimedOut,
    FirstByteTimedOut,
    SendTimedOut,
    UnexpectedStatus,
    WholeTimedOut,
)


def test_a_peer_that_does_not_close(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suite.clients.websocket._CLOSING", 0.05)

    async def body() -> None:
        async with socketing(lambda peer: asyncio.sleep(60)) as server:
            ws = await WebSocket.connect(server.url)
            await ws.close()
            await ws.close()

    run(body())


@pytest.mark.parametrize(
    "answer",
    [
        ok(b"no " * 500, status=b"403 Forbidden"),
        b"HTTP/1.1 403 Forbidden\r\n\r\nno no",
        b"HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n5\r\nno no\r\n0\r\n\r\n",
    ],
)
def test_refused(answer: bytes) -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(answer)

    async def body() -> None:
        async with scripted(script) as server:
            with pytest.raises(UnexpectedStatus) as caught:
                await WebSocket.connect(server.url)
            assert caught.value.status == 403
            assert caught.value.excerpt.startswith("no no")
            with pytest.raises(Rejected):
                await WebSocket.connect(server.url, rejected={403, 429})

    run(body())


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (b"", "closed"),
        (b"HTTP/1.1 101 Switch", "closed"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "protocol"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000, "too-large"),
    ],
)
def test_bad_answers_to_the_upgrade(said: bytes, cause: str) -> None:
    async def script(visit: Visit) -> None:
        await visit.request()
        await visit.say(said)

    async def body() -> None:
        async with scripted(script) as server:
            with pytest.raises(ClientError) as caught:
                await WebSocket.connect(server.url)
            assert caught.value.cause == cause

    run(body())


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (b"", "closed"),
        (b"\x81\x05hal", "closed"),
        (b"\xff\xff\xff\xff", "protocol"),
        (b"\x81\x02\xff\xff", "protocol"),
        (b"\x82\x7f\0\0\0\0\0\x10\0\0" + bytes(200_000), "too-large"),
        (b"\x02\x7e\xff\xff" + bytes(65_535) + b"\x80\x7e\xff\xff" + bytes(65_535), "too-large"),
        (b"\x82\x80\0\0\0\0", "protocol"),  # a server must not mask
    ],
)
@pytest.mark.parametrize("ending", ["close", "reset", "wait"])
def test_bad_frames(said: bytes, cause: str, ending: str) -> None:
    async def script(peer: Peer) -> None:
        await peer.visit.say(b"\x81\x05hello" + said)
        if ending == "reset":
            await asyncio.sleep(0.02)
            peer.visit.reset()
        elif ending == "wait" and cause != "closed":
            await peer.visit._reader.read()

    async def body() -> None:
        async with socketing(script) as server, await WebSocket.connect(server.url, limit="100kB") as ws:
            assert await ws.receive() == "hello"
            with pytest.raises(ClientError) as caught:
                await ws.receive()
            assert caught.value.cause == ("reset" if (cause, ending) == ("closed", "reset") else cause)
            with pytest.raises(type(caught.value)):
                await ws.send("x")

    run(body())


def test_timeouts_of_receive() -> None:
    async def script(peer: Peer) -> None:
        await peer.event()
        await peer.say(TextMessage("half", message_finished=False))
        await peer.event()
        await peer.say(TextMessage(" and half"))
        await peer.echo()

    async def body() -> None:
        async with socketing(script) as server, await WebSocket.connect(server.url, timeout="60ms") as ws:
            with pytest.raises(FirstByteTimedOut):
                await ws.receive()
            await ws.send("1")
            with pytest.raises(WholeTimedOut):
                await ws.receive()
            await ws.send("2")
            assert await ws.receive(timeout=30) == "half and half"

    run(body())


def test_a_peer_that_reads_slowly_makes_us_wait() -> None:
    go = asyncio.Event()

    async def script(peer: Peer) -> None:
        await go.wait()
        await peer.echo()

    async def body() -> None:
        timeout = Timeouts(send="60ms")
        async with socketing(script) as server, await WebSocket.connect(server.url, timeout=timeout) as ws:
            with pytest.raises(SendTimedOut):  # noqa: PT012
                for _ in range(200):
                    await ws.send(bytes(1_000_000))
            ws._limits = (9.0, 20.0, 20.0, 20.0)
            sending = asyncio.create_task(ws.send(b"last"))
            go.set()
            while len(await ws.receive()) > 4:
                pass
            await sending

    run(body())


def test_messages_that_nobody_receives_stop_the_peer() -> None:
    sent = []

    async def script(peer: Peer) -> None:
        for number in range(2000):
            await peer.say(BytesMessage(number.to_bytes(4, "big") * 5_000))
            sent.append(number)
        await peer.echo()

    async def body() -> None:
        async with socketing(script) as server, await WebSocket.connect(server.url) as ws:
            await asyncio.sleep(0.2)
            assert len(sent) < 1500
            for number in range(2000):
                message = await ws.receive()
                assert isinstance(message, bytes)
                assert message[:4] == number.to_bytes(4, "big")

    run(body())


def test_who_never_answers_the_upgrade() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()

        async def body() -> None:
            with pytest.raises(ConnectTimedOut, match="upgrade"):
                await WebSocket.connect(f"ws://127.0.0.1:{silent.getsockname()[1]}", timeout="50ms")

        run(body())
