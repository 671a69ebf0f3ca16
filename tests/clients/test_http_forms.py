"""Forms and uploads, read back by a parser that is not ours."""

from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripted import answering, ok, run, scripted

from suite.clients import Http
from suite.clients._multipart import multipart, parts_of
from suite.clients._request import Encoder


def sent(request: bytes) -> Message:
    """The body of a request as the e-mail package reads it."""
    head, _, body = request.partition(b"\r\n\r\n")
    return message_from_bytes(head.partition(b"\r\n")[2] + b"\r\n\r\n" + body)


def encoded(data: Any = None, files: Any = None) -> bytes:
    return Encoder("a").request("POST", "/up", None, data=data, files=files)


def test_an_upload() -> None:
    wave = bytes(range(256)) * 10
    message = sent(
        encoded(
            {"title": "a b", "n": 3}, {"audio": ("a.wav", wave, "audio/wav"), "raw": b"1", "x": ("y", b"")}
        )
    )
    assert message.get_content_type() == "multipart/form-data"
    parts: Any = message.get_payload()
    assert [part.get_param("name", header="content-disposition") for part in parts] == [
        "title", "n", "audio", "raw", "x",
    ]  # fmt: skip
    assert [part.get_filename() for part in parts] == [None, None, "a.wav", "raw", "y"]
    assert [part.get_payload(decode=True) for part in parts] == [b"a b", b"3", wave, b"1", b""]
    assert [part.get_content_type() for part in parts][2:4] == ["audio/wav", "application/octet-stream"]


def test_several_files_of_one_name() -> None:
    parts: Any = sent(encoded(files={"f": [b"1", ("b", b"2")]})).get_payload()
    assert [part.get_payload(decode=True) for part in parts] == [b"1", b"2"]


def test_fields_alone_are_urlencoded() -> None:
    request = encoded({"a": "1 &2=é", "b": ["x", "y"], "n": 1.5})
    assert b"content-type: application/x-www-form-urlencoded\r\n" in request
    body = request.partition(b"\r\n\r\n")[2].decode()
    assert parse_qs(body) == {"a": ["1 &2=é"], "b": ["x", "y"], "n": ["1.5"]}
    assert f"content-length: {len(body)}\r\n".encode() in request


def test_equal_in_python_is_not_equal_on_the_wire() -> None:
    encoder = Encoder("a")
    seen = {encoder.request("POST", "/", None, data={"n": value}) for value in (1, True, 1.0, "1", b"1")}
    assert len(seen) == 3


def test_the_same_form_is_encoded_once() -> None:
    encoder = Encoder("a")
    content = bytes(100_000)

    def ask() -> bytes:
        return encoder.request("POST", "/", None, data={"a": "1"}, files={"f": ("n", content)})

    assert ask() is ask()
    assert len(encoder.kept) == 1


def test_what_is_kept_has_a_limit() -> None:
    encoder = Encoder("a")
    for number in range(20):
        encoder.request("POST", "/", None, body=bytes(9_999_999) + bytes([number]))
        assert sum(map(len, encoder.kept.values())) <= 64_000_000
    encoder.request("POST", "/", None, body=bytes(70_000_000))
    assert not encoder.kept


@given(st.binary(max_size=100))
def test_no_content_can_end_its_part(content: bytes) -> None:
    parts = parts_of({"a": content}, {"f": content})
    kind, body = multipart(parts)
    boundary = kind.partition("boundary=")[2].encode()
    longer = parts_of({"a": boundary}, {"f": b"--" + boundary})
    for each, whole in ((parts, (kind, body)), (longer, multipart(longer))):
        mark = b"--" + whole[0].partition("boundary=")[2].encode()
        assert whole[1].count(mark) == 3
        assert [piece.partition(b"\r\n\r\n")[2][:-2] for piece in whole[1].split(mark)[1:3]] == [
            part[2] for part in each
        ]


def test_names_can_not_break_out() -> None:
    _, body = multipart(parts_of(None, {'a"\r\nx': ('f"\r\n', b"1")}))
    assert b'name="a%22%0D%0Ax"; filename="f%22%0D%0A"' in body


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"data": {"a": None}}, TypeError),
        ({"data": {"a": {"b": 1}}}, TypeError),
        ({"files": {"a": "text"}}, TypeError),
        ({"files": {"a": ("n", "text")}}, TypeError),
        ({"files": {"a": ("n", b"1", "a/b", "more")}}, TypeError),
        ({"files": {"a": ("n", b"1", "a/b\r\nx: y")}}, ValueError),
        ({"files": {"a": b"1"}, "json": 1}, ValueError),
        ({"data": {"a": "1"}, "body": b"1"}, ValueError),
    ],
)
def test_forms_that_can_not_be_sent(options: dict[str, Any], error: type[Exception]) -> None:
    async def body() -> None:
        async with scripted(answering(ok())) as server, await Http.connect(server.url) as http:
            with pytest.raises(error):
                await http.post("/", **options)
            assert (await http.post("/", files={"f": b"1"}, data={"a": "1"}, expect=200)).status == 200
            assert (await http.put("/", files={}, expect=200)).status == 200

    run(body())
