"""Costs that are meant to grow: a file of the repository says which, by how much at most, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from suite.compare.minimum import minimum
from suite.errors import ConfigurationError, Faults
from suite.files import parse_toml
from suite.records.comparison import ACCEPTED, Change, Comparison
from suite.records.costs import COSTS
from suite.records.reason import Reason

FILE = "costs-accepted.toml"
_NEEDED, _KNOWN = ("workload", "metric", "reason"), ("workload", "metric", "most", "reason")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """That a cost of a workload grows is wanted, by `most` at most ("8%", "2"; None: by any amount)."""

    workload: str
    metric: str
    reason: str
    most: str | float | None = None

    def covers(self, workload: str, change: Change) -> bool:
        """Whether this change of `workload` is the one that is wanted, and no larger."""
        if (workload, change.metric) != (self.workload, self.metric):
            return False
        if self.most is None or change.base is None or change.head is None:
            return self.most is None
        most = minimum(self.metric, change.unit, {self.metric: self.most})
        if not most.relative:
            return change.head - change.base <= most.size
        return change.head - change.base <= (most.size * change.base if change.base > 0 else most.floor)


def read_acceptances(file: Path) -> tuple[Acceptance, ...]:
    """What `file` accepts; nothing where there is none. Raises ConfigurationError with all its faults."""
    if not file.is_file():
        return ()
    try:
        table = parse_toml(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file.name}: {error}") from error
    faults = Faults()
    for name in table.keys() - {"accepted"}:
        faults.lines.append(f"{file.name}: {name} is not known; it has tables [[accepted]]")
    entries = table.get("accepted", [])
    found = []
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
        with faults.collected(f"{file.name}, entry {number}: "):
            found.append(_acceptance(entry))
    faults.check()
    return tuple(found)


def newly_accepted(base: Path, head: Path) -> tuple[Acceptance, ...]:
    """What head's file accepts and base's did not yet: each is for the change that it came with.

    Raises ConfigurationError for faults of head's; what can't be read of base accepted nothing.
    """
    wanted = read_acceptances(head)
    try:
        known = read_acceptances(base)
    except ConfigurationError:
        known = ()
    return tuple(one for one in wanted if one not in known)


def accepted(found: Comparison, wanted: Iterable[Acceptance]) -> Comparison:
    """The same, in which what grew and is `wanted` is no regression; a note says why."""
    changes: list[Change] = []
    notes: list[Reason] = []
    known = tuple(wanted)
    for change in found.changes:
        own = next((one for one in known if one.covers(found.workload, change)), None)
        if change.verdict != "regression" or own is None:
            changes.append(change)
            continue
        changes.append(replace(change, verdict="same", reason=Reason(ACCEPTED, {"why": own.reason})))
        notes.append(Reason(ACCEPTED, {"metric": change.metric, "why": own.reason}))
    return replace(found, changes=tuple(changes), notes=(*found.notes, *notes))


def _acceptance(entry: Any) -> Acceptance:
    if not isinstance(entry, Mapping):
        raise ConfigurationError("it is no table; write [[accepted]]")
    faults = Faults()
    faults.lines += list(_faults(entry))
    faults.check()
    metric = entry["metric"] if entry["metric"].startswith("cost.") else f"cost.{entry['metric']}"
    if metric not in COSTS:
        raise ConfigurationError(f"{entry['metric']} is no cost that can be counted: {', '.join(COSTS)}")
    if (most := entry.get("most")) is not None:
        minimum(metric, COSTS[metric], {metric: most})
    return Acceptance(entry["workload"], metric, entry["reason"], most)


def _faults(entry: Mapping[str, Any]) -> Iterator[str]:
    for name in entry:
        if name not in _KNOWN:
            yield f"{name} is not known; it has: {', '.join(_KNOWN)}"
    for name in _NEEDED:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            yield f"{name} is missing" if name not in entry else f"{name} has to be a text"
    if not isinstance(entry.get("most", ""), str | int | float):
        yield "most is a share or an amount, such as '8%' or 2"
