"""A server that answers a byte at a time, without end: no time-out of a socket strikes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PAUSE = 0.05


@contextmanager
def trickling(begin: bytes = b"HTTP/1.1 200 OK\r\nx: ") -> Iterator[int]:
    """Its port; what is answered begins so."""
    over = threading.Event()

    def answer(peer: socket.socket) -> None:
        with peer, suppress(OSError):
            peer.recv(1 << 16)
            peer.sendall(begin)
            while not over.wait(_PAUSE):
                peer.sendall(b"x")

    def serve(server: socket.socket) -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(_PAUSE)
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            thread.join()
