"""What RFC 9110 and 9112 say, a row for each behaviour: what our client does, and what its peers do.

`pytest tests/clients/test_conformance.py -s` prints the table. Peers that are not installed have no column.
"""

import asyncio
import gzip
import importlib
import importlib.util
import shutil
import sys
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from support.scripted import Visit, ok, run, scripted

from suite.clients import Http
from suite.clients._unpack import unpacked
from suite.clients.errors import ClientError, StreamCut

JSON = b'{"a": 1}'
Asking = Callable[[str, str], Awaitable[str]]


@dataclass(frozen=True)
class Row:
    """A behaviour: the section that allows or wants it, what the server sends, and what is right.

    `closes`: the server ends the connection after that. `right` is status and body, or the word of a fault.
    """

    name: str
    section: str
    answer: bytes
    right: str
    closes: bool = False


def _raw(head: str, body: bytes = b"") -> bytes:
    return head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body


_CHUNKED = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked"
ROWS = [
    Row("a length frames the body", "9112 6.2", ok(b"ok"), "200 ok"),
    Row("chunks", "9112 7.1", _raw(_CHUNKED, b"2\r\nok\r\n0\r\n\r\n"), "200 ok"),
    Row(
        "chunk extensions and trailers",
        "9112 7.1.1, 7.1.2",
        _raw(_CHUNKED, b"2;a=b\r\nok\r\n0\r\nETag: x\r\n\r\n"),
        "200 ok",
    ),
    Row(
        "the end of the connection ends a body",
        "9112 6.3",
        _raw("HTTP/1.1 200 OK", b"ok"),
        "200 ok",
        closes=True,
    ),
    Row(
        "a body cut short is no body",
        "9112 8",
        _raw("HTTP/1.1 200 OK\nContent-Length: 9", b"ok"),
        "closed",
        closes=True,
    ),
    Row("chunks cut short are no body", "9112 8", _raw(_CHUNKED, b"9\r\nok"), "closed", closes=True),
    Row("204 has no body", "9110 15.3.5", _raw("HTTP/1.1 204 No Content"), "204 "),
    Row(
        "304 has no body, whatever its length",
        "9110 15.4.5",
        _raw("HTTP/1.1 304 Not Modified\nContent-Length: 9"),
        "304 ",
    ),
    Row(
        "1xx announce a response",
        "9110 15.2",
        _raw("HTTP/1.1 103 Early Hints\nLink: </s>") + _raw("HTTP/1.1 100 Continue") + ok(b"ok"),
        "200 ok",
    ),
    Row("an unknown status is of its class", "9110 15", ok(b"ok", status=b"299 Odd"), "299 ok"),
    Row("a reason may be missing", "9112 4", _raw("HTTP/1.1 200 \nContent-Length: 2", b"ok"), "200 ok"),
    Row("empty lines before a status line", "9112 2.2", b"\r\n" + ok(b"ok"), "200 ok"),
    Row("bare LF ends a line", "9112 2.2", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "200 ok"),
    Row(
        "a folded header is one line",
        "9112 5.2",
        _raw("HTTP/1.1 200 OK\nX-Long: a\n b\nContent-Length: 2", b"ok"),
        "200 ok",
    ),
    Row(
        "equal lengths are one",
        "9110 8.6",
        _raw("HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 2", b"ok"),
        "200 ok",
    ),
    Row(
        "a list of equal lengths is one",
        "9110 8.6",
        _raw("HTTP/1.1 200 OK\nContent-Length: 2, 2", b"ok"),
        "200 ok",
    ),
    Row(
        "unequal lengths are a fault",
        "9112 6.3",
        _raw("HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 3", b"okk"),
        "protocol",
        closes=True,
    ),
    Row(
        "chunks and a length together",
        "9112 6.3",
        _raw("HTTP/1.1 200 OK\nContent-Length: 2\nTransfer-Encoding: chunked", b"2\r\nok\r\n0\r\n\r\n"),
        "protocol",
        closes=True,
    ),
    Row("no HTTP is a fault", "9112 4", b"SSH-2.0-OpenSSH_9.2\r\n", "protocol", closes=True),
    Row(
        "gzip is unpacked", "9110 8.4.1.3", ok(gzip.compress(JSON), b"Content-Encoding: gzip"), '200 {"a": 1}'
    ),
    Row(
        "deflate is unpacked",
        "9110 8.4.1.2",
        ok(zlib.compress(JSON), b"Content-Encoding: deflate"),
        '200 {"a": 1}',
    ),
    Row(
        "deflate without its wrapping",
        "9110 8.4.1.2",
        ok(zlib.compress(JSON)[2:-4], b"Content-Encoding: deflate"),
        '200 {"a": 1}',
    ),
]


async def ours(url: str, path: str) -> str:
    """What our client makes of it: status and text, or the word of its fault."""
    try:
        async with await Http.connect(url) as http:
            found = await http.get(path, expect=range(1000), headers={"accept-encoding": "gzip, deflate"})
            return f"{found.status} {found.text}"
    except ClientError as error:
        return error.cause


async def streamed(url: str, path: str) -> str:
    """What our client makes of it where it reads it while it comes; packed bodies stay so."""
    try:
        async with await Http.connect(url) as http, http.stream("GET", path, expect=range(1000)) as stream:
            body = b"".join([chunk async for chunk in stream])
            return f"{stream.status} {unpacked(body, stream.headers.get('content-encoding', '')).decode()}"
    except ClientError as error:
        return "closed" if isinstance(error, StreamCut) else error.cause


async def by_curl(url: str, path: str) -> str:
    asked = ["curl", "-s", "--compressed", "-m", "3", "-w", "\n%{http_code}", url + path]
    process = await asyncio.create_subprocess_exec(*asked, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    body, _, status = said.decode(errors="replace").rpartition("\n")
    return f"{status} {body}" if process.returncode == 0 else f"fault {process.returncode}"


async def by_aiohttp(url: str, path: str) -> str:
    aiohttp = importlib.import_module("aiohttp")

    try:
        async with aiohttp.ClientSession() as session, session.get(url + path) as found:
            return f"{found.status} {await found.text()}"
    except (aiohttp.ClientError, ValueError) as error:
        return type(error).__name__


async def by_httpx(url: str, path: str) -> str:
    httpx = importlib.import_module("httpx")

    try:
        async with httpx.AsyncClient(trust_env=False) as session:
            found = await session.get(url + path)
            return f"{found.status_code} {found.text}"
    except httpx.HTTPError as error:
        return type(error).__name__


def peers() -> dict[str, Asking]:
    """Those that are installed here."""
    known: dict[str, Asking] = {"curl": by_curl, "aiohttp": by_aiohttp, "httpx": by_httpx}
    there = {
        name for name in known if (shutil.which(name) and name == "curl") or importlib.util.find_spec(name)
    }
    return {name: asking for name, asking in known.items() if name in there}


async def table(asking: dict[str, Asking]) -> dict[str, dict[str, str]]:
    """What each of them makes of each row."""

    async def script(visit: Visit) -> None:
        while request := await visit.request():
            row = ROWS[int(request.split(b" ")[1][1:])]
            await visit.say(row.answer)
            if row.closes:
                return

    found: dict[str, dict[str, str]] = {}
    async with scripted(script) as server:
        for number, row in enumerate(ROWS):
            names = list(asking)
            told = await asyncio.gather(*(_within(asking[name], server.url, f"/{number}") for name in names))
            found[row.name] = dict(zip(names, told, strict=True))
    return found


async def _within(asking: Asking, url: str, path: str) -> str:
    try:
        async with asyncio.timeout(5):
            return await asking(url, path)
    except TimeoutError:
        return "time-out"


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")


@pytest.fixture(scope="module")
def found() -> Any:
    """One run of all of them."""
    told = run(table({"ours": ours, "streamed": streamed, **peers()}))
    names = list(next(iter(told.values())))
    width = max(len(row.name) for row in ROWS)
    _write(f"\n{'behaviour':{width}}  {'RFC':17}  " + "  ".join(f"{name:16}" for name in names))
    for row in ROWS:
        cells = "  ".join(f"{told[row.name][name][:16]:16}" for name in names)
        _write(f"{row.name:{width}}  {row.section:17}  {cells}".rstrip())
    return told


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_our_client_does_what_the_rfc_says(found: dict[str, dict[str, str]], row: Row) -> None:
    assert found[row.name]["ours"] == row.right
    assert found[row.name]["streamed"] == row.right
