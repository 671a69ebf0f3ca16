"""The one form of every document: results of a kind, and what is said of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import suite
from suite.errors import StoreError
from suite.files import read_json
from suite.formats import schema1
from suite.formats.structure import dump, load, schema
from suite.measure.environment import fingerprint
from suite.records.comparison import Comparison, conclude
from suite.records.record import RECORDS, Record
from suite.records.run import verdict_word

SCHEMA = 2
Kind = Literal[
    "run", "leaks", "capacity", "costs", "comparison", "ab", "calibration", "resilience", "soak", "recovery"
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Document:
    """What a document holds: `records` of its kind, and `data`, the whole of it as plain data of schema 2."""

    kind: Kind
    records: tuple[Record, ...]
    data: Mapping[str, Any]


def record_type(kind: Kind) -> type[Record]:
    """What documents of a kind have results of."""
    return Comparison if kind == "ab" else RECORDS[kind]


def kind_of(record: Record) -> Kind:
    """What a document of it is called."""
    return next(kind for kind in KINDS if kind == record.KIND)


def exit_code(record: Record) -> int:
    """What it alone would end `suite` with."""
    if isinstance(record, Comparison):
        return conclude([record]).exit_code
    return getattr(record, "exit_code", 0)


def envelope(
    kind: Kind,
    results: Iterable[Record | Mapping[str, Any]],
    *,
    exit_code: int,
    **more: Any,
) -> dict[str, Any]:
    """A document as plain data: `results` are records, or what `entry` made of them.

    `exit_code` is that of the whole command. The environment is that of the first result; others tell their
    own. `more` is what only this kind has.
    """
    entries = [dict(one) if isinstance(one, Mapping) else dump(one) for one in results]
    environment = entries[0]["environment"] if entries else fingerprint()
    for one in entries:
        if one["environment"] == environment:
            del one["environment"]
    return {
        "schema": SCHEMA,
        "kind": kind,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": f"loadledger {suite.__version__}",
        "environment": environment,
        "verdict": verdict_word(exit_code),
        "exit_code": exit_code,
        **more,
        "results": entries,
    }


def entry(record: Record, **more: Any) -> dict[str, Any]:
    """One result, with what only a document says of it."""
    return {**dump(record), **more}


def read_document(path: Path) -> Document:
    """The document in a file, of this schema or an older one.

    Raises StoreError that names the file if it can't be read, is damaged, newer or something else.
    """
    found = document_in(read_json(path), path)
    if found is None:
        raise StoreError(f"{path} is not a result document of suite run; other tools' files: suite import")
    return found


def document_in(data: Any, path: Path) -> Document | None:
    """The document that was read from `path`; None if it is something else. Raises StoreError like that."""
    if not isinstance(data, Mapping):
        return None
    number = data.get("schema")
    if isinstance(number, int) and number > SCHEMA:
        raise StoreError(f"{path} was written by a newer Loadledger; update this one to read it")
    if "results" not in data or number != SCHEMA:
        data = schema1.upgraded(data, _age(path))
        if data is None:
            return None
    try:
        return _read(data)
    except StoreError as error:
        raise StoreError(f"{path}: {error}") from error


def _read(data: Mapping[str, Any]) -> Document | None:
    kind = next((one for one in KINDS if one == data.get("kind")), None)
    entries = data["results"]
    if kind is None or not isinstance(entries, list):
        return None
    environment = data.get("environment", {})
    records = [
        load(record_type(kind), {"environment": environment, **one} if isinstance(one, dict) else one)
        for one in entries
    ]
    return Document(kind, tuple(records), data)


def _age(path: Path) -> str:
    """When a file was written, for what says nothing of its time."""
    try:
        when = path.stat().st_mtime
    except OSError:
        when = 0.0
    return datetime.fromtimestamp(when, UTC).isoformat(timespec="seconds")


def json_schema(*kinds: Kind) -> dict[str, Any]:
    """The JSON schema of documents of any of these kinds."""
    of_each = [_schema_of(kind) for kind in kinds]
    definitions = {name: one for each in of_each for name, one in each.pop("$defs").items()}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A document of loadledger"}
    return {**head, **(of_each[0] if len(of_each) == 1 else {"oneOf": of_each}), "$defs": definitions}


def _schema_of(kind: Kind) -> dict[str, Any]:
    result = schema(record_type(kind))
    definitions = result.pop("$defs", {})
    result["required"] = [name for name in result["required"] if name != "environment"]
    text = {"type": "string"}
    properties = {
        "schema": {"const": SCHEMA},
        "kind": {"const": kind},
        "made": {**text, "description": "When it was written, ISO 8601."},
        "by": {**text, "description": "What wrote it."},
        "environment": {"type": "object", "description": "Of every result that has none of its own."},
        "verdict": {"enum": ["pass", "fail", "invalid", "error"]},
        "exit_code": {"type": "integer"},
        "results": {"type": "array", "items": result},
    }
    required = [*properties]
    if kind == "run":
        properties["summary"] = {
            "type": "object",
            "description": "Of all results: totals, by category, failures, advice.",
        }
    return {"type": "object", "properties": properties, "required": required, "$defs": definitions}
