"""The ledger on real files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session
from support.runs import any_runs, make_measured, make_run

from suite.config.ledger_url import shown
from suite.errors import ConfigurationError, StoreError
from suite.ledger.store import Ledger
from suite.records.run import Run


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "results" / "ledger.db") as opened:
        yield opened


def test_a_run_comes_back_equal(ledger: Ledger) -> None:
    run = make_run()
    ledger.add(run)
    assert ledger.run(run.id) == run


@given(run=any_runs())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_run_comes_back_equal(ledger: Ledger, run: Run) -> None:
    run = replace(run, id=uuid4().hex)  # examples share ids, and a ledger keeps the first
    ledger.add(run)
    assert ledger.run(run.id) == run


def test_a_run_is_there_for_the_next_process(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    with Ledger(place) as first:
        first.add(make_run())
    with Ledger(str(place)) as second:
        assert second.latest() == make_run()
    assert [item.name for item in tmp_path.iterdir()] == ["ledger.db"]


def test_adding_a_run_twice_keeps_the_first(ledger: Ledger) -> None:
    ledger.add(make_run())
    ledger.add(make_run(branch="other"))
    assert [entry.branch for entry in ledger.runs()] == ["main"]


def test_what_json_has_no_word_for_becomes_none_with_a_note(ledger: Ledger) -> None:
    run = make_run(metrics={"response.p99": make_measured("response.p99", float("nan"))})
    ledger.add(run)
    stored = ledger.run(run.id).metrics["response.p99"]
    assert (stored.value, stored.values) == (None, (None,))
    assert stored.note == "not a finite number: nan"


def test_undecodable_output_of_a_process_is_kept_as_escapes(ledger: Ledger) -> None:
    run = make_run(branch=b"caf\xe9\0".decode("utf-8", "surrogateescape"))
    ledger.add(run)
    assert ledger.run(run.id).branch == "caf\\udce9\\x00"


def test_a_run_is_found_by_the_start_of_its_id(ledger: Ledger) -> None:
    for name in ("aa1", "aa2", "b%x"):
        ledger.add(make_run(id=name))
    assert ledger.run("b").id == "b%x"
    with pytest.raises(ConfigurationError, match=r"several runs start with 'aa'.*: aa1, aa2"):
        ledger.run("aa")
    for unknown in ("%", "_a1", "c"):
        with pytest.raises(ConfigurationError, match="no run"):
            ledger.run(unknown)


def test_a_whole_id_is_found_though_others_start_with_it(ledger: Ledger) -> None:
    for name in ("a", "ab"):
        ledger.add(make_run(id=name))
    assert ledger.run("a").id == "a"


def test_runs_come_newest_first_whatever_their_time_zone(ledger: Ledger) -> None:
    assert ledger.latest() is None
    ledger.add(make_run(id="noon", started="2024-05-01T12:00:00+00:00"))
    ledger.add(make_run(id="earlier", started="2024-05-01T13:30:00+02:00"))
    ledger.add(make_run(id="later", started="2024-05-01T08:00:00-05:00", workload="api/read", commit=None))
    assert [entry.id for entry in ledger.runs()] == ["later", "noon", "earlier"]
    assert [entry.id for entry in ledger.runs("dicom/receive")] == ["noon", "earlier"]
    assert [entry.id for entry in ledger.runs(commit="0123")] == ["noon", "earlier"]
    assert [entry.id for entry in ledger.runs(limit=1)] == ["later"]
    newest = ledger.latest("dicom/receive")
    assert newest is not None
    assert newest.id == "noon"
    assert ledger.workloads() == ["api/read", "dicom/receive"]


def test_an_entry_has_the_headline_metrics(ledger: Ledger) -> None:
    ledger.add(make_run())
    (entry,) = ledger.runs()
    assert entry.metrics["response.p99"].value == make_run().metrics["response.p99"].value
    assert "memory.idle" not in entry.metrics
    assert (entry.verdict, entry.exit_code, entry.rounds) == ("pass", 0, 3)


def test_equal_environments_have_equal_hashes(ledger: Ledger) -> None:
    ledger.add(make_run(id="a", environment={"x": 1, "y": 2}))
    ledger.add(make_run(id="b", environment={"y": 2, "x": 1}))
    ledger.add(make_run(id="c", environment={"x": 1, "y": 3}))
    hashes = {entry.id: entry.environment_hash for entry in ledger.runs()}
    assert hashes["a"] == hashes["b"] != hashes["c"]


def test_a_url_opens_the_same_ledger_as_its_path(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add(make_run())
    with Ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        assert len(ledger.runs()) == 1


@pytest.mark.parametrize("name", ["a?b#c.db", "100%.db", "ä b.db"])
def test_any_file_name_works(tmp_path: Path, name: str) -> None:
    with Ledger(tmp_path / name) as ledger:
        ledger.add(make_run())
    assert [item.name for item in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("url", ["nonsense://x/y", "://", "sqlite://", "postgresql+nodriver://x/y"])
def test_a_url_that_can_not_work_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError):
        Ledger(url)


def test_a_run_whose_document_is_damaged_is_told(ledger: Ledger) -> None:
    ledger.add(make_run())
    with ledger._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE documents SET data = '{}'")
    with pytest.raises(StoreError, match="is damaged: there is no id"):
        ledger.run("2024")


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("postgresql://me:geheim@host/db", "postgresql+psycopg://me:***@host/db"),
        ("postgresql://me:ge/heim@host/db", "postgresql+psycopg://me:***@host/db"),
        ("postgresql://me:ge%40heim@host/db", "postgresql+psycopg://me:***@host/db"),
        (
            "postgresql://me@host/db?password=geheim&sslmode=require",
            "postgresql+psycopg://me@host/db?password=***&sslmode=require",
        ),
        ("sqlite:///a/b.db", "a/b.db"),
        ("a/b.db", "a/b.db"),
    ],
)
def test_a_place_is_shown_without_its_password(url: str, seen: str) -> None:
    assert shown(url) == seen


@pytest.mark.parametrize(
    "url", ["postgresql://me:ge/heim@host:port/x", "postgresql://me@host:port/x?password=geheim"]
)
def test_a_malformed_url_is_shown_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not a database URL") as fault:
        Ledger(url)
    assert "heim" not in str(fault.value)


def test_a_password_with_an_at_sign_is_no_part_of_the_host() -> None:
    with pytest.raises(
        ConfigurationError, match=r"//me:\*\*\*@host/db: in a user or password write @ as %40"
    ):
        Ledger("postgresql://me:ge@heim@host/db")


def test_what_another_process_stored_meanwhile_is_no_fault(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.add(make_run(id="a"))
    late = [None]  # the first question is answered as before the other process was done

    def get(session: Session, table: Any, key: Any) -> Any:
        return late.pop() if late else Session.get(session, table, key)

    monkeypatch.setattr("suite.ledger.store.Session", type("Late", (Session,), {"get": get}))
    assert ledger.add_new([make_run(id="a"), make_run(id="b")]) == 1
    assert {entry.id for entry in ledger.runs()} == {"a", "b"}
