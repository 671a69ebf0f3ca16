"""Changes of several metrics that came with one commit, as one event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from suite.ledger.detections import CommitRange, Detected
from suite.ledger.timeline_reader import Quantity, Timeline
from suite.stats.changepoint import ChangePoint


@dataclass(frozen=True, slots=True)
class Moved:
    """A metric that changed, and where."""

    line: Timeline
    quantity: Quantity
    point: ChangePoint
    place: CommitRange


@dataclass(frozen=True, slots=True)
class Event:
    """What moved at one commit: the surest first."""

    commit: str
    when: float
    moved: tuple[Moved, ...]

    @property
    def alert(self) -> bool:
        """Whether any of it is large enough to tell someone of."""
        return any(one.point.alert for one in self.moved)


def events(found: Iterable[tuple[Timeline, Iterable[Detected]]]) -> list[Event]:
    """All changes by the commit that they came with, the newest first.

    In one line, changes belong together if they may have come with the same commit; over lines, if they
    most likely came with the same.
    """
    by_commit: dict[str, list[Moved]] = {}
    for line, some in found:
        moved = [
            Moved(line, one.quantity, point, place)
            for one in some
            for point, place in zip(one.detection.points, one.places, strict=True)
        ]
        for group in _together(moved):
            by_commit.setdefault(group[0].place.commit, []).extend(group)
    made = [
        Event(commit, max(one.place.when for one in group), tuple(sorted(group, key=_doubt)))
        for commit, group in by_commit.items()
    ]
    return sorted(made, key=lambda event: (-event.when, event.commit))


def _together(moved: list[Moved]) -> list[list[Moved]]:
    """Groups with a common commit in their ranges, the surest of each first."""
    groups: list[tuple[int, list[Moved]]] = []
    for one in sorted(moved, key=lambda one: (one.point.earliest, one.point.latest)):
        if groups and one.point.earliest <= groups[-1][0]:
            end, group = groups[-1]
            group.append(one)
            groups[-1] = min(end, one.point.latest), group
        else:
            groups.append((one.point.latest, [one]))
    return [sorted(group, key=_doubt) for _, group in groups]


def _doubt(one: Moved) -> tuple[bool, int, float, float]:
    point = one.point
    return point.status != "confirmed", point.latest - point.earliest, point.p, -abs(point.change)
