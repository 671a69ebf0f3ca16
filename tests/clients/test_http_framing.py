"""However the network cuts a response up, it reads the same; and nothing that it cuts makes us stumble."""

import asyncio
from collections.abc import Mapping
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from suite.clients._link import Link
from suite.clients._response import Response
from suite.clients.errors import ClientError

bodies = st.binary(max_size=60)
tokens = st.text("abcXYZ-019", min_size=1, max_size=8).map(lambda name: "x-" + name)
values = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=12)
fields = st.lists(st.tuples(tokens, values), max_size=4)
statuses = st.sampled_from([200, 201, 302, 404, 429, 500, 599])

Answered = tuple[bytes, int, dict[str, str], bytes]


class Wire:
    """A transport that goes nowhere."""

    closed = False

    def write(self, data: bytes) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.closed = True


@st.composite
def responses(draw: st.DrawFn) -> Answered:
    """(raw, status, headers, body) of a response that a good server could give."""
    status, body, extra = draw(statuses), draw(bodies), draw(fields)
    head = "".join(f"{name}:{value}\r\n" for name, value in extra)
    interim = draw(st.sampled_from([b"", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"]))
    if draw(st.booleans()):
        head += f"content-length: {len(body)}\r\n"
        framed = body
    else:
        head += "transfer-encoding: chunked\r\n"
        cuts = sorted(draw(st.sets(st.integers(0, len(body)), max_size=4)) | {0, len(body)})
        chunks = [body[a:b] for a, b in pairwise(cuts)]
        framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    raw = interim + f"HTTP/1.1 {status} Reason\r\n{head}\r\n".encode("latin-1") + framed
    headers: dict[str, str] = {}
    for name, value in extra:
        key, text = name.lower(), value.strip(" \t")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return raw, status, headers, body


def receive(pieces: list[list[bytes]]) -> list[Response | ClientError]:
    """What a link makes of responses, each of which arrives in pieces."""

    async def body() -> list[Response | ClientError]:
        link = Link(asyncio.get_running_loop(), None, 1_000_000)
        wire = Wire()
        link.connection_made(wire)  # type: ignore[arg-type]
        got: list[Response | ClientError] = []
        for response in pieces:
            if not link.alive:
                break
            waiter = link.loop.create_future()
            link.ask(b"GET", waiter)
            for piece in response:
                if not wire.closed:
                    link.data_received(piece)
            if not wire.closed and not waiter.done():
                link.eof_received()
                link.connection_lost(None)
            got.append(waiter.exception() or waiter.result())  # type: ignore[arg-type]
        return got

    return asyncio.run(body())


def split(raw: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(raw) + 1) for cut in cuts} | {0, len(raw)})
    return [raw[a:b] for a, b in pairwise(places)]


def same(got: Response | ClientError, status: int, headers: Mapping[str, str], body: bytes) -> bool:
    assert isinstance(got, Response), got
    framing = ("content-length", "transfer-encoding")
    rest = {name: value for name, value in got.headers.items() if name not in framing}
    return (got.status, rest, got.body) == (status, headers, body)


@settings(deadline=None)
@given(st.lists(st.tuples(responses(), st.lists(st.integers(0), max_size=6)), min_size=1, max_size=3))
def test_any_split_reads_the_same(answers: list[tuple[Answered, list[int]]]) -> None:
    got = receive([split(raw, cuts) for (raw, *_), cuts in answers])
    assert len(got) == len(answers), "the connection was given up"
    for response, (answer, _) in zip(got, answers, strict=True):
        assert same(response, *answer[1:])


@settings(deadline=None)
@given(responses(), responses())
def test_every_single_cut_reads_the_same(first: Answered, second: Answered) -> None:
    raw = first[0]
    for cut in range(1, len(raw)):
        cut_up, after = receive([[raw[:cut], raw[cut:]], [second[0]]])
        assert same(cut_up, *first[1:])
        assert same(after, *second[1:])


@settings(deadline=None)
@given(responses(), st.integers(0), st.binary(max_size=8), st.lists(st.integers(0), max_size=3))
def test_damage_is_an_answer_or_a_named_error(
    response: Answered, at: int, damage: bytes, cuts: list[int]
) -> None:
    raw = response[0]
    at %= len(raw)
    damaged = raw[:at] + damage + raw[at + len(damage) :]
    for got in receive([split(damaged, cuts)]):
        assert got.headers is not None if isinstance(got, Response) else got.cause in ("protocol", "closed")
