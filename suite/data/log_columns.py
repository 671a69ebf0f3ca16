"""An access log as columns, read once: a row for each request, in the order of their starts."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from suite.contract.replay import LogSummary, Replay
from suite.data.access_log import Line, LogReader
from suite.data.log_file import log_lines
from suite.data.log_operations import LogOperations
from suite.data.log_sessions import sessions
from suite.data.logged_requests import LoggedRequests
from suite.errors import ConfigurationError
from suite.process.redaction import excerpt

_UNREAD = 0.5
"""Share of lines that can't be read from which on it is no access log."""
_BACK = 1.0
"""Seconds that a stamp may be before one above it: requests that end at once are written in any order."""
_EXAMPLE = 120
_ROW, _LOOKED = 80, 1 << 18
"""Bytes that a request takes until all are sorted; after so many each memory is looked at: a small file of
gzip may have any number.
"""
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class LogColumns:
    """A row for each request in the order of their starts (seconds since the log's begin).

    `session` numbers sessions from 0, `at` is where in the file `requests` the request's line begins,
    `operation` which of the replay's operations it is.
    """

    start: _Floats
    session: _Ints
    at: _Ints
    status: _Ints
    operation: _Ints
    requests: LoggedRequests
    summary: LogSummary


_held: dict[Replay, tuple[tuple[int, int], LogColumns]] = {}
"""The log that was read last, behind the size and the time of its file."""


def read(given: Replay, has_room: Callable[[int], bool], *, anew: bool = True) -> LogColumns:
    """The log, read again only if it, or what is wanted of it, has changed; unless `anew`, not even then: it
    may grow, or be rotated, while it is replayed. `has_room` says whether there is memory for so many bytes
    more. Raises ConfigurationError.
    """
    plain = replace(given, speed=1.0, begin=0.0, summary=None)
    known = _held.get(plain)
    if known and not anew:
        return known[1]
    try:
        found = Path(given.path).stat()
    except OSError as error:
        raise ConfigurationError(f"can't read {given.path}: {error.strerror}") from error
    state = found.st_size, found.st_mtime_ns
    if known is None or known[0] != state:
        _held.clear()  # it takes its room
        known = _held[plain] = state, _Log(plain, has_room).read()
    return known[1]


class _Log:
    def __init__(self, given: Replay, has_room: Callable[[int], bool]) -> None:
        self._given = given
        self._has_room = has_room
        self._operation_of = LogOperations(given)
        self._reader = LogReader(given.took)
        self._skipped: Counter[str] = Counter()
        self._example = b""
        self._lines = self._back = 0
        self._latest = float("-inf")
        self._stamps, self._tooks = array("d"), array("d")
        self._clients, self._at = array("q"), array("Q")
        self._statuses, self._operations = array("H"), array("H")
        self._fraction = False
        self._requests = LoggedRequests()

    def read(self) -> LogColumns:
        digest = hashlib.sha256()
        for line in log_lines(self._given.path, digest):
            self._lines += 1
            self._add(line)
        self._check()
        self._requests.file.flush()
        return self._columns(digest.hexdigest()[:12])

    def _add(self, line: bytes | None) -> None:
        if line is None:
            self._skipped["too_long"] += 1
            return
        if not line.strip():
            self._skipped["empty"] += 1
            return
        found = self._reader.read(line)
        if not isinstance(found, Line):
            if found == "unreadable" and not self._skipped[found]:
                self._example = line
            self._skipped[found] += 1
            return
        operation = self._operation_of(found.method, found.target)
        if isinstance(operation, str):
            self._skipped[operation] += 1
            return
        self._keep(found, operation)

    def _keep(self, line: Line, operation: int) -> None:
        rows = len(self._at)
        if rows % _LOOKED == 0 and not self._has_room(_ROW * (rows + _LOOKED)):
            raise ConfigurationError(
                f"{self._given.path} has more requests than memory has room for: {rows:,} by line "
                f"{self._lines:,}; replay a part of it"
            )
        self._back += line.stamp < self._latest - _BACK
        self._latest = max(self._latest, line.stamp)
        self._fraction = self._fraction or not line.whole
        began = line.begins or self._given.stamp == "start"
        self._stamps.append(line.stamp)
        self._tooks.append(0.0 if began else line.took)
        match self._given.client:
            case "address":
                client = hash(line.client)
            case "agent":
                client = hash((line.client, line.agent))
            case "line":
                client = self._lines
        self._clients.append(client)
        self._at.append(self._requests.place(b"%s %s\n" % (line.method, line.target)))
        self._statuses.append(min(line.status, 999))
        self._operations.append(operation)

    def _check(self) -> None:
        path, lines = self._given.path, self._lines - self._skipped["empty"]
        if not lines:
            raise ConfigurationError(f"{path} is empty: there is nothing to replay")
        unread = self._skipped["unreadable"] + self._skipped["too_long"]
        if unread > _UNREAD * lines:
            raise ConfigurationError(
                f"{path} is no access log that can be read: {unread:,} of {lines:,} lines are neither "
                f"common, combined nor JSON with time, method and path; the first: {self._shown_example()!r}"
            )
        if not self._stamps:
            reasons = ", ".join(f"{count:,} {name}" for name, count in sorted(self._skipped.items()))
            raise ConfigurationError(
                f"{path} has no line to replay ({reasons}): GET and HEAD only, unless replay(operations=...) "
                "maps others"
            )

    def _shown_example(self) -> str:
        """What users asked for may have their passwords in it."""
        return excerpt(self._example.decode("utf-8", "replace").strip(), _EXAMPLE)

    def _columns(self, digest: str) -> LogColumns:
        whole = not self._fraction
        starts = spread(np.frombuffer(self._stamps)) if whole else np.array(self._stamps)
        starts -= np.frombuffer(self._tooks)
        del self._stamps, self._tooks  # of a long log they are large
        order = np.argsort(starts, kind="stable")
        starts = starts[order]
        zero = np.floor(starts[0]) if whole else starts[0]
        starts -= zero
        clients = np.frombuffer(self._clients, np.int64)[order]
        session, persons = sessions(clients, starts, self._given.idle)
        summary = LogSummary(
            digest,
            self._lines,
            len(starts),
            dict(self._skipped),
            self._shown_example(),
            persons,
            int(session.max()) + 1,
            _length(starts, whole),
            whole,
            self._back,
        )
        return LogColumns(
            starts,
            session.astype(np.uint32),
            np.frombuffer(self._at, np.uint64)[order],
            np.frombuffer(self._statuses, np.uint16)[order],
            np.frombuffer(self._operations, np.uint16)[order],
            self._requests,
            summary,
        )


def spread(stamps: _Floats) -> _Floats:
    """Stamps of whole seconds, each somewhere in its second: n of one second as n uniform moments in order.

    That is how independent arrivals lie when only their number is known. Always the same for the same log.
    """
    order = np.argsort(stamps, kind="stable")
    second = stamps[order]
    moments = np.random.default_rng(len(stamps)).random(len(stamps))
    moments = moments[np.lexsort((moments, second))]
    placed = np.empty(len(stamps))
    placed[order] = second + moments
    return placed


def _length(starts: _Floats, whole: bool) -> float:
    """Whole seconds last until their end; of others the last has as much room as it has on average."""
    last = float(starts[-1])
    if whole:
        return float(np.floor(last)) + 1.0
    return last * len(starts) / (len(starts) - 1) if last > 0 else 1.0
