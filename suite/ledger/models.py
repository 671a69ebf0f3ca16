"""The ledger's tables. Types are those that SQLite and PostgreSQL share."""

from __future__ import annotations

from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

REVISION = "0004"
"""The schema that these models describe: the newest file in migrations/versions."""

RunId = Annotated[str, mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)]
SearchId = Annotated[str, mapped_column(ForeignKey("leak_searches.id", ondelete="CASCADE"), primary_key=True)]


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 (SQLAlchemy reads it)


class RunRow(Base):
    """One Run. `started_at` is `started` in seconds since the epoch, to order Runs by.

    `machine` and `load` are equal for Runs that may share a history, and `counted` are those that do:
    see `classes`.
    """

    __tablename__ = "runs"
    __table_args__ = (
        Index("ix_runs_workload_started_at", "workload", "started_at"),
        Index("ix_runs_started_at", "started_at"),
        Index("ix_runs_commit", "commit"),
        Index("ix_runs_environment_hash", "environment_hash"),
        Index(
            "ix_runs_history", "workload", "machine", "load", "counted", "commit", "started_at", "id"
        ),  # all that a history asks of this table
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workload: Mapped[str]
    started: Mapped[str]
    started_at: Mapped[float] = mapped_column(Float(53))
    commit: Mapped[str | None]
    branch: Mapped[str | None]
    environment: Mapped[dict[str, Any]]
    environment_hash: Mapped[str]
    plan: Mapped[dict[str, Any]]
    rounds: Mapped[int]
    verdict: Mapped[str]
    exit_code: Mapped[int]
    validity: Mapped[str]
    reasons: Mapped[list[Any]]
    pids: Mapped[list[Any]]
    error_kind: Mapped[str | None]
    error_message: Mapped[str | None]
    evidence: Mapped[list[Any] | None]
    limiter: Mapped[dict[str, Any] | None]
    machine: Mapped[str]
    load: Mapped[str]
    counted: Mapped[bool]

    metrics: Mapped[list[MetricRow]] = relationship(
        cascade="all", lazy="selectin", order_by="MetricRow.position"
    )
    histograms: Mapped[list[HistogramRow]] = relationship(cascade="all", lazy="selectin")
    outcomes: Mapped[list[OutcomeRow]] = relationship(
        cascade="all", lazy="selectin", order_by="OutcomeRow.position"
    )
    statuses: Mapped[list[StatusRow]] = relationship(
        cascade="all", lazy="selectin", order_by="StatusRow.position"
    )
    details: Mapped[list[DetailRow]] = relationship(
        cascade="all", lazy="selectin", order_by="DetailRow.position"
    )
    thresholds: Mapped[list[ThresholdRow]] = relationship(
        cascade="all", lazy="selectin", order_by="ThresholdRow.position"
    )
    checks: Mapped[list[CheckRow]] = relationship(
        cascade="all", lazy="selectin", order_by="CheckRow.position"
    )
    series: Mapped[list[SeriesRow]] = relationship(cascade="all", lazy="selectin")


class MetricRow(Base):
    """A metric of a Run, in its base unit."""

    __tablename__ = "metrics"
    __table_args__ = (Index("ix_metrics_name", "name"),)

    run_id: Mapped[RunId]
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    unit: Mapped[str]
    better: Mapped[str]
    value: Mapped[float | None] = mapped_column(Float(53))
    at_least: Mapped[bool]
    note: Mapped[str | None]

    values: Mapped[list[ValueRow]] = relationship(
        cascade="all", lazy="selectin", order_by="ValueRow.position"
    )


class ValueRow(Base):
    """A metric in one round; `position` counts rounds from 0."""

    __tablename__ = "round_values"
    __table_args__ = (
        ForeignKeyConstraint(["run_id", "metric"], ["metrics.run_id", "metrics.name"], ondelete="CASCADE"),
    )

    run_id: Mapped[str] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[float | None] = mapped_column(Float(53))


class HistogramRow(Base):
    """A merged histogram, as the text that `Histogram.decode` reads."""

    __tablename__ = "histograms"

    run_id: Mapped[RunId]
    name: Mapped[str] = mapped_column(primary_key=True)
    encoded: Mapped[str]


class OutcomeRow(Base):
    """How many operations ended so; without an operation: of all that the loop started.

    A row without an outcome says that the operation exists and has no counts.
    """

    __tablename__ = "outcomes"

    run_id: Mapped[RunId]
    position: Mapped[int] = mapped_column(primary_key=True)
    operation: Mapped[str | None]
    outcome: Mapped[str | None]
    count: Mapped[int] = mapped_column(BigInteger)


class StatusRow(Base):
    """How often an operation was answered with a status of its protocol.

    A row without a status says that the operation exists and has no counts.
    """

    __tablename__ = "statuses"

    run_id: Mapped[RunId]
    position: Mapped[int] = mapped_column(primary_key=True)
    operation: Mapped[str]
    status: Mapped[str | None]
    count: Mapped[int] = mapped_column(BigInteger)


class DetailRow(Base):
    """Operations that ended alike; `cause` is "class" in documents."""

    __tablename__ = "details"

    run_id: Mapped[RunId]
    position: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    cause: Mapped[str]
    operation: Mapped[str]
    count: Mapped[int] = mapped_column(BigInteger)
    first: Mapped[float] = mapped_column(Float(53))
    example: Mapped[str]


class ThresholdRow(Base):
    """One judged level of a threshold."""

    __tablename__ = "thresholds"

    run_id: Mapped[RunId]
    position: Mapped[int] = mapped_column(primary_key=True)
    metric: Mapped[str]
    level: Mapped[str]
    limit: Mapped[float] = mapped_column(Float(53))
    value: Mapped[float | None] = mapped_column(Float(53))
    passed: Mapped[bool | None]


class CheckRow(Base):
    """One check over all rounds."""

    __tablename__ = "checks"

    run_id: Mapped[RunId]
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    passed: Mapped[bool]
    detail: Mapped[str]


class SeriesRow(Base):
    """The first round second by second."""

    __tablename__ = "series"

    run_id: Mapped[RunId]
    name: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[list[Any]]


class LeakSearchRow(Base):
    """One search for leaks with its verdict. `started_at` orders searches as it does Runs.

    `traced` tells a search that named no suspects from one that did not look for any.
    """

    __tablename__ = "leak_searches"
    __table_args__ = (
        Index("ix_leak_searches_workload_started_at", "workload", "started_at"),
        Index("ix_leak_searches_started_at", "started_at"),
        Index("ix_leak_searches_commit", "commit"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workload: Mapped[str]
    started: Mapped[str]
    started_at: Mapped[float] = mapped_column(Float(53))
    commit: Mapped[str | None]
    branch: Mapped[str | None]
    environment: Mapped[dict[str, Any]]
    environment_hash: Mapped[str]
    plan: Mapped[dict[str, Any]]
    outcome: Mapped[str]
    words: Mapped[str]
    operations: Mapped[int] = mapped_column(BigInteger)
    bytes_per_operation: Mapped[float | None] = mapped_column(Float(53))
    blocks_per_operation: Mapped[float | None] = mapped_column(Float(53))
    detectable: Mapped[float | None] = mapped_column(Float(53))
    held: Mapped[bool]
    growths: Mapped[list[Any]]
    seconds: Mapped[float | None] = mapped_column(Float(53))
    traced: Mapped[bool]
    unattributed: Mapped[float | None] = mapped_column(Float(53))
    recordings: Mapped[list[Any]]
    notes: Mapped[list[Any]]

    suspects: Mapped[list[LeakSuspectRow]] = relationship(
        cascade="all", lazy="selectin", order_by="LeakSuspectRow.position"
    )


class LeakSuspectRow(Base):
    """A suspect of a search; `position` is its rank from 0. A figure that was not finite is NULL."""

    __tablename__ = "leak_suspects"
    __table_args__ = (Index("ix_leak_suspects_function_file", "function", "file"),)

    search_id: Mapped[SearchId]
    position: Mapped[int] = mapped_column(primary_key=True)
    function: Mapped[str]
    file: Mapped[str]
    line: Mapped[int]
    bytes_per_operation: Mapped[float | None] = mapped_column(Float(53))
    blocks_per_operation: Mapped[float | None] = mapped_column(Float(53))
    share: Mapped[float | None] = mapped_column(Float(53))
    stack: Mapped[list[Any]]


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
    accepted_at: Mapped[float] = mapped_column(Float(53))
