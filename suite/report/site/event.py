"""What happened at one commit: all metrics of a workload that moved there, as one event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from suite.history.changepoint import ChangePoint
from suite.report.site.story import Story
from suite.report.site.track import Point, Track


@dataclass(frozen=True)
class Event:
    """Changes at one commit in one setting; `moves` has the largest first."""

    workload: str
    setting: str
    point: Point
    moves: tuple[tuple[Track, ChangePoint], ...]

    @property
    def direction(self) -> str:
        """Worse if anything is worse, else better if anything is, else changed."""
        seen = {change.direction for _, change in self.moves}
        return next((word for word in ("worse", "better") if word in seen), "changed")

    @property
    def alert(self) -> bool:
        """Whether any of it is large enough to tell someone of."""
        return any(change.alert for _, change in self.moves)


def events_of(story: Story) -> list[Event]:
    """All changes of a workload, newest first."""
    found: dict[tuple[str, str | None, str], list[tuple[Track, ChangePoint]]] = {}
    points: dict[tuple[str, str | None, str], Point] = {}
    for track in story.tracks:
        for change in track.changes:
            point = track.points[change.index]
            key = (track.setting, point.commit, point.when)
            points[key] = point
            found.setdefault(key, []).append((track, change))
    made = [
        Event(story.name, key[0], points[key], tuple(sorted(moves, key=lambda move: -abs(move[1].change))))
        for key, moves in found.items()
    ]
    return newest_first(made)


def newest_first(events: Iterable[Event]) -> list[Event]:
    """Ordered by the date of their commits."""
    return sorted(events, key=lambda event: event.point.when, reverse=True)
