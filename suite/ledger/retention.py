"""RetentionSet: the commits whose Runs must stay, so that a history still shows its changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from suite.ledger.commit_order import CommitOrder
from suite.ledger.detections import Detected, Detections
from suite.ledger.models import AcceptedRow
from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import Timeline, TimelineReader
from suite.stats.changepoint import ChangePoint, Detection, detect

_REACH = 20
"""Values on each side of a change that stay at least: with some spare, what it takes to confirm a large
one. Small ones take more, which is found out."""
_MOST = 320
"""Values from which on more do not help: what is not found with them is at the edge of what can be."""
_PLAIN = 8.0
"""A change that stands out by so many standard errors with the most values on each side, all of them
staying, need not be searched anew."""
_DRIFT = -1
"""Stands for the drift of a metric, where others are numbers of changes."""


class RetentionSet:
    """What must stay of histories, in each of some `orders` of commits."""

    def __init__(self, ledger: Ledger, orders: Sequence[CommitOrder]) -> None:
        self._ledger = ledger
        self._lines = TimelineReader(ledger)
        self._searched = [(order, Detections(ledger, order)) for order in orders]

    def of(self, line: Timeline, staying: Collection[str]) -> tuple[set[str], int]:
        """Commits of `line` that must stay beside those `staying`, so that all of its metrics keep their
        changes, drifts and accepted commits; and how many changes are too faint to be surely found again.

        What was kept is searched anew, and more is kept around what that does not show as before.
        Raises StoreError.
        """
        always = {*staying, *self._accepted(line)}
        looks = list(self._looks(line, always))
        reach = {(look, target): _REACH for look in looks for target in look.targets}
        while True:
            kept = always.union(*(look.around(target, far) for (look, target), far in reach.items()))
            lost = [(look, target) for look in looks for target in look.lost(kept)]
            more = [each for each in lost if reach[each] < _MOST]
            if not more:
                return kept.difference(staying), len(lost)
            for each in more:
                reach[each] *= 2

    def _accepted(self, line: Timeline) -> set[str]:
        query = select(AcceptedRow.commit).where(AcceptedRow.workload == line.workload)
        with self._ledger.session() as session:
            return {*session.scalars(query)} & {one.commit for one in self._lines.commits(line)}

    def _looks(self, line: Timeline, staying: Collection[str]) -> Iterator[_Look]:
        """At each metric in each order, but for those that nothing can happen to."""
        measured = self._lines.commits(line)
        metrics = self._lines.everything(line)
        for order, detections in self._searched:
            commits = [one.commit for one in order.arranged(measured)[0]]
            gone = [at for at, commit in enumerate(commits) if commit not in staying]
            for found in detections.of(line, list(metrics)):
                far = round(_MOST / metrics[found.quantity])
                if not _is_safe(found.detection, gone, len(commits), far):
                    yield _Look(commits, self._lines.values(line, found.quantity.metric, commits), found)


def _is_safe(found: Detection, gone: Sequence[int], length: int, far: int) -> bool:
    """Whether `found` stays as it is without the values at `gone`, which are not within `far` of it."""
    if found.drift is not None and gone:
        return False
    bounds = [0, *(point.index for point in found.points), length]
    for point, start, end in zip(found.points, bounds, bounds[2:], strict=False):
        near = bisect_left(gone, point.index - far), bisect_left(gone, point.index + far)
        before, after = point.index - start, end - point.index
        plenty = 1 / min(before, _MOST) + 1 / min(after, _MOST)
        error = (point.high - point.low) / 4 * (plenty / (1 / before + 1 / after)) ** 0.5
        if near[0] != near[1] or not abs(point.change) >= _PLAIN * error:
            return False
    return True


@dataclass(frozen=True, eq=False)
class _Look:
    """What is found in the `values` of a metric at `commits`, which are in order."""

    commits: Sequence[str]
    values: Sequence[float | None]
    found: Detected

    @property
    def targets(self) -> Iterator[int]:
        """What is to stay: changes by their numbers, and drift."""
        yield from range(len(self.found.detection.points))
        if self.found.detection.drift is not None:
            yield _DRIFT

    def around(self, target: int, far: int) -> Iterator[str]:
        """So many commits with a value on each side; of drift, the first and the last ones."""
        having = [at for at, value in enumerate(self.values) if value is not None]
        if target == _DRIFT:
            first = bisect_left(having, self.found.detection.pin.index)
            chosen = having[first : first + far] + having[-far:]
        else:
            place = bisect_left(having, self.found.detection.points[target].index)
            chosen = having[max(0, place - far) : place + far]
        return (self.commits[at] for at in chosen)

    def lost(self, kept: Collection[str]) -> Iterator[int]:
        """The targets that are not found in what is `kept` as they are in all."""
        places = [at for at, commit in enumerate(self.commits) if commit in kept]
        since = self.found.since
        pinned = 0 if since is None else bisect_left(places, self.commits.index(since))
        again = detect([self.values[at] for at in places], better=self.found.quantity.better, pinned=pinned)
        for number, point in enumerate(self.found.detection.points):
            if not any(_shows(other, places, point) for other in again.points):
                yield number
        if self.found.detection.drift is not None and again.drift is None:
            yield _DRIFT


def _shows(other: ChangePoint, places: Sequence[int], point: ChangePoint) -> bool:
    """Whether `other`, found among the values at `places`, is `point` and as certain."""
    return places[other.earliest] <= point.index <= places[other.latest] and (
        other.direction,
        other.status,
    ) == (point.direction, point.status)
