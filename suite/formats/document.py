"""Documents as text: written to files and to stdout, under names that sort by time."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from suite.files import safe_name, write_text
from suite.formats.plain import plain
from suite.records.provenance import Provenance
from suite.units import moment, seconds_since_epoch

_SAID = ("outputs", "details", "checks", "error", "failure")
"""What of a record may quote a system."""
_LONGEST = 100
"""Characters of a workload's name within a file name, which may have 255 bytes."""


def dumps(data: Mapping[str, Any]) -> str:
    """Any data as JSON text with a line break at its end; see `plain` for what JSON has no word for."""
    return _json(plain(data))


def write_document(path: Path, data: Mapping[str, Any]) -> None:
    """Write a document to `path` whole or not at all. Raises StoreError saying what would mend it.

    One that has something of what a system said is for its owner alone.
    """
    made = plain(data)
    write_text(path, _json(made), private=_quotes(made))


def _json(made: Any) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _quotes(data: Any) -> bool:
    """Whether plain data has something of what a system said, however deep: a round of a pair, a reason."""
    if isinstance(data, Mapping):
        return any(
            (name in _SAID and bool(value))
            or (name == "figures" and isinstance(value, Mapping) and bool(value.get("text")))
            or _quotes(value)
            for name, value in data.items()
        )
    return isinstance(data, list) and any(map(_quotes, data))


def quotes(record: Provenance) -> bool:
    """Whether it has something of what a system said."""
    return _quotes(plain(record))


def print_document(data: Mapping[str, Any]) -> None:
    """Write a document to stdout."""
    print_text(dumps(data))


def print_text(text: str) -> None:
    """Write any text to stdout."""
    sys.stdout.write(text)
    sys.stdout.flush()


def run_path(folder: Path, record: Provenance) -> Path:
    """Where the document of a record belongs under `folder`: names sort by time (UTC)."""
    started = moment(seconds_since_epoch(record.started))
    workload = re.sub(r"[^\w.-]+", "-", record.workload, flags=re.ASCII)[:_LONGEST]
    return folder / f"{started.year:04}{started:%m%dT%H%M%SZ}-{workload}-{safe_name(record.id)}.json"
