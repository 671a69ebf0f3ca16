"""A PostgreSQL that answered, and then falls silent while the network goes on acknowledging: a real one."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from support.runs import make_run

from suite.errors import Interrupted, StoreError
from suite.faults import BlackHole
from suite.faults.proxy import FaultProxy
from suite.faults.proxy_process import PlannedFault
from suite.ledger.store import Ledger
from suite.measure.proc import tree
from suite.process.guard import interruptible
from suite.services import postgres
from suite.services.postgres import Postgres

pytest.importorskip("psycopg", reason="a ledger in PostgreSQL needs psycopg")

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

SILENT = "can't be used: the server has fallen silent; look at it and at the network, then try again"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(own=True) as one:
        yield one


@pytest.fixture
def swallowed(server: Postgres, tmp_path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A URL that leads to the server, and what has all be swallowed from then on."""
    proxy = FaultProxy(tmp_path, seed=1)
    url = make_url(server.url)
    way = url.set(host="127.0.0.1", port=proxy.open("ledger", "127.0.0.1", server.port))

    def swallow() -> None:
        proxy.plan([PlannedFault(1, BlackHole("ledger"), time.monotonic_ns(), None, 0.0)])
        time.sleep(0.2)

    yield way.render_as_string(hide_password=False), swallow
    proxy.stop()


def test_a_server_behind_a_black_hole_is_one_clear_line(swallowed: tuple[str, Callable[[], None]]) -> None:
    url, swallow = swallowed
    with Ledger(url, timeout=1.5) as ledger:
        ledger.add(make_run())
        swallow()
        with pytest.raises(StoreError) as caught:
            ledger.entries()
    assert str(caught.value).endswith(SILENT)
    assert "\n" not in str(caught.value)
    assert str(make_url(url).password) not in str(caught.value)


def test_what_waits_for_a_black_hole_can_be_interrupted(swallowed: tuple[str, Callable[[], None]]) -> None:
    url, swallow = swallowed
    with Ledger(url) as ledger:
        swallow()
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(Interrupted), interruptible():
            ledger.entries()


def test_what_was_interrupted_in_the_ledger_can_be_kept_there_yet(server: Postgres) -> None:
    with Ledger(server.url) as ledger:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
        with interruptible(), ledger.session() as session, pytest.raises(Interrupted):
            session.execute(text("SELECT pg_sleep(30)"))
        ledger.add(make_run(id="kept"))
        assert "kept" in ledger.ids("run")


def test_a_server_that_stands_still_is_one_clear_line(server: Postgres) -> None:
    with Ledger(server.url, timeout=1.5) as ledger:
        ledger.entries()
        stopped = tree(server.roots())
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(StoreError) as caught:
                ledger.entries()
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
    assert str(caught.value).endswith(SILENT)


def test_a_server_of_which_one_process_stands_still_is_one_clear_line(server: Postgres) -> None:
    """It takes connections: it was waited for without end."""
    with Ledger(server.url, timeout=1.5) as ledger, ledger.session() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(Exception, match="has not answered a statement for 4 s; look at it"):
                session.execute(text("SELECT 7"))
        finally:
            os.kill(pid, signal.SIGCONT)


def test_a_server_that_is_busy_with_a_statement_is_waited_for(server: Postgres) -> None:
    """It takes connections meanwhile."""
    with Ledger(server.url, timeout=1.5) as ledger, ledger.session() as session:
        assert session.execute(text("SELECT 7 FROM pg_sleep(2)")).scalar() == 7


def chattering() -> socket.socket:
    """A server that lets anybody in, and says something all the time but the answer."""
    listening = socket.create_server(("127.0.0.1", 0))

    def message(kind: bytes, text: bytes = b"") -> bytes:
        return kind + struct.pack(">I", len(text) + 4) + text

    def serve() -> None:
        peer, _ = listening.accept()
        with peer, contextlib.suppress(OSError):
            peer.recv(1 << 16)
            peer.sendall(message(b"R", bytes(4)) + message(b"Z", b"I"))
            peer.recv(1 << 16)
            while True:
                peer.sendall(message(b"N", b"SNOTICE\0C00000\0Mwait\0\0"))
                time.sleep(0.05)

    threading.Thread(target=serve, daemon=True).start()
    return listening


def test_a_server_that_says_all_but_the_answer_is_given_up() -> None:
    """Each piece of news had all of the waiting begin anew, ten times as long."""
    from suite.services.answering import answering

    with chattering() as server:
        host, port = server.getsockname()
        place = f"host={host} port={port} user=u dbname=d sslmode=disable gssencmode=disable"
        connection = answering(5.0, 2.0)(place, autocommit=True)
        with pytest.raises(Exception, match="the server has not answered a statement for 2 s; look at it"):
            connection.execute("SELECT 1")
        connection.close()
