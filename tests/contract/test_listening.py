"""Ports of what is started."""

import socket
from collections.abc import Iterator

import pytest
from support.serving import listen

from suite import Server
from suite.errors import SystemFailed


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_taken(taken: int) -> None:
    with pytest.raises(SystemFailed, match=f"port {taken} is already taken"), Server(listen, port=taken):
        pass


def test_a_port_of_ones_own_choice() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Server(listen, port=port) as system:
        assert system.port == port
