"""PostgreSQL and Redis beside a system: real ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from examples.load_echo import Nothing, Talker, echo_server

from suite import Component, Threshold, Workload, closed_loop
from suite.config.settings import Settings
from suite.contract.system import Placement
from suite.engine.coordinator import run
from suite.errors import ConfigurationError, SystemFailed
from suite.measure import proc
from suite.process.port import claim_port
from suite.services import postgres, redis
from suite.services.postgres import Postgres, _copied, _programs
from suite.services.redis import Redis

pytestmark = pytest.mark.usefixtures("rounds_once")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres(settings={"max_connections": "17"}) as server:
        yield server.url
        left, child = psycopg.connect(server.url), server.child
    assert child.exit_status == 0  # although somebody was connected
    left.close()


def asked(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row and row[0]


def test_an_embedded_postgresql_is_a_real_one_with_its_settings(database: str) -> None:
    assert str(asked(database, "select version()")).startswith("PostgreSQL")
    assert asked(database, "show max_connections") == "17"
    assert asked(database, "show listen_addresses") == "127.0.0.1"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(database.replace("@", "x@"))


def test_a_round_has_a_database_of_its_own_where_one_runs_already(database: str, tmp_path: Path) -> None:
    server = postgres(database)
    server.start(Placement(tmp_path / "database"))
    name = str(asked(server.url, "select current_database()"))
    assert name.startswith("loadledger_")
    assert server.roots() == []
    figures = server.figures()
    assert figures["postgres.transactions"] > 0
    assert 0 < figures["postgres.cache_hits"] <= 1
    server.stop()
    assert asked(database, f"select count(*) from pg_database where datname = '{name}'") == 0
    assert server.figures() == {}


def test_an_embedded_redis_is_a_real_one() -> None:
    with redis() as server:
        assert isinstance(server, Redis)
        assert server.figures()["redis.memory"] > 0
        pid = server.pid
        assert proc.stat(pid)
        with redis(server.url) as other:
            assert isinstance(other, Redis)
            assert other.url == server.url
            assert other.figures()["redis.commands"] > 0
        wrong = redis(f"redis://:wrong@127.0.0.1:{server.port}/0", deadline=0.2)
        with pytest.raises(SystemFailed, match=r"no Redis answers at 127\.0\.0\.1"):
            wrong.start(Placement(server.directory))
    assert not proc.stat(pid)


@pytest.mark.parametrize("make", [postgres, redis])
def test_nobody_there_is_told_without_the_password(make, tmp_path, monkeypatch):
    scheme = {"postgres": "postgresql", "redis": "redis"}[make.__name__]
    monkeypatch.setenv(
        f"LOADLEDGER_{make.__name__.upper()}", f"{scheme}://me:secret@127.0.0.1:{claim_port()}/x"
    )
    with pytest.raises(SystemFailed, match="answers at") as caught:
        make(deadline=0.1).start(Placement(tmp_path / "there"))
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="is no ") as refused:
        make("mysql://me:secret@host/x")
    assert "secret" not in str(refused.value)


def test_what_helpers_tell_of_themselves_is_in_the_run():
    workload = Workload(
        "served/ask",
        echo_server(),
        Talker,
        loop=closed_loop(1, operations=5),
        beside={"cache": redis()},
        thresholds=[Threshold("redis.memory@cache", critical="1GB")],
    )
    result = run(workload, Settings(rounds=1))
    assert result.error is None
    assert result.metrics["redis.memory@cache"].unit == "B"
    assert result.thresholds[0].passed
    assert result.metrics["memory.peak@cache"].value


def test_an_object_has_no_helpers():
    """They were once left out without a word."""
    system, loop = Component(Nothing), closed_loop(1, operations=1)
    with pytest.raises(ConfigurationError, match="beside= is for a Server"):
        Workload("a/b", system, Talker, loop=loop, beside={"cache": redis()})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run it as")
def test_root_has_it_run_by_nobody_who_can_not_reach_it_where_it_is(monkeypatch, tmp_path):
    """As in a virtual environment of tox, which is closed to others."""
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    there = _copied(_programs(), closed / "site")
    monkeypatch.setattr(sys.modules[Postgres.__module__], "_programs", lambda: there)
    with postgres() as server:
        assert asked(server.url, "select 1") == 1
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
