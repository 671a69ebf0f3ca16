"""Answers that come before the request is sent whole, from servers that then hang up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.scripted import run

from suite.clients import Http
from suite.clients.errors import ConnectionBroken, UnexpectedStatus

LARGE = b"x" * 5_000_000


@contextmanager
def hanging_up(answer: bytes) -> Iterator[str]:
    """A server that reads a request's first bytes, answers and closes: what is unread makes that a reset."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(1_000)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 413 Too Large\r\ncontent-length: 9\r\nconnection: close\r\n\r\ntoo large",
        b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n",
    ],
)
def test_an_early_413_is_the_answer_whenever_sending_breaks_off(answer: bytes) -> None:
    """It was a reset for us, and a 413 for curl, requests, aiohttp and a plain socket."""

    async def body() -> None:
        with hanging_up(answer) as url:
            for _ in range(30):
                async with await Http.connect(url) as http:
                    response = await http.post("/upload", body=LARGE, expect=413)
                    assert response.status == 413
                    with pytest.raises(UnexpectedStatus, match="413"):
                        await http.post("/upload", body=LARGE)

    run(body())


def test_a_server_that_hangs_up_without_an_answer_is_a_broken_connection() -> None:
    async def body() -> None:
        with hanging_up(b"") as url:
            async with await Http.connect(url) as http:
                with pytest.raises(ConnectionBroken):
                    await http.post("/upload", body=LARGE)

    run(body())
