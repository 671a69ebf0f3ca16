"""Searches for leaks in the ledger, and since when a suspect grows."""

from __future__ import annotations

import json
import math
import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.records import add_the_same_search, any_searches, make_search, make_suspect, make_verdict
from support.runs import make_run

from suite.errors import ConfigurationError, StoreError
from suite.formats.structure import dump, load
from suite.ledger.sightings import Sighting, since, suspect_history
from suite.ledger.store import Ledger
from suite.records.leak import Growth, LeakSearch


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened


def test_a_search_comes_back_equal(ledger: Ledger) -> None:
    search = make_search()
    ledger.add(search)
    assert ledger.leak(search.id) == search
    assert ledger.records(LeakSearch) == [search]
    assert ledger.runs() == []


@given(search=any_searches())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_search_comes_back_equal(ledger: Ledger, search: LeakSearch) -> None:
    search = replace(search, id=uuid4().hex)  # examples share ids, and a ledger keeps the first
    ledger.add(search)
    assert ledger.leak(search.id) == search


def test_no_suspects_and_none_looked_for_are_told_apart(ledger: Ledger) -> None:
    for name, suspects in (("nobody", ()), ("untraced", None)):
        ledger.add(make_search(id=name, suspects=suspects))
        assert ledger.leak(name).suspects == suspects


def test_adding_a_search_twice_keeps_the_first(ledger: Ledger) -> None:
    ledger.add(make_search())
    ledger.add(make_search(branch="other", suspects=()))
    assert ledger.records(LeakSearch) == [make_search()]


def test_a_run_and_a_search_may_share_an_id(ledger: Ledger) -> None:
    ledger.add(make_run(id="same"))
    ledger.add(make_search(id="same"))
    assert (ledger.run("same").id, ledger.leak("same").id) == ("same", "same")


@pytest.mark.exhaustive
def test_processes_that_add_the_same_search_at_once_add_it_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(2)
    place = tmp_path / "ledger.db"
    children = [spawn.Process(target=add_the_same_search, args=(place, "", barrier)) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    with Ledger(place) as ledger:
        assert ledger.records(LeakSearch) == [make_search(id="same")]


def test_figures_that_are_not_finite_are_not_known_later(ledger: Ledger) -> None:
    verdict = make_verdict(
        bytes_per_operation=math.inf, growths=(Growth("all", "malloc", 1, (1.0, math.nan), math.nan),)
    )
    search = make_search(verdict=verdict, seconds=math.nan, suspects=(make_suspect(per_operation=math.inf),))
    ledger.add(search)
    stored = ledger.leak(search.id)
    assert stored.verdict.bytes_per_operation is None
    (growth,) = stored.verdict.growths
    assert stored.suspects is not None
    unknown = (stored.seconds, stored.suspects[0].bytes_per_operation, growth.per_operation, growth.levels[1])
    assert all(math.isnan(figure) for figure in unknown)
    (sighting,) = suspect_history(ledger, "shop/browse", "remember", "shop/basket.py")
    assert math.isnan(sighting.bytes_per_operation)


def test_a_search_is_found_by_the_start_of_its_id(ledger: Ledger) -> None:
    with pytest.raises(ConfigurationError, match="no leak search's id starts with 'a'; "):
        ledger.leak("a")
    for name in ("aa1", "aa2", "b%x", "b%xy"):
        ledger.add(make_search(id=name))
    assert ledger.leak("b%x").id == "b%x"
    assert ledger.leak("aa2").id == "aa2"
    with pytest.raises(ConfigurationError, match=r"several leak searches start with 'aa'.*: aa1, aa2"):
        ledger.leak("aa")
    with pytest.raises(ConfigurationError, match="no leak search"):
        ledger.leak("%")


def test_searches_come_newest_first_whatever_their_time_zone(ledger: Ledger) -> None:
    ledger.add(make_search(id="noon", started="2024-05-01T12:00:00+00:00"))
    ledger.add(make_search(id="earlier", started="2024-05-01T13:30:00+02:00"))
    ledger.add(make_search(id="later", started="2024-05-01T08:00:00-05:00", workload="api/read"))
    assert [search.id for search in ledger.records(LeakSearch)] == ["later", "noon", "earlier"]
    assert [search.id for search in ledger.records(LeakSearch, "shop/browse")] == ["noon", "earlier"]
    assert [search.id for search in ledger.records(LeakSearch, limit=1)] == ["later"]
    assert len(ledger.records(LeakSearch, limit=None)) == 3


def test_a_search_whose_document_is_damaged_is_named(ledger: Ledger) -> None:
    ledger.add(make_search())
    with ledger._engine.begin() as connection:
        connection.exec_driver_sql('UPDATE documents SET data = \'{"id": "x"}\'')
    with pytest.raises(StoreError, match="leak search x is damaged"):
        ledger.leak("2024")


def test_suspects_go_with_their_search(ledger: Ledger) -> None:
    ledger.add(make_search())
    with ledger._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM documents")
        assert connection.exec_driver_sql("SELECT count(*) FROM suspects").scalar() == 0


def test_figures_of_a_newer_version_are_passed_over() -> None:
    data = json.loads(json.dumps(dump(make_search())))
    for part in (data, data["verdict"], data["verdict"]["growths"][0], data["suspects"][0]):
        part["phase_of_the_moon"] = [0.5]
    assert load(LeakSearch, data) == make_search()


# --- since when


def _history(ledger: Ledger, function: str = "remember", file: str = "shop/basket.py") -> list[Sighting]:
    return suspect_history(ledger, "shop/browse", function, file)


def _add(ledger: Ledger, day: int, outcome: str = "unbounded", **changes: object) -> None:
    search = make_search(
        outcome, id=f"id{day}", started=f"2024-05-{day:02}T10:00:00+00:00", commit=f"c{day}", **changes
    )
    ledger.add(search)


def test_the_history_of_a_suspect_is_in_time_order_and_its_own(ledger: Ledger) -> None:
    _add(ledger, 3, suspects=(make_suspect(file="other.py"), make_suspect(per_operation=300.0)))
    _add(ledger, 1, suspects=(make_suspect("elsewhere"),))
    _add(ledger, 2, suspects=(make_suspect(per_operation=200.0, line=99),))
    _add(ledger, 4, workload="api/read")
    assert [(one.commit, one.bytes_per_operation) for one in _history(ledger)] == [
        ("c1", 0.0),
        ("c2", 200.0),
        ("c3", 300.0),
    ]
    assert [one.bytes_per_operation for one in _history(ledger, file="other.py")] == [0.0, 0.0, 1020.0]
    assert _history(ledger)[0].started == "2024-05-01T10:00:00+00:00"


def test_only_searches_that_could_tell_clear_a_suspect(ledger: Ledger) -> None:
    _add(ledger, 1, "no growth", suspects=None)  # what doesn't grow is never traced
    _add(ledger, 2, "bounded", suspects=None)
    _add(ledger, 3, "released", suspects=None)
    _add(ledger, 4, "unbounded", suspects=None)  # may be this one: nobody looked
    _add(ledger, 5, "unsettled", suspects=())
    _add(ledger, 6, "sporadic", suspects=())
    _add(ledger, 7, "unsettled")
    assert [(one.commit, one.bytes_per_operation) for one in _history(ledger)] == [
        ("c1", 0.0), ("c2", 0.0), ("c3", 0.0), ("c6", 0.0), ("c7", 1020.0),
    ]  # fmt: skip


def test_a_suspect_that_is_named_twice_in_one_search_is_summed(ledger: Ledger) -> None:
    _add(ledger, 1, suspects=(make_suspect(per_operation=10.0), make_suspect(per_operation=5.0)))
    assert [one.bytes_per_operation for one in _history(ledger)] == [15.0]


def test_a_file_with_an_undecodable_name_is_found_again(ledger: Ledger) -> None:
    file = b"caf\xe9.py".decode("utf-8", "surrogateescape")
    _add(ledger, 1, suspects=(make_suspect(file=file),))
    assert [one.bytes_per_operation for one in _history(ledger, file=file)] == [1020.0]


def test_since_which_commit(ledger: Ledger) -> None:
    assert since(_history(ledger)) is None
    for day, figure in enumerate((50.0, 0.0, 100.0, 110.0, 90.0), 1):
        found = (make_suspect(per_operation=figure),) if figure else ()
        _add(ledger, day, suspects=found)
    first = since(_history(ledger))
    assert first == Sighting("c3", "2024-05-03T10:00:00+00:00", 100.0)
    _add(ledger, 6, "no growth", suspects=None)
    assert since(_history(ledger)) == first


@given(st.lists(st.sampled_from([0.0, 8.0]), max_size=12))
def test_since_is_the_start_of_the_latest_stretch(figures: list[float]) -> None:
    history = [Sighting(str(place), "", figure) for place, figure in enumerate(figures)]
    first = since(history)
    starts = [
        place for place, figure in enumerate(figures) if figure and (place == 0 or not figures[place - 1])
    ]
    assert (first and first.commit) == (str(starts[-1]) if starts else None)
