"""A PostgreSQL that lets everybody in and answers no statement: frozen, or a pooler without a connection. And
servers whose answer never comes to its end, each piece of which had the waiting begin anew, or says nothing.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import pytest
from support.trickling import trickling

from suite.contract.address import Address
from suite.contract.system import Placement
from suite.errors import StoreError, SystemFailed
from suite.ledger.store import Ledger
from suite.services import postgres, redis, service

pytest.importorskip("psycopg")
_TLS = struct.pack("!I", 80877103)


@pytest.fixture
def frozen() -> Iterator[str]:
    """The URL of one."""
    with _served(lambda _: None) as url:
        yield url


@pytest.fixture
def dawdling() -> Iterator[str]:
    """The URL of one that says all but the answer."""

    def say(connection: socket.socket) -> None:
        while True:
            connection.sendall(_message(b"N", b"SNOTICE\0C00000\0Mwait\0\0"))
            time.sleep(0.02)

    with _served(say) as url:
        yield url


@contextmanager
def _served(answer: Callable[[socket.socket], None], *, in_vain: bytes = b"") -> Iterator[str]:
    """One that answers so, or turns everybody away with these words."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        greeting = in_vain or _let_in()
        threading.Thread(target=_serve, args=(server, greeting, answer), daemon=True).start()
        yield f"postgresql://me:secret@127.0.0.1:{server.getsockname()[1]}/there"
        server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, greeting: bytes, answer: Callable[[socket.socket], None]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_talk, args=(connection, greeting, answer), daemon=True).start()


def _let_in() -> bytes:
    return (
        _message(b"R", struct.pack("!I", 0))
        + _message(b"S", b"server_version\0" + b"16.0\0")
        + _message(b"S", b"client_encoding\0UTF8\0")
        + _message(b"K", struct.pack("!II", 1, 2))
        + _message(b"Z", b"I")
    )


def _talk(connection: socket.socket, greeting: bytes, answer: Callable[[socket.socket], None]) -> None:
    with connection, suppress(OSError):
        while _received(connection).startswith(_TLS):
            connection.sendall(b"N")
        connection.sendall(greeting)
        while connection.recv(65536):
            answer(connection)


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


def test_a_database_that_never_comes_to_an_end_is_given_up_as_one_that_is_silent(
    dawdling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("suite.services.postgres"), "_LEAST", 0.2)  # not the function
    one = postgres(dawdling, deadline=0.2)
    one.attach(Address(url=dawdling))
    with pytest.raises(ConnectionError, match="the server has not answered a statement for"):
        one.statements()
    assert one.figures() == {}


def test_what_only_speaks_postgresql_and_counts_nothing_tells_no_figures() -> None:
    """CockroachDB's pg_stat_database is empty; that was a fault of ours, and the round was lost."""
    nothing = _message(b"C", b"SELECT 0\0") + _message(b"Z", b"I")
    with _served(lambda connection: connection.sendall(nothing)) as url:
        one = postgres(url, deadline=5)
        one.attach(Address(url=url))
        assert one.figures() == {}


@pytest.mark.parametrize("said", [b"", b" \n"])
def test_a_server_that_turns_us_away_without_a_word_is_told(said: bytes, tmp_path: Path) -> None:
    """It was a fault of ours."""
    fatal = _message(b"E", b"SFATAL\0C28000\0M" + said + b"\0\0")
    with _served(lambda _: None, in_vain=fatal) as url:
        one = postgres(url, deadline=0.1)
        with pytest.raises(SystemFailed, match="turns us away: it does not say why"):
            one.start(Placement(tmp_path / "there"))
        one.stop()


def test_a_ledger_that_never_comes_to_an_end_is_one_clear_line(dawdling: str) -> None:
    with pytest.raises(
        StoreError, match="the server has not answered a statement for 1 s; look at it"
    ) as told:
        Ledger(dawdling, timeout=0.3).ids("run")
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("begin", [b"+PO", b"$1000\r\nx"])
def test_a_redis_that_answers_byte_by_byte_is_given_up(begin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("suite.services.redis"), "_PATIENCE", 0.2)
    with trickling(begin) as port:
        one = redis(url := f"redis://127.0.0.1:{port}/0")
        one.attach(Address("127.0.0.1", port, url))
        with pytest.raises(TimeoutError):
            one._answers(one)
        assert not one.answers()
        assert one.figures() == {}
