"""Documents are the truth; what queries ask of them are tables that follow from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from suite.formats import schema1
from suite.ledger.rows import index_rows

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AT_ONCE = 200
_OLD = (
    "round_values", "histograms", "statuses", "details", "thresholds", "checks", "series", "outcomes",
    "metrics", "runs", "leak_suspects", "leak_searches",
)  # fmt: skip
_RESULT = (
    "kind", "id", "workload", "started", "started_at", "commit", "branch", "dirty", "machine", "load",
    "counted", "verdict", "exit_code", "validity", "clears", "rounds", "environment_hash", "reasons",
    "environment", "plan",
)  # fmt: skip
_METRIC = ("name", "position", "unit", "better", "value", "at_least", "note", "values")
_OUTCOME = ("position", "operation", "outcome", "count")
_SUSPECT = ("position", "function", "file", "bytes_per_operation")
_RUN = (
    "id", "workload", "started", "commit", "branch", "environment", "plan", "rounds", "verdict", "exit_code",
    "pids", "evidence", "limiter",
)  # fmt: skip
_SEARCH = (
    "id", "workload", "started", "commit", "branch", "environment", "plan", "seconds", "unattributed",
    "recordings", "notes",
)  # fmt: skip
_VERDICT = (
    "outcome", "words", "operations", "bytes_per_operation", "blocks_per_operation", "detectable", "held",
    "growths",
)  # fmt: skip
_SITE = ("function", "file", "line", "bytes_per_operation", "blocks_per_operation", "share", "stack")
_MEASURED = ("unit", "better", "value", "at_least", "note")
_DETAIL = ("outcome", "operation", "count", "first", "example")
_JUDGED = ("metric", "level", "limit", "value", "passed")
_CHECK = ("name", "passed", "detail")
_JSON = (
    "environment", "plan", "pids", "evidence", "limiter", "reasons", "points", "growths", "recordings",
    "notes", "stack",
)  # fmt: skip
_Row = dict[str, Any]


def upgrade() -> None:
    """From 0004."""
    for index in ("ix_metrics_name", "ix_leak_suspects_function_file"):
        op.drop_index(index)
    for name in ("metrics", "outcomes"):
        op.rename_table(name, f"old_{name}")
    documents, results, metrics, outcomes, suspects = _tables()
    tables = (results, metrics, outcomes, suspects)
    connection = op.get_bind()
    told = context.config.attributes.get("progress") or (lambda _done, _total: None)
    for kind, data in _followed(told, connection):
        number = connection.execute(
            documents.insert().values(kind=kind, id=data["id"], data=data)
        ).inserted_primary_key[0]  # type: ignore[index]
        rows = index_rows(kind, data)
        some = ([rows.result], rows.metrics, rows.outcomes, rows.suspects)
        for table, names, found in zip(tables, (_RESULT, _METRIC, _OUTCOME, _SUSPECT), some, strict=True):
            if found:
                own = [{"number": number, **{name: row[name] for name in names}} for row in found]
                connection.execute(table.insert(), own)
    for name in _OLD:
        op.drop_table(f"old_{name}" if name in ("metrics", "outcomes") else name)
    _indexes()


def downgrade() -> None:
    """There is no way back: what is stored since then has no place in the old tables."""
    raise NotImplementedError


def _tables() -> list[sa.Table]:
    return [
        op.create_table(
            "documents",
            sa.Column("number", sa.Integer(), primary_key=True),
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("id", sa.String(), nullable=False),
            sa.Column("data", sa.JSON(), nullable=False),
            sa.UniqueConstraint("kind", "id", name="uq_documents_kind_id"),
        ),
        op.create_table(
            "results",
            _number(),
            *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "id", "workload", "started")),
            sa.Column("started_at", sa.Float(53), nullable=False),
            sa.Column("commit", sa.String()),
            sa.Column("branch", sa.String()),
            sa.Column("dirty", sa.Boolean(), nullable=False),
            sa.Column("machine", sa.String(), nullable=False),
            sa.Column("load", sa.String(), nullable=False),
            sa.Column("counted", sa.Boolean(), nullable=False),
            sa.Column("verdict", sa.String(), nullable=False),
            sa.Column("exit_code", sa.Integer(), nullable=False),
            sa.Column("validity", sa.String(), nullable=False),
            sa.Column("clears", sa.Boolean(), nullable=False),
            sa.Column("rounds", sa.BigInteger(), nullable=False),
            sa.Column("environment_hash", sa.String(), nullable=False),
            sa.Column("reasons", sa.JSON(), nullable=False),
            sa.Column("environment", sa.JSON(), nullable=False),
            sa.Column("plan", sa.JSON(), nullable=False),
        ),
        op.create_table(
            "metrics",
            _number(),
            sa.Column("name", sa.String(), primary_key=True),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("unit", sa.String(), nullable=False),
            sa.Column("better", sa.String(), nullable=False),
            sa.Column("value", sa.Float(53)),
            sa.Column("at_least", sa.Boolean(), nullable=False),
            sa.Column("note", sa.String()),
            sa.Column("values", sa.JSON(), nullable=False),
        ),
        op.create_table(
            "outcomes",
            _number(),
            sa.Column("position", sa.Integer(), primary_key=True),
            sa.Column("operation", sa.String()),
            sa.Column("outcome", sa.String(), nullable=False),
            sa.Column("count", sa.BigInteger(), nullable=False),
        ),
        op.create_table(
            "suspects",
            _number(),
            sa.Column("position", sa.Integer(), primary_key=True),
            sa.Column("function", sa.String(), nullable=False),
            sa.Column("file", sa.String(), nullable=False),
            sa.Column("bytes_per_operation", sa.Float(53)),
        ),
    ]


def _number() -> sa.Column[Any]:
    key = sa.ForeignKey("documents.number", ondelete="CASCADE")
    return sa.Column("number", sa.Integer(), key, primary_key=True)


def _indexes() -> None:
    op.create_index("ix_results_workload_started_at", "results", ["workload", "started_at"])
    for name in ("started_at", "commit", "id"):
        op.create_index(f"ix_results_{name}", "results", [name])
    history = ["workload", "machine", "load", "counted", "commit", "started_at", "number"]
    op.create_index("ix_results_history", "results", history)
    op.create_index("ix_metrics_name", "metrics", ["name"])
    op.create_index("ix_suspects_function_file", "suspects", ["function", "file"])


def _followed(
    told: Callable[[int, int], None], connection: sa.Connection
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records of the old tables, in batches; how many are done of how many is told after each."""
    runs, searches = (
        list(connection.execute(sa.text(f"SELECT id FROM {name} ORDER BY started_at, id")).scalars())  # noqa: S608
        for name in ("runs", "leak_searches")
    )
    done, total = 0, len(runs) + len(searches)
    for kind, ids, read in (("run", runs, _runs), ("leaks", searches, _searches)):
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            for data in read(connection, some):
                yield kind, data
            done += len(some)
            told(done, total)


def _runs(connection: sa.Connection, ids: list[str]) -> Iterator[dict[str, Any]]:
    values: dict[tuple[str, str], list[Any]] = {}
    for row in _rows(connection, "round_values", "run_id", ids, "position"):
        values.setdefault((row["run_id"], row["metric"]), []).append(row["value"])
    metrics = _by(_rows(connection, "old_metrics", "run_id", ids, "position"))
    histograms = _by(_rows(connection, "histograms", "run_id", ids, "name"))
    outcomes = _by(_rows(connection, "old_outcomes", "run_id", ids, "position"))
    statuses = _by(_rows(connection, "statuses", "run_id", ids, "position"))
    details = _by(_rows(connection, "details", "run_id", ids, "position"))
    thresholds = _by(_rows(connection, "thresholds", "run_id", ids, "position"))
    checks = _by(_rows(connection, "checks", "run_id", ids, "position"))
    series = _by(_rows(connection, "series", "run_id", ids, "name"))
    for run in _rows(connection, "runs", "id", ids, "started_at, id"):
        name = run["id"]
        counts = _counts(outcomes.get(name, ()), "outcome")
        error = {"kind": run["error_kind"], "message": run["error_message"]}
        old = {
            **{key: run[key] for key in _RUN},
            "validity": {"verdict": run["validity"], "reasons": run["reasons"]},
            "error": None if run["error_kind"] is None else error,
            "metrics": {
                row["name"]: {
                    **{key: row[key] for key in _MEASURED},
                    "at_least": bool(row["at_least"]),
                    "values": values.get((name, row["name"]), []),
                }
                for row in metrics.get(name, ())
            },
            "histograms": {row["name"]: row["encoded"] for row in histograms.get(name, ())},
            "outcomes": counts.pop(None, {}),
            "operations": counts,
            "statuses": _counts(statuses.get(name, ()), "status"),
            "details": [
                {**{key: row[key] for key in _DETAIL}, "class": row["cause"]} for row in details.get(name, ())
            ],
            "thresholds": [
                {**{key: row[key] for key in _JUDGED}, "passed": _flag(row["passed"])}
                for row in thresholds.get(name, ())
            ],
            "checks": [
                {**{key: row[key] for key in _CHECK}, "passed": _flag(row["passed"])}
                for row in checks.get(name, ())
            ],
            "series": {row["name"]: row["points"] for row in series.get(name, ())},
        }
        yield {"dirty": False, **schema1.run(old)}


def _searches(connection: sa.Connection, ids: list[str]) -> Iterator[dict[str, Any]]:
    suspects = _by(_rows(connection, "leak_suspects", "search_id", ids, "position"), "search_id")
    for search in _rows(connection, "leak_searches", "id", ids, "started_at, id"):
        verdict = {key: search[key] for key in _VERDICT}
        code = {"unbounded": 1, "sporadic": 3, "unsettled": 3}.get(verdict["outcome"], 0)
        found = [{key: row[key] for key in _SITE} for row in suspects.get(search["id"], ())]
        old = {
            **{key: search[key] for key in _SEARCH},
            "verdict": {**verdict, "held": bool(verdict["held"])},
            "suspects": found if search["traced"] else None,
            "exit_code": code,
        }
        yield {"dirty": False, "partial": False, **schema1.leaks(old)}


def _rows(connection: sa.Connection, table: str, key: str, ids: list[str], order: str) -> list[_Row]:
    query = sa.text(f"SELECT * FROM {table} WHERE {key} IN :ids ORDER BY {order}")  # noqa: S608
    found = connection.execute(query.bindparams(sa.bindparam("ids", ids, expanding=True)))
    return [
        {key: _parsed(value) if key in _JSON else value for key, value in row.items()}
        for row in found.mappings()
    ]


def _by(rows: Iterable[_Row], key: str = "run_id") -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def _counts(rows: Iterable[_Row], key: str) -> dict[Any, dict[str, int]]:
    """Counts by operation; a row without a key says that the operation has none."""
    result: dict[Any, dict[str, int]] = {}
    for row in rows:
        counts = result.setdefault(row["operation"], {})
        if row[key] is not None:
            counts[row[key]] = row["count"]
    return result


def _parsed(value: Any) -> Any:
    """JSON as drivers give it: text, or parsed already."""
    return json.loads(value) if isinstance(value, str) else value


def _flag(value: Any) -> bool | None:
    return None if value is None else bool(value)
