"""The ledger: every Run in one database, which several processes may use at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from suite.errors import ConfigurationError
from suite.history.codec import decode_run, encode_run
from suite.history.database import open_engine, url_of
from suite.history.entry import HEADLINES, Entry
from suite.history.faults import database_faults
from suite.history.models import MetricRow, RunRow
from suite.history.rows import from_rows, to_rows
from suite.history.schema import upgrade
from suite.run import Measured, Run

DEFAULT = Path("results/ledger.db")
_NEWEST_FIRST = (RunRow.started_at.desc(), RunRow.id.desc())


class Ledger:
    """All Runs that were ever stored at a path (SQLite) or database URL (PostgreSQL by its driver).

    Opening creates the file and brings its tables up to date. Every method is one transaction and
    waits up to `timeout` seconds for other writers. All raise StoreError, in one line that says what
    would mend it, for a corrupt, newer, read-only or locked ledger and a full disk; a file that can't
    be read is never written.
    """

    def __init__(self, place: str | Path = DEFAULT, *, timeout: float = 30.0) -> None:
        url = url_of(place)
        self.place = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
        self._engine = open_engine(url, timeout)
        with database_faults(self.place):
            upgrade(self._engine, self.place, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database. The ledger can't be used after that."""
        self._engine.dispose()

    def add(self, run: Run) -> None:
        """Store `run` whole or not at all. A Run that is there already stays as it is."""
        row = to_rows(encode_run(run))
        with self._session(writing=True) as session:
            if session.get(RunRow, run.id) is not None:
                return
            session.add(row)
            try:
                session.commit()
            except IntegrityError:
                # A database with row locks let another process store the same Run in between.
                session.rollback()
                if session.get(RunRow, run.id) is None:
                    raise

    def run(self, name: str) -> Run:
        """The Run whose id is `name` or, alone of all, starts with it. Raises ConfigurationError."""
        with self._session() as session:
            row = session.get(RunRow, name)
            if row is None:
                row = session.get_one(RunRow, _only(session, name))
            return decode_run(from_rows(row))

    def latest(self, workload: str | None = None) -> Run | None:
        """The newest Run, of `workload` if that is given; None if there is none."""
        query = select(RunRow).where(*_matching(workload, None)).order_by(*_NEWEST_FIRST).limit(1)
        with self._session() as session:
            row = session.scalars(query).first()
            return None if row is None else decode_run(from_rows(row))

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
        with self._session() as session:
            found = session.execute(runs).mappings().all()
            for run_id, name, unit, better, value, at_least, note in session.execute(headlines):
                measured = Measured(unit, better, value, at_least=at_least, note=note)
                metrics.setdefault(run_id, {})[name] = measured
        return [Entry(**row, metrics=metrics.get(row["id"], {})) for row in found]

    def workloads(self) -> list[str]:
        """Names of all workloads that have a Run, in order."""
        with self._session() as session:
            return list(session.scalars(select(RunRow.workload).distinct().order_by(RunRow.workload)))

    @contextmanager
    def _session(self, *, writing: bool = False) -> Iterator[Session]:
        engine = self._engine.execution_options(writing=True) if writing else self._engine
        with database_faults(self.place), Session(engine) as session:
            yield session


def _matching(workload: str | None, commit: str | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if workload is not None:
        conditions.append(RunRow.workload == workload)
    if commit is not None:
        conditions.append(RunRow.commit.startswith(commit, autoescape=True))
    return conditions


def _only(session: Session, start: str) -> str:
    query = select(RunRow.id).where(RunRow.id.startswith(start, autoescape=True)).order_by(RunRow.id)
    found = list(session.scalars(query.limit(6)))
    if not found:
        raise ConfigurationError(f"no run's id starts with {start!r}; `suite show` lists the runs")
    if len(found) > 1:
        raise ConfigurationError(f"several runs start with {start!r}, give more of it: {', '.join(found)}")
    return found[0]
