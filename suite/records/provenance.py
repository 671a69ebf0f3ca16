"""Where a record comes from: what all records have in common."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from suite.records.plan_facts import check_facts
from suite.units import seconds_since_epoch

_TIME = re.compile(r"[-+:.,TWZ0-9 ]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What was measured, when, on which state of the code, where and how.

    `started` is an ISO 8601 time with its zone. `dirty` if the code had changes that were not committed,
    `partial` if it ended before all was measured. `environment` describes machine and software, `plan` the
    load. Raises ValueError for another `started`, and for a plan or an environment that nobody can read.
    """

    NAME: ClassVar[str]
    """What people call such a record."""
    KIND: ClassVar[str]
    """What documents and the ledger call it."""
    DERIVED: ClassVar[tuple[str, ...]] = ("verdict", "exit_code")
    """What documents tell of it beside its fields."""

    id: str
    workload: str
    started: str
    commit: str | None
    branch: str | None
    dirty: bool = False
    partial: bool = False
    environment: Mapping[str, Any]
    plan: Mapping[str, Any]

    def __post_init__(self) -> None:
        try:
            datetime.fromisoformat(self.started)  # it takes any sign between day and hour
            if not _TIME.fullmatch(self.started):
                raise ValueError
        except (ValueError, TypeError):
            raise ValueError(f"started is no time like 2025-01-31T12:00:00+00:00: {self.started!r}") from None
        check_facts(self.plan, self.environment)


def provenance_of(record: Provenance) -> dict[str, Any]:
    """What a record has of Provenance, by name."""
    return {field.name: getattr(record, field.name) for field in fields(Provenance)}


def provenance_of_both(
    base: Iterable[Provenance], head: Iterable[Provenance], found: object
) -> dict[str, Any]:
    """The provenance of a comparison that `found` something: the newest of `head`'s, under an id of its own.

    Equal records and equal findings give an equal id.
    """
    sides = [[*base], [*head]]
    newest = max(sides[1], key=lambda one: seconds_since_epoch(one.started))
    said = repr(([[one.id for one in side] for side in sides], found))
    return {**provenance_of(newest), "id": hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]}
