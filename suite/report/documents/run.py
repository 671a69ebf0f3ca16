"""The result document: one JSON object for all Runs of one `suite run`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from suite.files import disk_faults, write_text
from suite.formats.codec import decode_run, encode_run, plain
from suite.records.capacity import Capacity
from suite.records.leak import LeakSearch
from suite.records.run import Run

SCHEMA = 1
_LONGEST = 100
"""Characters of a workload's name within a file name, which may have 255 bytes."""


def document(
    runs: Iterable[Run],
    *,
    commit: str | None,
    environment: Mapping[str, Any],
    exit_code: int,
    verdict: str,
) -> dict[str, Any]:
    """What `--json` writes, as plain data in base units, without NaN or infinity.

    `verdict` is pass, fail, invalid or error; `exit_code` is that of the whole command.
    """
    return {
        "schema": SCHEMA,
        "commit": commit,
        "environment": plain(environment),
        "verdict": verdict,
        "exit_code": exit_code,
        "runs": [run_document(run) for run in runs],
    }


def run_document(run: Run) -> dict[str, Any]:
    """One entry of a document's "runs"; `parse_run` makes an equal Run of it."""
    return encode_run(run)


def parse_run(data: Mapping[str, Any]) -> Run:
    """The Run of an entry of "runs". Raises StoreError if `data` is not such a thing."""
    return decode_run(data)


def dumps(data: Mapping[str, Any]) -> str:
    """Any data as JSON text with a line break at its end; see `codec.plain` for what JSON has no word for."""
    return json.dumps(plain(data), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_document(path: Path, data: Mapping[str, Any]) -> None:
    """Write a document to `path` whole or not at all. Raises StoreError saying what would mend it."""
    write_text(path, dumps(data))


def print_document(data: Mapping[str, Any]) -> None:
    """Write a document to stdout. Raises StoreError if that is a full disk, or a reader that left."""
    with disk_faults("to stdout"):
        sys.stdout.write(dumps(data))
        sys.stdout.flush()


def run_path(folder: Path, run: Run | Capacity | LeakSearch) -> Path:
    """Where the document of a Run or a search belongs under `folder`: names sort by time (UTC)."""
    started = datetime.fromisoformat(run.started)
    started = started.astimezone(UTC) if started.tzinfo else started
    workload = re.sub(r"[^\w.-]+", "-", run.workload, flags=re.ASCII)[:_LONGEST]
    return folder / f"{started:%Y%m%dT%H%M%SZ}-{workload}-{run.id}.json"
