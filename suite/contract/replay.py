"""Arrivals as an access log has them: which lines, from where on, how fast. It is read elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from suite.errors import ConfigurationError
from suite.units import parse

Duration = str | float
_CLIENTS = ("address", "agent", "line")
_STAMPS = ("end", "start")
_UNITS = ("s", "ms", "us", "ns")


class Logged(NamedTuple):
    """A request as the log has it: `target` is the path with its query, `status` 0 where none is logged."""

    method: str
    target: str
    status: int


@dataclass(frozen=True, slots=True)
class LogSummary:
    """What reading a log came to, all of it in lines and in seconds of the log.

    `skipped` counts lines by reason, `example` is the first that could not be read. `back` counts steps of
    the clock backwards, `whole` says that stamps are whole seconds (what has one second is spread over it).
    `planned` lines are this round's, from `begin` on; `beyond` come after its end.
    """

    digest: str
    lines: int
    used: int
    skipped: Mapping[str, int]
    example: str
    clients: int
    sessions: int
    seconds: float
    whole: bool
    back: int
    planned: int = 0
    begin: float = 0.0
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Replay:
    """The arrivals of an access log, see `replay`. `summary` is there once the log has been read."""

    path: str
    speed: float = 1.0
    operations: tuple[tuple[str, str], ...] = ()
    client: Literal["address", "agent", "line"] = "address"
    idle: float = 1800.0
    begin: float | Literal["peak"] = 0.0
    stamp: Literal["end", "start"] = "end"
    took: Literal["s", "ms", "us", "ns"] | None = None
    summary: LogSummary | None = None

    def __post_init__(self) -> None:
        if faults := list(_faults(self)):
            raise ConfigurationError.of(f"replay: {fault}" for fault in faults)

    def __str__(self) -> str:
        return "replay"

    @property
    def name(self) -> str:
        """The log's file, as it may be shown anywhere."""
        return Path(self.path).name

    def facts(self) -> dict[str, Any]:
        """What a plan says of it: of the log a name, a digest and counts."""
        said: dict[str, Any] = {"arrivals": "replay", "log": self.name, "speed": self.speed}
        how = {"client": self.client, "idle": self.idle, "begin": self.begin, "stamp": self.stamp}
        found = self.summary
        if found is None:
            return {**said, "replay": how}
        counts = {name: getattr(found, name) for name in LogSummary.__slots__ if name != "example"}
        counts["skipped"] = dict(found.skipped)
        return {**said, "log": f"{self.name} {found.digest}", "replay": {**how, **counts}}


def replay(
    path: str | Path,
    *,
    speed: float = 1.0,
    operations: Mapping[str, str] | None = None,
    client: Literal["address", "agent", "line"] = "address",
    idle: Duration = "30min",
    begin: Duration = 0.0,
    stamp: Literal["end", "start"] = "end",
    took: Literal["s", "ms", "us", "ns"] | None = None,
) -> Replay:
    """Arrivals for an open loop: the requests of the access log at `path`, at their times over `speed`.

    Common, combined and JSON logs, also gzipped; `path` is relative to the load file. An operation finds
    its line in `self.logged`. GET and HEAD only, unless `operations` maps patterns such as "POST /orders"
    or "GET /items/*" (the first that fits counts, lines that none fits are left out) to names of operations.
    Requests of one client are one user's, in their order: a `client` is an address, an address with its
    agent, or every line by itself. After `idle` it is a new user. `begin` is where in the log to begin, or
    "peak", its busiest stretch. `stamp` says which end of a request the log's time is, `took` the unit of a
    request time without a point behind a combined line. Raises ConfigurationError.
    """
    file = sys._getframe(1).f_globals.get("__file__")
    place = Path(path) if file is None else Path(file).parent / path
    since: Any = begin if begin == "peak" else parse(begin, "s")
    pairs = tuple((operations or {}).items())
    return Replay(str(place.absolute()), speed, pairs, client, parse(idle, "s"), since, stamp, took)


def _faults(given: Replay) -> list[str]:
    faults = []
    if not (isinstance(given.speed, int | float) and 0 < given.speed < float("inf")):
        faults.append(f"speed must be a number above 0, not {given.speed!r}")
    if given.client not in _CLIENTS:
        faults.append(f"client must be one of {', '.join(_CLIENTS)}, not {given.client!r}")
    if given.stamp not in _STAMPS:
        faults.append(f"stamp must be end or start, not {given.stamp!r}")
    if given.took is not None and given.took not in _UNITS:
        faults.append(f"took must be one of {', '.join(_UNITS)}, not {given.took!r}")
    if given.idle <= 0:
        faults.append("idle must be above 0")
    if isinstance(given.begin, int | float) and given.begin < 0:
        faults.append("begin can't be negative")
    for pattern, name in given.operations:
        method, _, path = str(pattern).rpartition(" ")
        if not isinstance(name, str) or not path.startswith(("/", "*")) or " " in method:
            faults.append(
                f'operations maps "GET /items/*" to the name of an operation, not {pattern!r}: {name!r}'
            )
    return faults
