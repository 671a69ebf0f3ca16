"""Ports that nobody listens on."""

import socket

import pytest

from suite.errors import SystemFailed
from suite.process.port import claim_port


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
