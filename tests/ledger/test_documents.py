"""The document is the truth: older ledgers become documents, and what queries ask follows from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from support.capacities import make_capacity
from support.costs import make_costs
from support.old_ledgers import write_old_ledger
from support.overloads import make_recovery
from support.records import any_searches, make_calibration, make_search
from support.resiliences import make_resilience
from support.runs import any_runs, make_comparison, make_run

from suite.ledger.models import DocumentRow, MetricRow, OutcomeRow, ResultRow, SuspectRow
from suite.ledger.rows import index_rows
from suite.ledger.store import Ledger
from suite.records.leak import LeakSearch
from suite.records.reason import Reason
from suite.records.run import Run

RECORDS = (
    make_run(),
    make_search(),
    make_capacity(),
    make_costs(),
    make_comparison(),
    make_calibration(),
    make_resilience(),
    make_recovery(),
)
_slow = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def check(ledger: Ledger) -> int:
    """Each table says what follows from the documents, and no more; how many documents there are."""
    with ledger.session() as session:
        documents = session.scalars(select(DocumentRow)).all()
        for document in documents:
            wanted = index_rows(document.kind, document.data)
            for table, rows in (
                (ResultRow, [wanted.result]),
                (MetricRow, wanted.metrics),
                (OutcomeRow, wanted.outcomes),
                (SuspectRow, wanted.suspects),
            ):
                query: Any = select(table).where(table.number == document.number)
                found = [
                    {column.name: getattr(one, column.name) for column in table.__table__.c}
                    for one in session.scalars(query)
                ]
                expected = [{**row, "number": document.number} for row in rows]
                key = "position" if table is not ResultRow else "id"
                assert sorted(found, key=lambda row: row[key]) == expected
        count = {len(session.scalars(select(ResultRow)).all()), len(documents)}
    assert len(count) == 1
    return count.pop()


def test_a_ledger_has_records_of_all_kinds(path: Path) -> None:
    with Ledger(path) as ledger:
        assert ledger.add_new(RECORDS) == len(RECORDS)
        assert ledger.add_new(RECORDS) == 0
        assert check(ledger) == len(RECORDS)
        for record in RECORDS:
            assert ledger.record(record.id, record.KIND) == record
        kinds = {entry.kind for entry in ledger.entries()}
        assert kinds == {
            "run",
            "leaks",
            "capacity",
            "costs",
            "comparison",
            "calibration",
            "resilience",
            "recovery",
        }


def test_searches_have_a_metric_each(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.add_new([make_search(), make_capacity()])
        with ledger.session() as session:
            found = {row.name: row for row in session.scalars(select(MetricRow))}
    assert found["leak.bytes_per_operation"].value == 1020.0
    capacity = found["capacity"]
    low, high = make_capacity().interval
    assert capacity.values == [low, high]
    assert low is not None
    assert capacity.value is not None
    assert low < capacity.value < (high or 0)
    assert (capacity.unit, capacity.better, capacity.at_least) == ("1/s", "higher", False)


@given(run=any_runs())
@_slow
def test_any_run_is_indexed(tmp_path: Path, run: Run) -> None:
    place = tmp_path / f"{run.id}.db"
    place.unlink(missing_ok=True)  # of an example that failed and is tried again
    with Ledger(place) as ledger:
        ledger.add(run)
        assert check(ledger) == 1
    place.unlink()


@pytest.mark.exhaustive
@given(run=any_runs(), search=any_searches())
@_slow
def test_any_record_of_an_old_ledger_comes_over(tmp_path: Path, run: Run, search: LeakSearch) -> None:
    place = tmp_path / f"{run.id}.db"
    place.unlink(missing_ok=True)  # of an example that failed and is tried again
    run = replace(run, observed=(), incidents=())  # nothing was, then
    search = replace(search, verdict=replace(search.verdict, reasons=(Reason.of_text("it grows"),)))
    write_old_ledger(place, run, search)
    with Ledger(place) as ledger:
        assert check(ledger) == 2
        assert ledger.run(run.id) == replace(run, partial=ledger.run(run.id).partial)
        assert ledger.leak(search.id) == search
    place.unlink()


@pytest.mark.exhaustive
def test_a_long_upgrade_says_how_far_it_is(path: Path) -> None:
    write_old_ledger(path, *(make_run(id=f"r{at}") for at in range(450)), make_search())
    told: list[tuple[int, int]] = []
    with Ledger(path, progress=lambda done, total: told.append((done, total))) as ledger:
        assert check(ledger) == 451
    assert told == [(200, 451), (400, 451), (450, 451), (451, 451)]


def test_an_upgrade_that_is_interrupted_leaves_all_as_it_was(path: Path) -> None:
    write_old_ledger(path, make_run(), make_search())

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Ledger(path, progress=interrupt)
    with Ledger(path) as ledger:
        assert check(ledger) == 2
        assert ledger.latest() == make_run()


def test_an_upgrade_that_takes_long_is_logged(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_old_ledger(path, make_run(), make_search())
    monkeypatch.setattr("suite.ledger.schema._SECONDS", 0.0)
    Ledger(path).close()
    assert [record.message for record in caplog.records] == [
        f"bringing ledger {path} up to date: {done} of 2" for done in (1, 2)
    ]
