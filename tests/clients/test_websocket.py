"""The WebSocket client against servers over real sockets."""

import asyncio
import importlib.util
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certificates import certificate
from support.scripted import answering, ok, run, scripted
from support.socketing import Peer, socketing
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

import suite.clients
from suite import Rejected, User
from suite.clients import WebSocket
from suite.clients._inbox import Inbox
from suite.clients.errors import (
    ConnectFailed,
    FirstByteTimedOut,
    WebSocketClosed,
)
from suite.contract.user import current_user
from suite.errors import ConfigurationError, MissingExtra


def test_a_message_of_json_that_is_nested_without_end_is_a_value_error() -> None:
    async def body() -> None:
        async with socketing(Peer.echo) as server, await WebSocket.connect(server.url) as ws:
            await ws.send("[" * 60_000)
            with pytest.raises(ValueError, match="nested without end"):
                await ws.receive_json()

    run(body())


@pytest.mark.parametrize("runner", [run, asyncio.run])
def test_messages_both_ways(runner: Any) -> None:
    async def body() -> None:
        async with socketing(Peer.echo) as server, await WebSocket.connect(server.url + "/talk?x=1") as ws:
            await ws.send("grüß")
            assert await ws.receive() == "grüß"
            await ws.send(b"\0\xff")
            assert await ws.receive() == b"\0\xff"
            await ws.send(json={"a": [1, None]})
            assert await ws.receive_json() == {"a": [1, None]}
            await ws.send("")
            assert await ws.receive() == ""
            large = bytes(range(256)) * 20_000
            await ws.send(large)
            assert await ws.receive() == large
            assert await ws.ping() > 0
            assert b"target='/talk?x=1'" in server.requests[0]
            assert server.connections == 1

    runner(body())


def test_the_upgrade() -> None:
    async def body() -> None:
        async with socketing(Peer.echo, subprotocol="v2") as server:
            url = server.url.replace("ws:", "http:")
            ws = await WebSocket.connect(url, headers={"Authorization": "me"}, subprotocols=["v1", "v2"])
            assert ws.subprotocol == "v2"
            await ws.close()
            assert b"subprotocols=['v1', 'v2']" in server.requests[0]
            assert b"(b'authorization', b'me')" in server.requests[0]

    run(body())


def test_over_tls(tmp_path: Any) -> None:
    own = certificate(tmp_path, "IP:127.0.0.1")

    async def body() -> None:
        async with socketing(Peer.echo, own.server()) as server:
            assert server.url.startswith("wss:")
            async with await WebSocket.connect(server.url, ssl=own.client()) as ws:
                await ws.send(bytes(300_000))
                assert await ws.receive() == bytes(300_000)
            with pytest.raises(ConnectFailed) as caught:
                await WebSocket.connect(server.url)
            assert caught.value.cause == "tls"

    run(body())


def test_a_message_in_parts_and_pings_in_between() -> None:
    async def script(peer: Peer) -> None:
        for data, last in (("a", False), ("b", False), ("", False), ("c", True)):
            await peer.say(TextMessage(data, message_finished=last))
            await peer.say(Ping(b"hey"))
            event = await peer.event()
            assert isinstance(event, Pong)
            assert event.payload == b"hey"
        await peer.say(BytesMessage(b"1", message_finished=False))
        await peer.say(BytesMessage(b"2"))
        await peer.echo()

    async def body() -> None:
        async with socketing(script) as server, await WebSocket.connect(server.url) as ws:
            assert await ws.receive() == "abc"
            assert await ws.receive() == b"12"

    run(body())


def test_until_the_peer_closes() -> None:
    async def script(peer: Peer) -> None:
        for number in range(200):
            await peer.say(TextMessage(str(number)))
        await peer.say(CloseConnection(1000, "done"))
        event = await peer.event()
        assert isinstance(event, CloseConnection)

    async def body() -> None:
        async with socketing(script) as server, await WebSocket.connect(server.url) as ws:
            assert [message async for message in ws] == [str(number) for number in range(200)]
            with pytest.raises(WebSocketClosed, match="1000: done") as caught:
                await ws.receive()
            assert (caught.value.code, caught.value.cause) == (1000, "closed")
            with pytest.raises(WebSocketClosed):
                await ws.send("more")

    run(body())


def test_closing() -> None:
    said = []

    async def script(peer: Peer) -> None:
        event = await peer.event()
        assert isinstance(event, CloseConnection)
        said.append((event.code, event.reason))
        await peer.say(event.response())

    async def body() -> None:
        async with socketing(script) as server:
            ws = await WebSocket.connect(server.url)
            receiving = asyncio.create_task(ws.receive())
            await asyncio.sleep(0)
            await asyncio.gather(ws.close(4000, "bye"), ws.close())
            await ws.close()
            assert said == [(4000, "bye")]
            with pytest.raises(WebSocketClosed, match="4000"):
                await receiving
            with pytest.raises(WebSocketClosed):
                await ws.send("x")
            with pytest.raises(WebSocketClosed):
                await ws.ping()

    run(body())


def test_statuses_and_the_session_that_closes_it() -> None:
    async def body() -> None:
        async with socketing(Peer.echo) as server, scripted(answering(ok(b"", status=b"503 Full"))) as full:
            user = User()
            user._statuses = Counter()
            user._operation = "talk"
            token = current_user.set(user)
            await WebSocket.connect(server.url)
            with pytest.raises(Rejected):
                await WebSocket.connect(full.url, rejected=503)
            current_user.reset(token)
            await user._end()
            assert user._statuses == {("talk", "101"): 1, ("talk", "1000"): 1, ("talk", "503"): 1}

    run(body())


def test_one_receives_at_a_time() -> None:
    async def body() -> None:
        async with socketing(Peer.echo) as server, await WebSocket.connect(server.url) as ws:
            first = asyncio.create_task(ws.receive())
            await asyncio.sleep(0)
            with pytest.raises(RuntimeError, match="another task"):
                await ws.receive()
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            await ws.send("x")
            assert await ws.receive() == "x"

    run(body())


@pytest.mark.parametrize("url", ["", "ftp://a", "ws://", "ws://u@a", "ws://a/#x"])
def test_urls_that_make_no_sense(url: str) -> None:
    with pytest.raises(ConfigurationError, match="ws://"):
        run(WebSocket.connect(url))


def test_headers_that_can_not_be_sent() -> None:
    with pytest.raises(ValueError):
        run(WebSocket.connect("ws://127.0.0.1:1", headers={"a": "b\r\nc: d"}))


@given(st.lists(st.text(max_size=8)), st.integers(0, 20))
def test_parts_make_the_whole(parts: list[str], limit: int) -> None:
    inbox = Inbox(limit)
    inbox.at = 5
    taken = [inbox.add(TextMessage(part, message_finished=False)) for part in parts]
    taken.append(inbox.add(TextMessage("", message_finished=True)))
    whole = "".join(parts)
    assert all(taken) == (len(whole) <= limit)
    if all(taken):
        assert (inbox.take(), inbox.take(), inbox.size) == ((whole, 5), None, 0)


def test_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr("suite.errors.find_spec", lambda name: None if name == "wsproto" else found(name))
    with pytest.raises(MissingExtra, match=r"wsproto.*loadledger\[websocket\]"):
        _ = suite.clients.WebSocket
    with pytest.raises(AttributeError):
        _ = suite.clients.Webhook  # type: ignore[attr-defined]


def test_each_message_is_marked_when_it_came_and_what_is_awaited_in_vain() -> None:
    marks: list[tuple[int, int]] = []

    def note(since: int, at: int) -> int:
        marks.append((since, at))
        return at

    async def script(peer: Peer) -> None:
        for word in ("one", "two", "three"):
            await peer.say(TextMessage(word))
            await asyncio.sleep(0.03)
        await peer.echo()

    async def body() -> None:
        user = User()
        user._marker = note
        token = current_user.set(user)
        async with socketing(script) as server, await WebSocket.connect(server.url) as ws:
            await asyncio.sleep(0.05)  # two are here by then: they came when they came
            assert [await ws.receive() for _ in range(3)] == ["one", "two", "three"]
            with pytest.raises(FirstByteTimedOut):
                await ws.receive(timeout="20ms")
        current_user.reset(token)

    run(body())
    (none, one), (first, two), (second, three), (third, until) = marks
    assert (none, first, second, third) == (0, one, two, three)
    assert two - one > 20_000_000
    assert three - two > 20_000_000
    assert -until > three
