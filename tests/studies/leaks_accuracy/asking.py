"""Requests to a leaky server without an engine: four connections that stay, asked in turn."""

import contextlib
import socket

from studies.leaks_accuracy.cases import USERS


@contextlib.contextmanager
def connected(system):
    """A function that asks so many times, over connections that are closed at the end."""
    with contextlib.ExitStack() as stack:
        address = (system.host, system.port)
        lines = [stack.enter_context(socket.create_connection(address, timeout=20)) for _ in range(USERS)]

        def ask(requests):
            for number in range(requests):
                line = lines[number % USERS]
                line.sendall(b"?")
                if line.recv(1) != b".":
                    raise ConnectionResetError("the leaky server closed the connection")

        yield ask
