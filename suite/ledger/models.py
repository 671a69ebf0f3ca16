"""The ledger's tables. Types are those that SQLite and PostgreSQL share.

The documents are the truth; results, metrics, outcomes and suspects say in columns what queries ask of them
(see `rows`), and can be made anew at any time.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    Float,
    ForeignKey,
    Index,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

REVISION = "0006"
"""The schema that these models describe: the newest file in migrations/versions."""

Number = Annotated[int, mapped_column(ForeignKey("documents.number", ondelete="CASCADE"), primary_key=True)]


class _Said(TypeDecorator[str]):
    """Text. In a file of SQLite from elsewhere a column may hold bytes, whatever its type is."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: Any, _dialect: Dialect) -> str | None:
        return value if value is None or isinstance(value, str) else repr(value)


class _Figure(TypeDecorator[float]):
    """A number, NaN where a column of SQLite holds something else."""

    impl = Float
    cache_ok = True

    def process_result_value(self, value: Any, _dialect: Dialect) -> float | None:
        return value if value is None or isinstance(value, int | float) else math.nan


class _Facts(TypeDecorator[dict[str, Any]]):
    """Facts by name, none where a column of SQLite holds something else."""

    impl = JSON
    cache_ok = True

    def process_result_value(self, value: Any, _dialect: Dialect) -> dict[str, Any]:
        return value if isinstance(value, dict) else {}


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON, str: _Said}  # noqa: RUF012 (SQLAlchemy reads it)


class DocumentRow(Base):
    """One record of any kind, whole, as `structure.dump` has it."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("kind", "id", name="uq_documents_kind_id"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    id: Mapped[str]
    data: Mapped[dict[str, Any]]


class ResultRow(Base):
    """What a record says of itself. `started_at` is `started` in seconds since the epoch, to order by.

    `machine` and `load` are equal for results that may share a history, and `counted` are those that do:
    see `classes`. A search for leaks `clears` what it does not name if that would have shown.
    """

    __tablename__ = "results"
    __table_args__ = (
        Index("ix_results_workload_started_at", "workload", "started_at"),
        Index("ix_results_started_at", "started_at"),
        Index("ix_results_commit", "commit"),
        Index("ix_results_id", "id"),
        Index(
            "ix_results_history", "workload", "machine", "load", "counted", "commit", "started_at", "number"
        ),  # all that a history asks of this table
    )

    number: Mapped[Number]
    kind: Mapped[str]
    id: Mapped[str]
    workload: Mapped[str]
    started: Mapped[str]
    started_at: Mapped[float] = mapped_column(_Figure(53))
    commit: Mapped[str | None]
    branch: Mapped[str | None]
    dirty: Mapped[bool]
    machine: Mapped[str]
    load: Mapped[str]
    counted: Mapped[bool]
    verdict: Mapped[str]
    exit_code: Mapped[int]
    validity: Mapped[str]
    clears: Mapped[bool]
    rounds: Mapped[int] = mapped_column(BigInteger)
    environment_hash: Mapped[str]
    reasons: Mapped[list[Any]]
    environment: Mapped[dict[str, Any]] = mapped_column(_Facts)
    plan: Mapped[dict[str, Any]] = mapped_column(_Facts)


class MetricRow(Base):
    """A metric in its base unit; `values` are those of the rounds, or the ends of an interval."""

    __tablename__ = "metrics"
    __table_args__ = (Index("ix_metrics_name", "name"),)

    number: Mapped[Number]
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    unit: Mapped[str]
    better: Mapped[str]
    value: Mapped[float | None] = mapped_column(_Figure(53))
    at_least: Mapped[bool]
    note: Mapped[str | None]
    values: Mapped[list[Any]]


class OutcomeRow(Base):
    """How many operations ended so; without an operation: of all that the loop started."""

    __tablename__ = "outcomes"

    number: Mapped[Number]
    position: Mapped[int] = mapped_column(primary_key=True)
    operation: Mapped[str | None]
    outcome: Mapped[str]
    count: Mapped[int] = mapped_column(BigInteger)


class SuspectRow(Base):
    """A suspect of a search for leaks by its rank from 0. A figure that was not finite is NULL."""

    __tablename__ = "suspects"
    __table_args__ = (Index("ix_suspects_function_file", "function", "file"),)

    number: Mapped[Number]
    position: Mapped[int] = mapped_column(primary_key=True)
    function: Mapped[str]
    file: Mapped[str]
    bytes_per_operation: Mapped[float | None] = mapped_column(_Figure(53))


class DetectionRow(Base):
    """What is known of the changes of one metric: the plain data of a Detection, see `detections`.

    `line` tells machine, load and branch. `stamp` changes with the Runs that it was found in, `settled`
    only with those before what is looked at again. `places` are the commits of `points`. Drift is since
    the commit `pinned`.
    """

    __tablename__ = "detections"

    workload: Mapped[str] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)
    stamp: Mapped[str]
    settled: Mapped[str]
    length: Mapped[int]
    points: Mapped[list[Any]]
    places: Mapped[list[Any]]
    drift: Mapped[dict[str, Any] | None]
    pin: Mapped[dict[str, Any]]
    pinned: Mapped[str | None]


class AcceptedRow(Base):
    """A change that is wanted, and why; `accepted_at` in seconds since the epoch."""

    __tablename__ = "accepted"

    workload: Mapped[str] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    commit: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    accepted_at: Mapped[float] = mapped_column(_Figure(53))
