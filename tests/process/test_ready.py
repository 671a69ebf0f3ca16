"""When a system is ready, and how long that is waited for."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from suite.contract.address import Address
from suite.errors import ConfigurationError, SystemFailed
from suite.process.ready import accepts_connections, holds, probe_for, wait_ready


def test_a_probe_is_a_path_a_callable_or_a_connection() -> None:
    assert probe_for(None) is accepts_connections
    assert probe_for(bool) is bool
    with pytest.raises(ConfigurationError, match="'health'"):
        probe_for("health")


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n", False),
        (b"HTTP/1.1 503 Not Yet\r\ncontent-length: 0\r\n\r\n", False),
        (b"SSH-2.0\r\n", False),
        (b"", False),
    ],
)
def test_a_path_is_ready_when_it_answers_2xx(answer: bytes, ready: bool) -> None:
    with served(answer) as address:
        assert wait_ready(probe_for("/health"), address, None, 0.2) is ready


@contextmanager
def served(answer: bytes) -> Iterator[Address]:
    """A server that answers all of it to everybody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.recv(10_000)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Address(port=server.getsockname()[1])
        finally:
            stop.set()
            thread.join()


def test_waiting_ends_soon_after_readiness_and_soon_after_the_deadline() -> None:
    begun = time.monotonic()
    ready_at = begun + 0.1
    assert wait_ready(lambda _: time.monotonic() > ready_at, Address(), None, 30)
    assert not wait_ready(lambda _: False, Address(), None, 0.1)
    assert time.monotonic() - begun < 10


def test_a_probe_that_waits_for_ever_is_waited_for_until_the_deadline() -> None:
    """A request without a time-out, to a server that takes connections and says nothing."""
    answers = threading.Event()
    try:
        with pytest.raises(SystemFailed, match=r"was not ready within 0\.2 s \(timed out\)"):
            wait_ready(lambda _: answers.wait(), Address(), _Idle(), 0.2)  # type: ignore[arg-type]
        assert not holds(lambda _: answers.wait(), Address(), 0.2)
    finally:
        answers.set()


def test_a_fault_of_the_probe_is_not_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        wait_ready(lambda _: bool(1 // 0), Address(), None, 30)


class _Idle:
    """A child that runs on."""

    name = "shop"

    def running(self) -> bool:
        return True

    def tail(self) -> str:
        return ""

    def trim(self) -> None:
        """It writes little."""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
            r"\(its probe says no\): GET /health answers 401 Unauthorized; ",
        ),
        (
            b"HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n",
            r": GET /health answers 302 Found, to /login; ready= takes a path that answers 2xx$",
        ),
    ],
)
def test_what_a_path_answered_is_said(answer: bytes, words: str) -> None:
    with served(answer) as address, pytest.raises(SystemFailed, match=words):
        wait_ready(probe_for("/health"), address, _Idle(), 0.1)  # type: ignore[arg-type]
