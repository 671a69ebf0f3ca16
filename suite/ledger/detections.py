"""What was found in histories, kept in the ledger: a new commit only has the tail looked at again."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from suite.errors import StoreError
from suite.ledger.commit_order import CommitOrder, MeasuredCommit
from suite.ledger.models import AcceptedRow, DetectionRow
from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import Quantity, Timeline, TimelineReader
from suite.stats.changepoint import ChangePoint, Detection, Drift, DriftReference, detect, extend

_T = TypeVar("_T")
_KINDS: Mapping[str, Any] = {"int": int, "float": (int, float)}
"""Of a field by how it is annotated; all others are text."""


@dataclass(frozen=True, slots=True)
class CommitRange:
    """A change in terms of commits: `commit` brought it, at `when` (seconds since the epoch).

    That is the one that was accepted for it, else the likeliest. `good` is the last commit that is surely
    before it, `bad` the first that is surely not.
    """

    commit: str
    when: float
    good: str
    bad: str


@dataclass(frozen=True, slots=True)
class Detected:
    """A detection, with a place for each of its points.

    Drift is `since` a commit: that of the last accepted change, else the first.
    """

    quantity: Quantity
    detection: Detection
    places: tuple[CommitRange, ...]
    since: str | None


@dataclass(frozen=True, slots=True)
class AcceptedChange:
    """A change that is wanted."""

    workload: str
    metric: str
    commit: str
    reason: str


class Detections:
    """Finds changes, and keeps what it found."""

    def __init__(self, ledger: Ledger, order: CommitOrder) -> None:
        self._ledger = ledger
        self._order = order
        self._lines = TimelineReader(ledger)
        self._accepted: list[AcceptedChange] | None = None

    def accepted(self) -> list[AcceptedChange]:
        """All changes that are wanted, oldest first."""
        if self._accepted is None:
            query = select(AcceptedRow).order_by(AcceptedRow.accepted_at)
            with self._ledger.session() as session:
                self._accepted = [
                    AcceptedChange(row.workload, row.metric, row.commit, row.reason)
                    for row in session.scalars(query)
                ]
        return self._accepted

    def accept(self, one: AcceptedChange) -> None:
        """Keep it; one that is there already gets the new reason."""
        row = AcceptedRow(
            workload=one.workload,
            metric=one.metric,
            commit=one.commit,
            reason=one.reason,
            accepted_at=time.time(),
        )
        with self._ledger.session(writing=True) as session:
            try:
                session.merge(row)
                session.commit()
            except IntegrityError:  # another process accepted it in between
                session.rollback()
                session.merge(row)
                session.commit()
        self._accepted = None

    def of(
        self, line: Timeline, quantities: Iterable[Quantity], *, until: float = math.inf
    ) -> list[Detected]:
        """What is found in each of these metrics of a line, in their order; kept if it can be.

        What was found before is used as far as the commits are as they were. Of what is not known yet,
        that is left out which `until` (of `time.monotonic`) gives no time for. Raises StoreError.
        """
        stored = self._stored(line)
        found: list[DetectionRow] = []
        rows: list[DetectionRow] = []
        kept: list[Quantity] = []
        stamps: _Stamps | None = None
        for quantity in quantities:
            row = stored.get(quantity.metric)
            stamp = self._stamp(line, quantity.metric)
            if row is None or row.stamp != stamp:
                if time.monotonic() > until:
                    continue
                stamps = stamps or _Stamps(self._order.arranged(self._lines.commits(line))[0])
                row = self._renewed(line, quantity, stamp, row, stamps)
                rows.append(row)
            found.append(row)
            kept.append(quantity)
        result = [_found(quantity, row) for quantity, row in zip(kept, found, strict=True)]
        if rows:
            # A ledger that can't be written, or someone who did it meanwhile, is no reason not to answer.
            with suppress(StoreError), self._ledger.session(writing=True) as session:
                for row in rows:
                    session.merge(row)
                session.commit()
        return result

    def _renewed(
        self, line: Timeline, quantity: Quantity, stamp: str, old: DetectionRow | None, stamps: _Stamps
    ) -> DetectionRow:
        commits = stamps.commits
        pinned = self._pinned(line, quantity.metric, commits)
        version = self._lines.versions(line).current(quantity.metric) or ""
        known = None if old is None or old.pinned != pinned else _detection(old)
        if (
            old is not None
            and known is not None
            and known.length <= len(commits)
            and old.settled == stamps.of(known.resume) + version
        ):
            start = known.resume
            tail = self._lines.values(line, quantity.metric, [one.commit for one in commits[start:]])
            detection = extend(known, tail, better=quantity.better)
            places = _places(old)[: sum(point.index < start for point in detection.points)]
        else:
            names = [one.commit for one in commits]
            detection = detect(
                self._lines.values(line, quantity.metric, names),
                better=quantity.better,
                pinned=0 if pinned is None else names.index(pinned),
            )
            places = ()
        points = detection.points
        found = [
            *places,
            *(_place(p, commits) for p in points[len(places) :]),
        ]
        wanted = self._wanted(line, quantity.metric)
        found = [_named(place, point, commits, wanted) for place, point in zip(found, points, strict=True)]
        return DetectionRow(
            workload=line.workload,
            metric=quantity.metric,
            line=self._name(line),
            stamp=stamp,
            settled=stamps.of(detection.resume) + version,
            length=detection.length,
            points=[_told(asdict(point)) for point in points],
            places=[asdict(place) for place in found],
            drift=None if detection.drift is None else _told(asdict(detection.drift)),
            pin=_told(asdict(detection.pin)),
            pinned=pinned,
        )

    def _stored(self, line: Timeline) -> dict[str, DetectionRow]:
        query = select(DetectionRow).where(
            DetectionRow.workload == line.workload, DetectionRow.line == self._name(line)
        )
        with self._ledger.session() as session:
            found = {row.metric: row for row in session.scalars(query) if _is_sound(row)}
            session.expunge_all()
        return found

    def _name(self, line: Timeline) -> str:
        return f"{line.machine or '*'}/{line.load}/{self._order.branch or ''}"

    def _stamp(self, line: Timeline, metric: str) -> str:
        """Equal only while no Run, commit or acceptance came that could matter."""
        wanted = sorted(self._wanted(line, metric))
        return _digest(f"{line.runs} {line.newest!r} {self._order.tip} {' '.join(wanted)}")

    def _wanted(self, line: Timeline, metric: str) -> set[str]:
        here = line.workload, metric
        return {one.commit for one in self.accepted() if (one.workload, one.metric) == here}

    def _pinned(self, line: Timeline, metric: str, commits: Sequence[MeasuredCommit]) -> str | None:
        """The last commit of these at which a change was accepted."""
        wanted = self._wanted(line, metric)
        return (
            next((one.commit for one in reversed(commits) if one.commit in wanted), None) if wanted else None
        )


class _Stamps:
    """Digests of the first so many `commits` and their Runs: equal only if none was added or lost."""

    def __init__(self, commits: Sequence[MeasuredCommit]) -> None:
        self.commits = commits
        self._known: dict[int, str] = {}

    def of(self, length: int) -> str:
        if length not in self._known:
            self._known[length] = _digest(
                "\n".join(f"{one.commit} {one.runs} {one.newest!r}" for one in self.commits[:length])
            )
        return self._known[length]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _place(point: ChangePoint, commits: Sequence[MeasuredCommit]) -> CommitRange:
    at = commits[point.index]
    before, after = commits[max(point.earliest - 1, 0)], commits[point.latest]
    return CommitRange(at.commit, at.first, before.commit, after.commit)


def _named(
    place: CommitRange, point: ChangePoint, commits: Sequence[MeasuredCommit], wanted: set[str]
) -> CommitRange:
    """With the commit accepted for it, if it may have come with that; the likeliest moves with new values."""
    if place.commit in wanted:
        return place
    near = [at for at in range(point.earliest, point.latest + 1) if commits[at].commit in wanted]
    if not near:
        return place
    at = commits[min(near, key=lambda at: abs(at - point.index))]
    return replace(place, commit=at.commit, when=at.first)


def _found(quantity: Quantity, row: DetectionRow) -> Detected:
    return Detected(quantity, _detection(row), _places(row), row.pinned)


def _is_sound(row: DetectionRow) -> bool:
    """Whether it says what we once wrote: of a ledger from elsewhere it may be anything, to be found anew."""
    try:
        found, places = _detection(row), _places(row)
        ends = [at for point in found.points for at in (point.index, point.earliest, point.latest)]
        starts = [found.pin.index, found.drift.since if found.drift else 0]
        return (
            len(places) == len(found.points)
            and all(0 <= at < found.length for at in ends)
            and all(0 <= at <= found.length for at in starts)
            and all(isinstance(value, int | float) for value in found.pin.values)
        )
    except (AttributeError, KeyError, TypeError):
        return False


def _places(row: DetectionRow) -> tuple[CommitRange, ...]:
    return tuple(_read(CommitRange, place) for place in row.places)


def _detection(row: DetectionRow) -> Detection:
    return Detection(
        tuple(_read(ChangePoint, point) for point in row.points),
        None if row.drift is None else _read(Drift, row.drift),
        DriftReference(row.pin["index"], tuple(row.pin["values"])),
        row.length,
    )


def _told(data: dict[str, Any]) -> dict[str, Any]:
    """As every database's JSON takes it: what is not finite as text."""
    data = {
        name: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in data.items()
    }
    told: dict[str, Any] = json.loads(json.dumps(data, allow_nan=False))
    return told


def _read(kind: type[_T], data: dict[str, Any]) -> _T:
    """What `_told` was told. Raises AttributeError, KeyError or TypeError for anything else."""
    given = {name: float(value) if value in ("inf", "-inf", "nan") else value for name, value in data.items()}
    for name, annotated in kind.__annotations__.items():
        if not isinstance(given[name], _KINDS.get(annotated, str)):
            raise TypeError(name)
    return kind(**given)
