"""A PostgreSQL that lets everybody in and answers no statement: frozen, or a pooler without a connection."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from suite.contract.address import Address
from suite.contract.system import Placement
from suite.errors import SystemFailed
from suite.services import postgres, service

pytest.importorskip("psycopg")
_TLS = struct.pack("!I", 80877103)


@pytest.fixture
def frozen() -> Iterator[str]:
    """The URL of one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server,), daemon=True).start()
        yield f"postgresql://me:secret@127.0.0.1:{server.getsockname()[1]}/there"
        server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_let_in, args=(connection,), daemon=True).start()


def _let_in(connection: socket.socket) -> None:
    with connection, suppress(OSError):
        while _received(connection).startswith(_TLS):
            connection.sendall(b"N")
        connection.sendall(
            _message(b"R", struct.pack("!I", 0))
            + _message(b"S", b"server_version\0" + b"16.0\0")
            + _message(b"S", b"client_encoding\0UTF8\0")
            + _message(b"K", struct.pack("!II", 1, 2))
            + _message(b"Z", b"I")
        )
        while connection.recv(65536):
            pass


def _received(connection: socket.socket) -> bytes:
    (size,) = struct.unpack("!I", connection.recv(4))
    return connection.recv(size - 4)


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def test_a_database_that_lets_in_and_never_answers_is_told(frozen: str, tmp_path: Path) -> None:
    """It was waited for without end."""
    one = postgres(frozen, deadline=0.2)
    with pytest.raises(SystemFailed, match="the server has not answered a statement for") as told:
        one.start(Placement(tmp_path / "there"))
    one.stop()
    assert "secret" not in str(told.value)


def test_one_that_freezes_in_a_round_tells_nothing_at_its_end(
    frozen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ASKED", 0.2)
    one = postgres(frozen, deadline=0.2)
    one.attach(Address(url=frozen))
    assert one.figures() == {}
    with pytest.raises(ConnectionError):
        one.statements()
    with pytest.raises(ConnectionError):
        one.explained("select 1")
    one._dropped(frozen, "nothing")


def test_an_embedded_one_that_can_not_be_made_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "initdb"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    (tmp_path / "data").mkdir()
    one = postgres(own=True, deadline=0.2)
    monkeypatch.setattr(one, "_data", lambda _: (tmp_path, tmp_path / "data", None))
    with pytest.raises(SystemFailed, match=r"had not made its database in 0\.2 s"):
        one.start(Placement(tmp_path / "there"))
    one.stop()
