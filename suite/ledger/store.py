"""The ledger: every record in one database, which several processes may use at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from sqlalchemy import URL, ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from suite.config.ledger_url import shown, url_of
from suite.errors import ConfigurationError, StoreError
from suite.formats.structure import dump, load
from suite.ledger.database import identity_of, open_engine
from suite.ledger.entry import HEADLINES, Entry
from suite.ledger.faults import database_faults
from suite.ledger.models import DocumentRow, MetricRow, ResultRow
from suite.ledger.schema import Progress, UpgradeLog, check, is_current, upgrade
from suite.ledger.sealed import unchanged
from suite.ledger.writing import write
from suite.records.leak import LeakSearch
from suite.records.record import RECORDS, Record
from suite.records.run import Measured, Run

Opening = Literal["create", "existing", "as it is"]
DEFAULT = Path("results/ledger.db")
_AT_ONCE = 500
_WHOLE = (40, 64)
"""Digits of a sha that is not abbreviated: an index finds it."""
_NEWEST_FIRST = (ResultRow.started_at.desc(), ResultRow.id.desc())
_OLDEST_FIRST = (ResultRow.started_at, ResultRow.id)
_T = TypeVar("_T", bound=Record)


class Ambiguous(ConfigurationError):
    """The start of an id that several records have."""


class Ledger:
    """All records that were ever stored at a path (SQLite) or a database URL.

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
        progress: Progress | None = None,
    ) -> None:
        url = url_of(place)
        self.place = called or shown(place)
        self.identity = identity_of(url)
        if opening != "create" and not _is_server(url) and url.database and not Path(url.database).exists():
            raise StoreError(f"there is no ledger {self.place}; start with: suite run")
        self._timeout, self._opening = timeout, opening
        self._progress = progress or UpgradeLog(self.place)
        self._engine = open_engine(url, timeout)
        self._file = None if _is_server(url) else Path(str(url.database))
        try:
            with database_faults(self.place):
                self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        """Have the tables as they are here, or raise what says why they can't be."""
        if self._opening == "as it is":
            check(self._engine, self.place)
            return
        create = self._opening == "create"
        upgrade(self._engine, self.place, self._timeout, create=create, progress=self._progress)

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

    def add(self, record: Record) -> None:
        """Store `record` whole or not at all. One that is there already stays as it is."""
        self.add_new([record])

    def add_new(self, records: Iterable[Record]) -> int:
        """Store those that are not there yet, all or none of them, and say how many they were."""
        # In one order everywhere, so that no two processes wait for each other.
        wanted = {(record.KIND, record.id): record for record in reversed([*records])}
        ordered = [(key, dump(wanted[key])) for key in sorted(wanted)]
        while True:
            with self.session(writing=True) as session:
                known = self._known(session, wanted)
                new = [(key, data) for key, data in ordered if key not in known]
                try:
                    write(session, [(kind, data) for (kind, _), data in new])
                    session.commit()
                    return len(new)
                except IntegrityError:
                    # A database with row locks lets another process store the same in between.
                    session.rollback()
                    if not self._known(session, [key for key, _ in new]):
                        raise

    def _known(self, session: Session, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of `keys` (kind, id) that are there."""
        by_kind: dict[str, list[str]] = {}
        for kind, name in keys:
            by_kind.setdefault(kind, []).append(name)
        found: set[tuple[str, str]] = set()
        for kind, names in by_kind.items():
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                query = select(DocumentRow.id).where(DocumentRow.kind == kind, DocumentRow.id.in_(some))
                found |= {(kind, name) for name in session.scalars(query)}
        return found

    def record(self, name: str, *kinds: str) -> Record:
        """The record of these kinds, or of any, whose id is `name` or, alone of all, starts with it.

        Raises ConfigurationError.
        """
        like = ResultRow.id.startswith(name, autoescape=True)
        query = select(ResultRow.kind, ResultRow.id, DocumentRow.data).where(
            DocumentRow.number == ResultRow.number, *_of_kinds(kinds)
        )
        with self.session() as session:
            found = session.execute(query.where(ResultRow.id == name).order_by(ResultRow.number)).all()
            if not found:
                found = session.execute(query.where(like).order_by(ResultRow.id).limit(6)).all()
        what = RECORDS[kinds[0]].NAME if len(kinds) == 1 else "record"
        if not found:
            raise ConfigurationError(
                f"no {what}'s id starts with {name!r}; `suite show` lists what was measured"
            )
        if len({one.id for one in found}) > 1:
            names = ", ".join(one.id for one in found)
            raise Ambiguous(f"several {_plural(what)} start with {name!r}, give more of it: {names}")
        return _loaded(found[0].kind, found[0].data)

    def run(self, name: str) -> Run:
        """The Run whose id is `name` or, alone of all, starts with it. Raises ConfigurationError."""
        return _only(self.record(name, Run.KIND), Run)

    def leak(self, name: str) -> LeakSearch:
        """The same for a search for leaks."""
        return _only(self.record(name, LeakSearch.KIND), LeakSearch)

    def latest(self, workload: str | None = None) -> Run | None:
        """The newest Run, of `workload` if that is given; None if there is none."""
        return next(iter(self.records(Run, workload, 1)), None)

    def records(
        self,
        kind: type[_T],
        workload: str | None = None,
        limit: int | None = 50,
        damaged: list[StoreError] | None = None,
    ) -> list[_T]:
        """Records of a kind, of `workload` if that is given, newest first; `limit` None is all.

        What is wrong with one goes to `damaged` if that is given, and all others are here; else it is raised.
        """
        query = (
            select(ResultRow.number)
            .where(*_matching(workload, None), *_of_kinds([kind.KIND]))
            .order_by(*_NEWEST_FIRST)
            .limit(limit)
        )
        found: list[_T] = []
        with self.session() as session:
            for number in session.scalars(query).all():
                try:
                    with database_faults(self.place):
                        data = session.scalars(select(DocumentRow.data).filter_by(number=number)).one()
                    found.append(load(kind, data))
                except StoreError as error:
                    if damaged is None:
                        raise
                    damaged.append(error)
        return found

    def runs(
        self, workload: str | None = None, commit: str | None = None, limit: int | None = 50
    ) -> list[Entry]:
        """Runs in short, newest first. `commit` may be abbreviated; `limit` None is all."""
        return self.entries(workload, commit, limit, kinds=[Run.KIND])

    def entries(
        self,
        workload: str | None = None,
        commit: str | None = None,
        limit: int | None = 50,
        kinds: Sequence[str] = (),
    ) -> list[Entry]:
        """Records of these kinds, or of any, in short, newest first. See `runs`."""
        query = select(
            ResultRow.number, ResultRow.kind, ResultRow.id, ResultRow.workload, ResultRow.started,
            ResultRow.commit, ResultRow.branch, ResultRow.verdict, ResultRow.exit_code, ResultRow.validity,
            ResultRow.rounds, ResultRow.environment_hash,
        ).where(
            *_matching(workload, commit), *_of_kinds(kinds)
        ).order_by(*_NEWEST_FIRST).limit(limit)  # fmt: skip
        chosen = select(query.subquery().c.number)
        headlines = select(
            MetricRow.number, MetricRow.name, MetricRow.unit, MetricRow.better, MetricRow.value,
            MetricRow.at_least, MetricRow.note,
        ).where(MetricRow.name.in_(HEADLINES), MetricRow.number.in_(chosen))  # fmt: skip
        metrics: dict[int, dict[str, Measured]] = {}
        with self.session() as session:
            found = session.execute(query).mappings().all()
            for number, name, unit, better, value, at_least, note in session.execute(headlines):
                measured = Measured(unit, better, value, at_least=at_least, note=note)
                metrics.setdefault(number, {})[name] = measured
        return [Entry.of(row, metrics.get(row["number"], {})) for row in found]

    def workloads(self, *kinds: str) -> list[str]:
        """Names of all workloads that have a record of these kinds, or else a Run, in order."""
        query = select(ResultRow.workload).where(*_of_kinds(kinds or [Run.KIND])).distinct()
        with self.session() as session:
            return list(session.scalars(query.order_by(ResultRow.workload)))

    def ids(self, kind: str, workload: str | None = None, commit: str | None = None) -> list[str]:
        """The ids of all records of a kind, of `workload` and `commit` (may be abbreviated) if given, oldest
        first.
        """
        query = select(ResultRow.id).where(*_matching(workload, commit), ResultRow.kind == kind)
        with self.session() as session:
            return list(session.scalars(query.order_by(*_OLDEST_FIRST)))

    @contextmanager
    def session(self, *, writing: bool = False) -> Iterator[Session]:
        """One transaction. Faults of the database leave it as StoreError. One that is `writing` is refused if
        a newer Loadledger has upgraded the ledger since it was opened, which if it was removed is made anew.
        """
        engine = self._engine.execution_options(writing=True) if writing else self._engine
        with database_faults(self.place), unchanged(self._file), Session(engine) as session:
            if writing and not is_current(session.connection(), self.place):
                session.rollback()
                self._prepare()
            yield session


def _is_server(url: URL) -> bool:
    return url.get_backend_name() != "sqlite"


def _matching(workload: str | None, commit: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if workload is not None:
        conditions.append(ResultRow.workload == workload)
    if commit is not None:
        whole = len(commit) in _WHOLE
        conditions.append(
            ResultRow.commit == commit if whole else ResultRow.commit.startswith(commit, autoescape=True)
        )
    return conditions


def _of_kinds(kinds: Sequence[str]) -> list[ColumnElement[bool]]:
    return [ResultRow.kind.in_(kinds)] if kinds else []


def _loaded(kind: str, data: dict[str, Any]) -> Record:
    if kind not in RECORDS:
        raise StoreError(f"a record is damaged, or of a newer loadledger: there is no kind {kind!r}")
    return load(RECORDS[kind], data)


def _only(record: Record, kind: type[_T]) -> _T:
    assert isinstance(record, kind)
    return record


def _plural(what: str) -> str:
    return f"{what}es" if what.endswith("search") else f"{what}s"
