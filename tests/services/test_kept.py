"""Servers that several rounds share."""

from __future__ import annotations

import os
import signal
from collections.abc import Hashable
from pathlib import Path

import psycopg
import pytest
from support.databases import asked
from support.processes import wait_for

from suite.contract.system import Placement
from suite.errors import ConfigurationError
from suite.measure import proc
from suite.services import postgres
from suite.services.kept import _end, _kept


def kept_under(pid: int) -> Hashable:
    """The key of the one with this process; other tests may have kept theirs."""
    (key,) = (one for one, (kept, _) in _kept.items() if pid in kept.roots())
    return key


def test_a_session_keeps_its_server_and_each_round_has_a_database(tmp_path: Path) -> None:
    server = postgres(keep="session")
    seen: list[tuple[str, int]] = []
    for number in range(2):
        server.start(Placement(tmp_path / str(number)))
        (root,) = server.roots()
        seen.append((server.url, root))
        assert server.failure() is None
        assert asked(server.url, "select count(*) from pg_class where relname = 'mine'") == 0
        with psycopg.connect(server.url) as connection:
            connection.execute("create table mine (a int)")
        server.stop()
        assert server.roots() == []
    (first, pid), (second, same) = seen
    assert pid == same
    assert first != second
    key = kept_under(pid)
    _end(key, owner=1)  # a fork of ours leaves it alone
    assert proc.stat(pid)
    _end(key)
    assert not proc.stat(pid)


@pytest.mark.exhaustive
def test_one_that_died_is_replaced(tmp_path: Path) -> None:
    server = postgres(keep="session", settings={"max_connections": "18"})
    server.start(Placement(tmp_path / "first"))
    (pid,) = server.roots()
    server.stop()
    key = kept_under(pid)
    os.kill(pid, signal.SIGKILL)
    assert wait_for(_kept[key][0].failure)
    server.start(Placement(tmp_path / "again"))
    assert server.roots() != [pid]
    server.stop()
    _end(key)


def test_how_long_it_is_kept_is_one_of_two() -> None:
    with pytest.raises(ConfigurationError, match=r"keep='always'\): 'round' or 'session' is wanted"):
        postgres(keep="always")  # type: ignore[arg-type]
