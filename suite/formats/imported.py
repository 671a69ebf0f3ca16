"""Runs that another tool measured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from suite.formats.plain import plain
from suite.formats.structure import load
from suite.records.run import Measured, Run

_EMPTY: dict[str, Any] = {
    "rounds": 1,
    **{name: {} for name in ("histograms", "outcomes", "operations", "statuses", "series")},
    **dict.fromkeys(["details", "thresholds", "checks"], ()),
    "validity": {},
}
"""What no other tool tells of a Run."""
DAMAGE = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError, RecursionError)
"""What comes of files that are not as they should be; OSError of times beyond all calendars."""


def imported_run(
    source: str,
    workload: str,
    started: str,
    commit: str | None,
    branch: str | None,
    environment: Mapping[str, Any],
    metrics: Mapping[str, Measured],
    content: object,
    *,
    dirty: bool | None = None,
    setting: str = "",
    versions: Mapping[str, str] | None = None,
) -> Run:
    """A Run that the tool `source` measured; its id depends on what that says, so that it comes in once.

    `setting` is what the tool keeps apart beside hardware, `versions` are those of what it measured, by
    metric. Raises StoreError for what is no Run.
    """
    where = environment if dirty is None else {**environment, "dirty": dirty}
    said = json.dumps([source, workload, started, commit, where, content], sort_keys=True, default=str)
    data = {
        **_EMPTY,
        "id": f"{source}-{hashlib.sha256(said.encode()).hexdigest()[:16]}",
        "workload": workload,
        "started": started,
        "commit": commit,
        "branch": branch,
        "dirty": bool(dirty),
        "environment": {**environment, "setting": setting} if setting else environment,
        "plan": {"loop": source, "versions": versions} if versions else {"loop": source},
        "metrics": metrics,
    }
    return load(Run, plain(data))
