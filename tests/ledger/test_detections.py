"""What is stored of detections is what a search of everything would find, whatever came in between."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, select
from support.bulk import ENVIRONMENT, PLAN, fill_fast, sha_of
from support.runs import make_measured, make_run

from suite.ledger import detections
from suite.ledger.commit_order import CommitOrder
from suite.ledger.detections import AcceptedChange, Detected, Detections
from suite.ledger.models import DetectionRow, DocumentRow, ResultRow
from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import Quantity, Timeline, TimelineReader
from suite.stats.changepoint import Detection, detect, extend

P50 = Quantity("response.p50", "s", "lower")
ONE = ("response.p50",)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def search(path: Path, **options: Any) -> tuple[Timeline, Detected]:
    with Ledger(path) as ledger:
        line = TimelineReader(ledger).all("shop/browse")[0]
        return line, Detections(ledger, CommitOrder(folder=path.parent)).of(line, [P50], **options)[0]


def whole(path: Path, pinned: int = 0) -> Detection:
    with Ledger(path) as ledger:
        lines = TimelineReader(ledger)
        line = lines.all("shop/browse")[0]
        commits = [one.commit for one in CommitOrder(folder=path.parent).arranged(lines.commits(line))[0]]
        return detect(lines.values(line, "response.p50", commits), pinned=pinned)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """How the detector was called: its name and how many values it was given."""
    seen: list[tuple[str, int]] = []

    def full(values: Any, **options: Any) -> Detection:
        seen.append(("detect", len(values)))
        return detect(values, **options)

    def more(known: Detection, tail: Any, **options: Any) -> Detection:
        seen.append(("extend", len(tail)))
        return extend(known, tail, **options)

    monkeypatch.setattr(detections, "detect", full)
    monkeypatch.setattr(detections, "extend", more)
    return seen


def test_a_change_is_found_with_its_commit_and_kept(path: Path, searches: list[Any]) -> None:
    fill_fast(path, "shop/browse", range(80), steps=[50], metrics=ONE)
    line, found = search(path)
    [point], [place] = found.detection.points, found.places
    assert (point.direction, point.alert) == ("worse", True)
    assert (place.commit, place.good, place.bad) == tuple(
        sha_of(at) for at in (point.index, point.earliest - 1, point.latest)
    )
    assert search(path) == (line, found)
    assert searches == [("detect", 80)]


def test_new_commits_have_only_the_tail_looked_at(path: Path, searches: list[Any]) -> None:
    fill_fast(path, "shop/browse", range(700), steps=[300], metrics=ONE)
    search(path)
    for start in (700, 701, 702):
        fill_fast(path, "shop/browse", [start], steps=[300, 702], metrics=ONE, seed=start)
        search(path)
    assert [name for name, _ in searches] == ["detect", *["extend"] * 3]
    assert all(count <= 302 for _, count in searches[1:])
    assert search(path)[1].detection.points[0].index == whole(path).points[0].index


def test_an_old_commit_that_is_measured_later_has_all_looked_at_again(
    path: Path, searches: list[Any]
) -> None:
    places = [at for at in range(500) if not 100 <= at < 140]
    fill_fast(path, "shop/browse", places, steps=[120], metrics=ONE)
    before = search(path)[1].places[0]
    assert (before.good, before.bad) == (sha_of(99), sha_of(140))
    fill_fast(path, "shop/browse", range(100, 140), steps=[120], metrics=ONE, seed=2)
    after = search(path)[1]
    assert after.detection == whole(path)
    assert after.places[0].commit == sha_of(120)
    assert [name for name, _ in searches] == ["detect", "detect"]


def test_a_lost_commit_has_all_looked_at_again(path: Path) -> None:
    fill_fast(path, "shop/browse", range(400), steps=[200], metrics=ONE)
    search(path)
    with Ledger(path) as ledger, ledger.session(writing=True) as session:
        gone = select(ResultRow.number).where(ResultRow.commit == sha_of(7))
        session.execute(delete(DocumentRow).where(DocumentRow.number.in_(gone)))
        session.commit()
    assert search(path)[1].detection == whole(path)


def test_the_newest_commit_measured_once_more_costs_the_tail_only(path: Path, searches: list[Any]) -> None:
    fill_fast(path, "shop/browse", range(400), metrics=ONE)
    search(path)
    with Ledger(path) as ledger:
        again = {"response.p50": make_measured("response.p50", 9.0)}
        ledger.add(
            make_run(
                id="again",
                workload="shop/browse",
                commit=sha_of(399),
                environment=ENVIRONMENT,
                plan=PLAN,
                metrics=again,
            )
        )
    assert search(path)[1].detection == whole(path)
    assert searches == [("detect", 400), ("extend", 300)]


def test_accepting_resets_what_drift_is_measured_against(path: Path) -> None:
    fill_fast(path, "shop/browse", range(100), steps=[60], metrics=ONE)
    line, found = search(path)
    with Ledger(path) as ledger:
        some = Detections(ledger, CommitOrder(folder=path.parent))
        some.accept(AcceptedChange("shop/browse", "response.p50", sha_of(60), "checks more"))
        accepted = some.of(line, [P50])[0]
        some.accept(AcceptedChange("shop/browse", "response.p50", sha_of(60), "checks much more"))
        assert [one.reason for one in some.accepted()] == ["checks much more"]
    assert (found.since, accepted.since) == (None, sha_of(60))
    assert accepted.detection.pin.index == 60
    assert accepted.detection == whole(path, pinned=60)


def test_without_time_only_what_is_known_is_told(path: Path) -> None:
    fill_fast(path, "shop/browse", range(40), metrics=ONE)
    with Ledger(path) as ledger:
        line = TimelineReader(ledger).all()[0]
        some = Detections(ledger, CommitOrder(folder=path.parent))
        assert some.of(line, [P50], until=0) == []
        found = some.of(line, [P50])
        assert some.of(line, [P50], until=0) == found


def test_a_ledger_that_can_not_be_written_still_answers(path: Path) -> None:
    fill_fast(path, "shop/browse", range(80), steps=[50], metrics=ONE)
    with Ledger(path) as ledger:
        line = TimelineReader(ledger).all()[0]
        some = Detections(ledger, CommitOrder(folder=path.parent))

        def full(connection: Any, *_: Any) -> None:
            connection.execute("PRAGMA query_only = ON")

        event.listen(ledger._engine, "connect", full)
        assert len(some.of(line, [P50])[0].places) == 1
        with ledger.session() as session:
            assert session.scalars(select(DetectionRow)).all() == []


def test_metrics_that_start_from_nothing_are_kept(path: Path) -> None:
    fill_fast(path, "shop/browse", range(60), metrics=ONE)
    with Ledger(path) as ledger, ledger.session(writing=True) as session:
        for at in range(30):
            session.connection().exec_driver_sql(f"UPDATE metrics SET value = 0 WHERE number = {at + 1}")
        session.commit()
    line, found = search(path)
    assert found.detection.points[0].change == float("inf")
    assert search(path) == (replace(line), found)


@pytest.mark.parametrize("column", ["points", "places", "drift", "pin", "length"])
@pytest.mark.parametrize(
    "said", ["nothing", "7", "[1]", "{}", '[{"index": 1}]', '{"index": 1}', '{"index": "x", "values": [1]}']
)
def test_what_a_ledger_from_elsewhere_says_of_changes_is_found_anew(
    path: Path, column: str, said: str
) -> None:
    """It was a traceback of `suite history`, `prune` and all that look for changes."""
    fill_fast(path, "shop/browse", range(80), steps=[50], metrics=ONE)
    found = search(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"UPDATE detections SET {column} = ?", (said,))
    if (column, said) != ("length", "7"):  # it may be any number from the last change on
        assert search(path) == found
    search(path)


def test_a_change_that_lies_nowhere_is_found_anew(path: Path) -> None:
    fill_fast(path, "shop/browse", range(80), steps=[50], metrics=ONE)
    found = search(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE detections SET points = json_set(points, '$[0].latest', 1000000000000)")
    assert search(path) == found
