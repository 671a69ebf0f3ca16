"""What WHATWG HTML (9.2) says of server-sent events, a row for each behaviour.

`pytest tests/clients/test_event_conformance.py -s` prints the table.
"""

import sys
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.clients._events import EventParser, ServerSentEvent
from suite.clients.errors import ClientError, ProtocolError, TooLarge


@dataclass(frozen=True)
class Row:
    """A behaviour: what the server sends, and the (data, event, id) that come of it."""

    name: str
    sent: bytes
    right: tuple[tuple[str, str, str], ...]
    rest: bytes | None = None


def plain(*data: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((one, "message", "") for one in data)


ODD = "a\x0bb\x0cc\x85d\u2028e"
ROWS = [
    Row("a line of data and an empty line are an event", b"data: a\n\n", plain("a")),
    Row("lines of data are joined by LF", b"data: a\ndata: b\n\n", plain("a\nb")),
    Row("CR ends a line", b"data: a\r\rdata: b\r\r", plain("a", "b")),
    Row("CR LF ends a line", b"data: a\r\n\r\ndata: b\r\n\r\n", plain("a", "b")),
    Row("ends of lines may be mixed", b"data: a\r\ndata: b\n\rdata: c\r\n\n", plain("a\nb", "c")),
    Row("a byte order mark at the start is left out", b"\xef\xbb\xbfdata: a\n\n", plain("a")),
    Row("one elsewhere is not", b"data: \xef\xbb\xbfa\n\n", plain("\ufeffa")),
    Row("a comment is none", b": hello\n\n:\ndata: a\n:data: b\n\n", plain("a")),
    Row("one space after the colon is left out", b"data:a\n\ndata:  b\n\n", plain("a", " b")),
    Row("a name without a colon has an empty value", b"data\n\ndata\ndata\n\n", plain("", "\n")),
    Row("no data, no event", b"event: x\n\nid: 1\n\ndata: a\n\n", (("a", "message", "1"),)),
    Row(
        "a type is for one event",
        b"event: x\ndata: a\n\ndata: b\n\n",
        (("a", "x", ""), ("b", "message", "")),
    ),
    Row("the last type counts", b"event: x\nevent: y\ndata: a\n\n", (("a", "y", ""),)),
    Row("an empty type is message", b"event: x\nevent:\ndata: a\n\n", plain("a")),
    Row("an id stays", b"id: 7\ndata: a\n\ndata: b\n\n", (("a", "message", "7"), ("b", "message", "7"))),
    Row("an empty id resets it", b"id: 7\ndata: a\n\nid\ndata: b\n\n", (("a", "message", "7"), *plain("b"))),
    Row("an id with NUL is none", b"id: 7\nid: 8\0\ndata: a\n\n", (("a", "message", "7"),)),
    Row("names are told apart by case", b"DATA: a\nData: b\ndata: c\n\n", plain("c")),
    Row("an unknown field is left out", b"date: a\n data: b\ndata: c\n\n", plain("c")),
    Row("UTF-8", "data: grüß 🎧\n\n".encode(), plain("grüß 🎧")),
    Row("other ends of lines are data", f"data: {ODD}\n\n".encode(), plain(ODD)),
    Row("empty lines are nothing", b"\n\n\r\r\r\n\r\ndata: a\n\n\n\n", plain("a")),
    Row("what has no end is no event", b"data: a\n\ndata: b\n", plain("a"), b"b\n"),
    Row("nor has half a line", b"data: a\n\nda", plain("a"), b"da"),
    Row("a type alone at the end", b"event: x\n", (), b""),
    Row("a comment at the end is nothing", b"data: a\n\n: ping\n:pi", plain("a")),
]  # fmt: skip


def read(sent: bytes, cuts: list[int], limit: int = 1000) -> tuple[list[ServerSentEvent], bytes | None]:
    """What a parser makes of it, fed in pieces."""
    parser, found = EventParser(limit), []
    edges = [0, *sorted(cut % (len(sent) + 1) for cut in cuts), len(sent)]
    for at, to in pairwise(edges):
        found += parser.feed(sent[at:to])
    return found, parser.unfinished


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_events_are_what_the_standard_says(row: Row) -> None:
    for cuts in ([], list(range(len(row.sent)))):
        found, rest = read(row.sent, cuts)
        assert tuple(event[:3] for event in found) == row.right
        assert rest == row.rest
    sys.stdout.write(f"{row.name:48} {row.sent[:40]!r:45} {row.right}\n")


lines = st.sampled_from(
    [b"data: a", b"data", b"data:b", b"event: x", b"id: 1", b"id", b"retry: 5", b":c", b"", b"", b"x: y"]
)


@given(st.lists(st.tuples(lines, st.sampled_from([b"\n", b"\r", b"\r\n"]))), st.lists(st.integers(0, 500)))
def test_however_they_are_cut_up(parts: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    sent = b"".join(line + end for line, end in parts)
    assert read(sent, cuts) == read(sent, [])


def test_the_end_of_an_event_is_not_waited_for() -> None:
    parser = EventParser(100)
    assert [event.data for event in parser.feed(b"data: a\r\r")] == ["a"]
    assert list(parser.feed(b"\n")) == []
    assert [event.data for event in parser.feed(b"data: b\r\n\r")] == ["b"]
    assert [event.data for event in parser.feed(b"\ndata: c\n\n")] == ["c"]


def test_when_to_connect_again() -> None:
    found, _ = read(b"data: a\n\nretry: 250\ndata: b\n\nretry: 1s\nretry: -1\ndata: c\n\n", [])
    assert [event.retry for event in found] == [None, 250, 250]


@pytest.mark.parametrize(
    ("sent", "error", "says"),
    [
        (b"data: \xff\xfe\n\n", ProtocolError, r"an event that is no UTF-8: b'\\xff\\xfe'"),
        (b"event: \xff\ndata: a\n\n", ProtocolError, "no UTF-8"),
        (b"id: \xff\n", ProtocolError, "no UTF-8"),
        (b"data: " + bytes(200), TooLarge, "an event of more than 100 bytes"),
        (b"data: aaaa\n" * 20, TooLarge, "an event of more than 100 bytes"),
        (b"x: aaaa\n" * 20, TooLarge, "an event of more than 100 bytes"),
    ],
)
def test_what_is_no_event(sent: bytes, error: type[ClientError], says: str) -> None:
    for cuts in ([], list(range(len(sent)))):
        with pytest.raises(error, match=says):
            read(sent, cuts, 100)


def test_comments_for_hours_are_no_event_that_grows() -> None:
    parser = EventParser(100)
    for _ in range(1000):
        assert not list(parser.feed(b": keep on\r\n"))
    assert [event.data for event in parser.feed(b"data: a\n\n")] == ["a"]
