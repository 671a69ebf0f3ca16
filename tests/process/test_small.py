"""Ports, cores, readiness, scratch directories."""

import os
import socket
import threading
import time
from typing import Any

import pytest

from suite.contract.address import Address
from suite.errors import ConfigurationError, SystemFailed
from suite.process.pinning import share_out
from suite.process.port import claim_port
from suite.process.ready import accepts_connections, probe_for, wait_ready


def test_a_port_that_is_free() -> None:
    port = claim_port()
    assert claim_port(port) == port
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(SystemFailed, match=f"port {port} is already"),
    ):
        claim_port(port)


def test_a_port_whose_connections_linger_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()  # ours is the end that stays in TIME_WAIT
        client.close()
    assert claim_port(port) == port


@pytest.mark.parametrize(
    ("workers", "cores", "system", "each"),
    [
        (1, {0}, None, [None]),
        (3, {5}, None, [None, None, None]),
        (1, {0, 1}, {0}, [{1}]),
        (3, {0, 1}, {0}, [{1}, {1}, {1}]),
        (2, {2, 4, 6, 8}, {2, 4}, [{6}, {8}]),
        (5, {0, 1, 2}, {0}, [{1}, {2}, {1}, {2}, {1}]),
    ],
)
def test_sharing_out_cores(workers: int, cores: set[int], system: set[int] | None, each: list[Any]) -> None:
    shared = share_out(workers, frozenset(cores))
    assert shared.system == system
    assert list(shared.workers) == each
    assert shared.apart is (system is not None)


def test_sharing_out_our_own_cores() -> None:
    shared = share_out(2)
    taken = {core for worker in shared.workers if worker for core in worker} | (shared.system or set())
    assert taken <= os.sched_getaffinity(0)


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
            address = Address(port=server.getsockname()[1])
            assert wait_ready(probe_for("/health"), address, None, 0.2) is ready
        finally:
            stop.set()
            thread.join()


def test_waiting_ends_soon_after_readiness_and_soon_after_the_deadline() -> None:
    begun = time.monotonic()
    ready_at = begun + 0.1
    assert wait_ready(lambda _: time.monotonic() > ready_at, Address(), None, 30)
    assert not wait_ready(lambda _: False, Address(), None, 0.1)
    assert time.monotonic() - begun < 10


def test_a_fault_of_the_probe_is_not_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        wait_ready(lambda _: bool(1 // 0), Address(), None, 30)
