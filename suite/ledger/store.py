"""The ledger: every Run and leak search in one database, which several processes may use at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from sqlalchemy import URL, ColumnElement, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from suite.errors import ConfigurationError, StoreError
from suite.formats import schema1
from suite.formats.plain import plain
from suite.formats.structure import dump, load
from suite.ledger.database import open_engine, shown, url_of
from suite.ledger.entry import HEADLINES, Entry
from suite.ledger.faults import database_faults
from suite.ledger.models import LeakSearchRow, LeakSuspectRow, MetricRow, RunRow
from suite.ledger.rows import from_rows, leaks_from_rows, leaks_to_rows, to_rows
from suite.ledger.schema import check, upgrade
from suite.records.leak import LeakSearch
from suite.records.run import Measured, Run

Opening = Literal["create", "existing", "as it is"]
DEFAULT = Path("results/ledger.db")
_WHOLE = (40, 64)
"""Digits of a sha that is not abbreviated: an index finds it."""
_NEWEST_FIRST = (RunRow.started_at.desc(), RunRow.id.desc())
_RUNS = ("run", "runs", "`suite show` lists the runs")
_SEARCHES = ("leak search", "leak searches", "it is in the name of the document that `suite leaks` saves")
_NOTHING_GROWS = ("no growth", "bounded", "released")


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one search says of a suspect: its growth, 0.0 if the search did not name it."""

    commit: str | None
    started: str
    bytes_per_operation: float


def since(history: Sequence[Sighting]) -> Sighting | None:
    """The first of the latest unbroken stretch of `history` with growth, also of one that has ended.

    None if it never grew.
    """
    first = None
    for sighting in reversed(history):
        if sighting.bytes_per_operation > 0:
            first = sighting
        elif first is not None:
            break
    return first


class Ambiguous(ConfigurationError):
    """The start of an id that several records have."""


class Ledger:
    """All Runs and searches for leaks that were ever stored at a path (SQLite) or a database URL.

    Opening creates the file and brings its tables up to date. Every method is one transaction and
    waits up to `timeout` seconds for other writers. All raise StoreError, in one line that says what
    would mend it, for a corrupt, newer, read-only or locked ledger and a full disk; a file that can't
    be read is never written. `called` is its name in such lines, its place unless given.
    """

    def __init__(
        self,
        place: str | Path = DEFAULT,
        *,
        timeout: float = 30.0,
        called: str | None = None,
        opening: Opening = "create",
    ) -> None:
        url = url_of(place)
        self.place = called or shown(place)
        if opening != "create" and _is_absent(url):
            raise StoreError(f"there is no ledger {self.place}; start with: suite run")
        self._engine = open_engine(url, timeout)
        with database_faults(self.place):
            if opening == "as it is":
                check(self._engine, self.place)
            else:
                upgrade(self._engine, self.place, timeout, create=opening == "create")

    @classmethod
    def existing(cls, place: str | Path) -> Self:
        """The ledger at `place`, which must be there already."""
        return cls(place, opening="existing")

    @classmethod
    def as_it_is(cls, place: str | Path) -> Self:
        """The ledger at `place` to read from: it must be there and up to date, and is not changed."""
        return cls(place, opening="as it is")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database. The ledger can't be used after that."""
        self._engine.dispose()

    def add(self, run: Run) -> None:
        """Store `run` whole or not at all. A Run that is there already stays as it is."""
        self._store([to_rows(dump(run))])

    def run(self, name: str) -> Run:
        """The Run whose id is `name` or, alone of all, starts with it. Raises ConfigurationError."""
        with self.session() as session:
            row = session.get(RunRow, name)
            if row is None:
                row = session.get_one(RunRow, _only(session, RunRow.id, name, _RUNS))
            return load(Run, schema1.run(from_rows(row)))

    def latest(self, workload: str | None = None) -> Run | None:
        """The newest Run, of `workload` if that is given; None if there is none."""
        query = select(RunRow).where(*_matching(workload, None)).order_by(*_NEWEST_FIRST).limit(1)
        with self.session() as session:
            row = session.scalars(query).first()
            return None if row is None else load(Run, schema1.run(from_rows(row)))

    def runs(
        self, workload: str | None = None, commit: str | None = None, limit: int | None = 50
    ) -> list[Entry]:
        """Runs in short, newest first. `commit` may be abbreviated; `limit` None is all."""
        runs = select(
            RunRow.id, RunRow.workload, RunRow.started, RunRow.commit, RunRow.branch, RunRow.verdict,
            RunRow.exit_code, RunRow.validity, RunRow.rounds, RunRow.environment_hash,
        ).where(*_matching(workload, commit)).order_by(*_NEWEST_FIRST).limit(limit)  # fmt: skip
        chosen = select(runs.subquery().c.id)
        headlines = select(
            MetricRow.run_id, MetricRow.name, MetricRow.unit, MetricRow.better, MetricRow.value,
            MetricRow.at_least, MetricRow.note,
        ).where(MetricRow.name.in_(HEADLINES), MetricRow.run_id.in_(chosen))  # fmt: skip
        metrics: dict[str, dict[str, Measured]] = {}
        with self.session() as session:
            found = session.execute(runs).mappings().all()
            for run_id, name, unit, better, value, at_least, note in session.execute(headlines):
                measured = Measured(unit, better, value, at_least=at_least, note=note)
                metrics.setdefault(run_id, {})[name] = measured
        return [Entry(**row, metrics=metrics.get(row["id"], {})) for row in found]

    def workloads(self) -> list[str]:
        """Names of all workloads that have a Run, in order."""
        with self.session() as session:
            return list(session.scalars(select(RunRow.workload).distinct().order_by(RunRow.workload)))

    def add_leaks(self, search: LeakSearch) -> None:
        """Store `search` whole or not at all. One that is there already stays as it is."""
        self._store([leaks_to_rows(dump(search))])

    def leak(self, name: str) -> LeakSearch:
        """The search whose id is `name` or, alone of all, starts with it. Raises ConfigurationError."""
        with self.session() as session:
            row = session.get(LeakSearchRow, name)
            if row is None:
                row = session.get_one(LeakSearchRow, _only(session, LeakSearchRow.id, name, _SEARCHES))
            return load(LeakSearch, schema1.leaks(leaks_from_rows(row)))

    def leaks(self, workload: str | None = None, limit: int | None = 50) -> list[LeakSearch]:
        """Searches for leaks, of `workload` if that is given, newest first; `limit` None is all."""
        query = select(LeakSearchRow).order_by(LeakSearchRow.started_at.desc(), LeakSearchRow.id.desc())
        if workload is not None:
            query = query.where(LeakSearchRow.workload == workload)
        with self.session() as session:
            return [
                load(LeakSearch, schema1.leaks(leaks_from_rows(row)))
                for row in session.scalars(query.limit(limit))
            ]

    def suspect_history(self, workload: str, function: str, file: str) -> list[Sighting]:
        """What the searches of `workload` say of a suspect, oldest first; see `since`.

        A search that neither named it nor could clear it is left out: nothing was traced though
        something may grow, or it could not settle.
        """
        named = (
            select(LeakSuspectRow.search_id, func.sum(LeakSuspectRow.bytes_per_operation).label("total"))
            .where(LeakSuspectRow.function == plain(function), LeakSuspectRow.file == plain(file))
            .group_by(LeakSuspectRow.search_id)
            .subquery()
        )
        search = LeakSearchRow
        clears = or_(search.outcome.in_(_NOTHING_GROWS), and_(search.traced, search.outcome != "unsettled"))
        query = (
            select(search.commit, search.started, named.c.search_id, named.c.total)
            .outerjoin(named, named.c.search_id == search.id)
            .where(search.workload == workload, or_(named.c.search_id.is_not(None), clears))
            .order_by(search.started_at, search.id)
        )
        with self.session() as session:
            return [
                Sighting(commit, started, 0.0 if search_id is None else math.nan if total is None else total)
                for commit, started, search_id, total in session.execute(query)
            ]

    def add_new(self, runs: Iterable[Run] = (), searches: Iterable[LeakSearch] = ()) -> int:
        """Store those that are not there yet, all or none of them, and say how many they were."""
        rows: list[RunRow | LeakSearchRow] = [to_rows(dump(run)) for run in runs]
        rows += [leaks_to_rows(dump(search)) for search in searches]
        return self._store(rows)

    def run_ids(self, workload: str | None = None, commit: str | None = None) -> list[str]:
        """The ids of all Runs, of `workload` and `commit` (may be abbreviated) if given, oldest first."""
        query = select(RunRow.id).where(*_matching(workload, commit))
        with self.session() as session:
            return list(session.scalars(query.order_by(RunRow.started_at, RunRow.id)))

    def leak_ids(self) -> list[str]:
        """The ids of all searches for leaks, oldest first."""
        query = select(LeakSearchRow.id).order_by(LeakSearchRow.started_at, LeakSearchRow.id)
        with self.session() as session:
            return list(session.scalars(query))

    def _store(self, rows: Iterable[RunRow | LeakSearchRow]) -> int:
        # In one order everywhere, so that no two processes wait for each other.
        wanted = {(row.__tablename__, row.id): row for row in reversed([*rows])}
        ordered = [wanted[key] for key in sorted(wanted)]
        while True:
            with self.session(writing=True) as session:
                new = [row for row in ordered if session.get(type(row), row.id) is None]
                try:
                    session.add_all(new)
                    session.commit()
                    return len(new)
                except IntegrityError:
                    # A database with row locks lets another process store the same in between.
                    session.rollback()
                    if all(session.get(type(row), row.id) is None for row in new):
                        raise

    @contextmanager
    def session(self, *, writing: bool = False) -> Iterator[Session]:
        """One transaction. Faults of the database leave it as StoreError."""
        engine = self._engine.execution_options(writing=True) if writing else self._engine
        with database_faults(self.place), Session(engine) as session:
            yield session


def _is_absent(url: URL) -> bool:
    """Whether it is a file that is not there."""
    return url.get_backend_name() == "sqlite" and bool(url.database) and not Path(str(url.database)).exists()


def _matching(workload: str | None, commit: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if workload is not None:
        conditions.append(RunRow.workload == workload)
    if commit is not None:
        whole = len(commit) in _WHOLE
        conditions.append(
            RunRow.commit == commit if whole else RunRow.commit.startswith(commit, autoescape=True)
        )
    return conditions


def _only(session: Session, ids: InstrumentedAttribute[str], start: str, words: tuple[str, str, str]) -> str:
    one, several, hint = words
    query = select(ids).where(ids.startswith(start, autoescape=True)).order_by(ids)
    found = list(session.scalars(query.limit(6)))
    if not found:
        raise ConfigurationError(f"no {one}'s id starts with {start!r}; {hint}")
    if len(found) > 1:
        raise Ambiguous(f"several {several} start with {start!r}, give more of it: {', '.join(found)}")
    return found[0]
