"""What a peer sends raises our errors, and those of the contract: none that a library made of it."""

import asyncio
import socket
import threading

import pytest

from suite.clients import Http
from suite.clients._events import EventParser
from suite.clients._response import Response
from suite.clients.errors import UnexpectedStatus


def redirecting(target: bytes) -> str:
    """The URL of a server that redirects one request to `target`."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with server, server.accept()[0] as there:
            there.recv(4096)
            there.sendall(b"HTTP/1.1 302 X\r\nlocation: " + target + b"\r\ncontent-length: 0\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("target", [b"http://[", b"http://[x]/"])
def test_a_redirect_to_what_is_no_url_is_an_unexpected_status(target: bytes) -> None:
    async def ask() -> None:
        http = await Http.connect(redirecting(target))
        with pytest.raises(UnexpectedStatus, match="redirects to what is no URL"):
            await http.get("/", redirects=1)
        await http.close()

    asyncio.run(ask())


def test_a_time_to_wait_of_many_digits_is_none() -> None:
    """Python refuses to make an int of more than 4,300."""
    (event,) = EventParser(1 << 20).feed(b"retry: " + b"9" * 5000 + b"\ndata: x\n\n")
    assert (event.data, event.retry) == ("x", None)


def test_json_that_is_nested_without_end_is_a_value_error() -> None:
    body = b"[" * 100_000
    with pytest.raises(ValueError, match="nested without end"):
        Response(200, body, b"HTTP/1.1 200 OK\r\n\r\n").json()
