"""The ledger in a PostgreSQL database, where a server for it can be had."""

from __future__ import annotations

import gc
import json
import multiprocessing
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from support.bulk import fill_fast, sha_of
from support.ledger import import_and_accept
from support.records import make_search
from support.runs import make_run

from suite.config.ledger_url import url_of
from suite.errors import ConfigurationError, StoreError
from suite.ledger.commit_order import CommitOrder
from suite.ledger.database import open_engine
from suite.ledger.detections import AcceptedChange, Detections
from suite.ledger.pruning import Pruning, orders
from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import TimelineReader
from suite.records.leak import LeakSearch
from suite.services import postgres

pytest.importorskip("psycopg", reason="a ledger in PostgreSQL needs psycopg")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres() as server:
        yield server.url.replace("postgresql://", "postgresql+psycopg://")


def test_everything_that_a_file_can_do(url: str, tmp_path: Path) -> None:
    with Ledger(url) as ledger:
        ledger.add(make_run())
        ledger.add(make_run())
        assert ledger.run(make_run().id) == make_run()
        assert ledger.add_new([make_run(), make_run(id="x"), make_search()]) == 2
        assert ledger.records(LeakSearch) == [make_search()]
    fill_fast(url, "shop/browse", range(60), steps=[40], metrics=["response.p50"])
    with Ledger(url) as ledger:
        lines = TimelineReader(ledger)
        [line] = [line for line in lines.all("shop/browse") if line.kind == "run"]
        some = Detections(ledger, CommitOrder(folder=tmp_path))
        quantities = list(lines.quantities(line).values())
        [found] = some.of(line, quantities)
        assert found.places[0].commit == sha_of(40)
        some.accept(AcceptedChange("shop/browse", "response.p50", sha_of(40), "wanted"))
        assert some.of(line, quantities)[0].since == sha_of(40)
        assert Detections(ledger, CommitOrder(folder=tmp_path)).of(line, quantities, until=0) != []
        pruning = Pruning(ledger, [CommitOrder(folder=tmp_path)], keep=5)
        assert [one.runs for one in pruning.planned() if one.workload == "shop/browse"] == [20]
        assert pruning.carry_out() == 20
        assert [one.places[0].commit for one in some.of(line, quantities)] == [sha_of(40)]
        assert orders(ledger)


@pytest.mark.exhaustive
def test_several_that_import_the_same_at_once_all_can(url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(3)
    children = [spawn.Process(target=import_and_accept, args=(url, "", barrier)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0, 0]
    with Ledger(url) as ledger:
        assert sum(name.startswith("same") for name in ledger.ids("run")) == 30


def test_a_team_s_ledger_comes_into_a_file_and_is_not_changed(url: str, command) -> None:  # type: ignore[no-untyped-def]
    with Ledger(url) as ledger, ledger.session(writing=True) as session:
        ledger.add(make_run(id="theirs"))
        said = command("import", url, "--results", "other")
        assert f"{make_url(url).password}" not in said.out
        with Ledger("other/ledger.db") as copy:
            assert copy.ids("run") == ledger.ids("run")
        session.connection().exec_driver_sql("UPDATE loadledger_version SET version_num = '0003'")
        session.commit()
        [line] = command("import", url, "--results", "other").complaints
        gc.collect()  # a connection that was left open would be told
        assert "is of an older loadledger (revision 0003) and is left as it is" in line
        session.connection().exec_driver_sql("UPDATE loadledger_version SET version_num = '0005'")
        session.commit()


def test_commands_of_a_team_share_it(url: str, command) -> None:  # type: ignore[no-untyped-def]
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    command.example("load_counter.py")
    assert command("run", "load_counter.py", "-k", "click", "--operations", 9, "--ledger", plain).code == 0
    assert not (command.folder / "results/ledger.db").exists()
    [one] = json.loads(command("show", "--json", "--ledger", plain).out)["runs"][:1]
    assert command("show", one["id"], "--ledger", plain).code == 0
    said = command("compare", one["id"], one["id"], "--ledger", plain)
    assert (said.code, said.err) == (3, "")


def test_a_server_that_is_not_there_is_one_clear_line() -> None:
    with pytest.raises(StoreError, match=r"can't be used: .*; is the server running") as fault:
        Ledger("postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
    assert "\n" not in str(fault.value)
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize("url", ["postgresql://me:secret@host:port/x", "://me:secret@x"])
def test_what_is_no_url_is_said_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not a database URL") as fault:
        Ledger(url)
    assert "secret" not in str(fault.value)


def test_a_lock_that_somebody_holds_is_waited_for_until_the_timeout(url: str) -> None:
    Ledger(url).close()
    holder = create_engine(url)
    with Ledger(url, timeout=0.2) as ledger, holder.begin() as held:
        held.execute(text("LOCK TABLE results IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreError, match="stays locked by another process; wait for it or end it"):
            ledger.entries()
    holder.dispose()


def test_a_statement_that_takes_for_ever_is_given_up(url: str) -> None:
    ledger = Ledger(url, timeout=0.1)
    with pytest.raises(StoreError, match="takes too long to answer"), ledger.session() as session:
        session.execute(text("SELECT pg_sleep(100)"))
    ledger.close()


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"postgresql://me:secret@127.0.0.1:{silent.getsockname()[1]}/ledger"
        with pytest.raises(StoreError, match="timeout expired") as caught:
            Ledger(place, timeout=1.0)
    assert "secret" not in str(caught.value)


def test_what_the_url_says_of_time_outs_is_kept() -> None:
    assert open_engine(url_of("postgresql://h/n?connect_timeout=3"), 30.0).url.query == {
        "connect_timeout": "3"
    }


def test_a_server_that_was_started_anew_in_between_is_connected_to_again(url: str) -> None:
    other = create_engine(url, isolation_level="AUTOCOMMIT")
    with Ledger(url) as ledger, other.connect() as admin:
        assert ledger.ids("run", "anew") == []
        admin.execute(
            text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        )
        ledger.add(make_run(id="anew", workload="anew"))
        assert ledger.ids("run", "anew") == ["anew"]
    other.dispose()


@pytest.fixture
def guest(url: str) -> Iterator[str]:
    """The URL of a user that may do nothing with the ledger there, until it is allowed."""
    Ledger(url).close()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        admin.execute(text("CREATE ROLE guest LOGIN PASSWORD 'of-mine'"))
        yield make_url(url).set(username="guest", password="of-mine").render_as_string(hide_password=False)
        admin.execute(text("DROP OWNED BY guest"))
        admin.execute(text("DROP ROLE guest"))
    engine.dispose()


def test_what_a_server_does_not_do_is_said_with_what_mends_it(url: str, guest: str) -> None:
    with pytest.raises(StoreError, match="denies this user what a ledger takes; have it own"):
        Ledger(guest)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as admin, Ledger(url) as ledger:
        admin.execute(text("ALTER ROLE guest CONNECTION LIMIT 0"))
        with pytest.raises(StoreError, match=r"too many connections for role .*; end some connections that"):
            Ledger(guest)
        other = make_url(guest).set(password="another").render_as_string(hide_password=False)
        nowhere = make_url(url).set(database="nowhere").render_as_string(hide_password=False)
        with pytest.raises(StoreError, match="; look at user and password in its URL"):
            Ledger(other)
        with pytest.raises(StoreError, match="does not exist; make it with createdb"):
            Ledger(nowhere)
        with pytest.raises(StoreError, match="is read-only, as a standby is; name a server"):
            _asked(ledger, "SET TRANSACTION READ ONLY", "DELETE FROM results")
        with pytest.raises(StoreError, match="was lost: the server was shut down, or ended our"):
            _asked(ledger, "SELECT pg_terminate_backend(pg_backend_pid())")
        assert ledger.runs() is not None
    engine.dispose()


def _asked(ledger: Ledger, *statements: str) -> None:
    with ledger.session(writing=True) as session:
        for statement in statements:
            session.execute(text(statement))
