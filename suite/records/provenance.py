"""Where a record comes from: what all records have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What was measured, when, on which state of the code, where and how.

    `started` is an ISO 8601 time with its zone. `dirty` if the code had changes that were not committed.
    `environment` describes machine and software, `plan` the load.
    """

    id: str
    workload: str
    started: str
    commit: str | None
    branch: str | None
    dirty: bool = False
    environment: Mapping[str, Any]
    plan: Mapping[str, Any]
