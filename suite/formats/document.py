"""Documents as text: written to files and to stdout, under names that sort by time."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from suite.files import disk_faults, safe_name, write_text
from suite.formats.plain import plain
from suite.records.provenance import Provenance
from suite.units import moment, seconds_since_epoch

_SAID = ("outputs", "details", "checks", "error", "failure")
"""What of a record may quote a system."""
_LONGEST = 100
"""Characters of a workload's name within a file name, which may have 255 bytes."""


def dumps(data: Mapping[str, Any]) -> str:
    """Any data as JSON text with a line break at its end; see `plain` for what JSON has no word for."""
    return json.dumps(plain(data), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_document(path: Path, data: Mapping[str, Any]) -> None:
    """Write a document to `path` whole or not at all. Raises StoreError saying what would mend it.

    One that has something of what a system said is for its owner alone.
    """
    write_text(path, dumps(data), private=any(map(_has_output, _parts(data))))


def _parts(data: Mapping[str, Any]) -> Iterable[Any]:
    return [*data.get("results", ()), data.get("round")]


def _has_output(part: Any) -> bool:
    return isinstance(part, Mapping) and any(part.get(name) for name in _SAID)


def quotes(record: Provenance) -> bool:
    """Whether it has something of what a system said."""
    return any(getattr(record, name, None) for name in _SAID)


def print_document(data: Mapping[str, Any]) -> None:
    """Write a document to stdout. Raises StoreError if that is a full disk, or a reader that left."""
    print_text(dumps(data))


def print_text(text: str) -> None:
    """Write any text to stdout. Raises StoreError like that."""
    with disk_faults("to stdout"):
        sys.stdout.write(text)
        sys.stdout.flush()


def run_path(folder: Path, record: Provenance) -> Path:
    """Where the document of a record belongs under `folder`: names sort by time (UTC)."""
    started = moment(seconds_since_epoch(record.started))
    workload = re.sub(r"[^\w.-]+", "-", record.workload, flags=re.ASCII)[:_LONGEST]
    return folder / f"{started.year:04}{started:%m%dT%H%M%SZ}-{workload}-{safe_name(record.id)}.json"
