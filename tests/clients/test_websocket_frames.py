"""Our quick way with frames against wsproto, however they are cut up."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.scripted import run
from support.wires import opened
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, Ping, TextMessage

from suite.clients._frames import BINARY, TEXT, encoded
from suite.clients.errors import ClientError

contents = (
    st.text(max_size=8) | st.binary(max_size=8) | st.sampled_from([bytes(125), bytes(126), bytes(70_000)])
)


@given(contents)
def test_a_server_reads_what_we_encode(content: str | bytes) -> None:
    server = Connection(ConnectionType.SERVER)
    text = isinstance(content, str)
    server.receive_data(encoded(TEXT, content.encode()) if text else encoded(BINARY, content))  # type: ignore[union-attr,arg-type]
    events: list[Any] = list(server.events())
    assert all(isinstance(event, TextMessage if text else BytesMessage) for event in events)
    assert ("" if text else b"").join(event.data for event in events) == content
    assert events[-1].message_finished


def received(pieces: list[bytes]) -> tuple[list[str | bytes], ClientError | None]:
    """What a channel makes of pieces that arrive after its upgrade, the first one with it."""
    got: list[str | bytes] = []

    async def body() -> ClientError | None:
        channel, _ = opened(100_000, pieces[0])
        for piece in pieces[1:]:
            if channel.end is None:
                channel.data_received(piece)
        while (found := channel.inbox.take()) is not None:
            got.append(found[0])
        return channel.end

    return got, run(body())


messages = st.lists(st.tuples(contents, st.booleans(), st.booleans()), max_size=6)


@given(messages, st.lists(st.integers(0, 200_000), max_size=6), st.booleans())
def test_any_split_reads_the_same(
    said: list[tuple[str | bytes, bool, bool]], cuts: list[int], apart: bool
) -> None:
    server = Connection(ConnectionType.SERVER)
    raw = b""
    for content, in_parts, pinged in said:
        kind: Any = TextMessage if isinstance(content, str) else BytesMessage
        if in_parts:
            raw += server.send(kind(content[:3], message_finished=False))
        if pinged:
            raw += server.send(Ping(b"x"))
        raw += server.send(kind(content[3:] if in_parts else content))
    places = sorted({cut % (len(raw) + 1) for cut in cuts} | {0, len(raw)})
    pieces = [raw[a:b] for a, b in pairwise(places)] or [b""]
    got, end = received([b"", *pieces] if apart else pieces)
    assert end is None
    assert got == [content for content, *_ in said]


@given(st.binary(max_size=40), st.lists(st.integers(0, 40), max_size=3))
def test_nonsense_is_named(raw: bytes, cuts: list[int]) -> None:
    places = sorted({min(cut, len(raw)) for cut in cuts} | {0, len(raw)})
    whole, first = received([b"", raw])
    split, second = received([b"", *(raw[a:b] for a, b in pairwise(places))])
    assert whole == split
    for end in (first, second):
        assert end is None or end.cause in ("protocol", "closed", "too-large")
    assert getattr(first, "cause", None) == getattr(second, "cause", None)
