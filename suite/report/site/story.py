"""All that the site knows of one workload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from suite.history.store import Sighting
from suite.leak import LeakSearch
from suite.report.site.track import Track, place
from suite.run import Run


@dataclass(frozen=True, slots=True)
class Brief:
    """A stored Run without its histograms and series; `metrics` are values in base units."""

    id: str
    started: str
    commit: str | None
    setting: str
    verdict: str
    validity: str
    reasons: tuple[str, ...]
    outcomes: Mapping[str, int]
    metrics: Mapping[str, float | None]


@dataclass
class Story:
    """A workload's tracks, and what the ledger and the results folder hold besides.

    `briefs` are oldest first, of all settings; `runs` whole, newest first, one per commit and all of the
    newest's setting. `leaks` are newest first; `since` says when the newest's suspects began, by function
    and file. `capacities` are the documents of `suite capacity`.
    """

    name: str
    tracks: list[Track] = field(default_factory=list)
    briefs: list[Brief] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    leaks: list[LeakSearch] = field(default_factory=list)
    since: dict[tuple[str, str], Sighting] = field(default_factory=dict)
    capacities: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, track: Track) -> None:
        """Add a track, unless it is always 0 or has no value at all: that needs no chart."""
        if any(point.value or point.shown for point in track.points):
            self.tracks.append(track)

    def accept(self, reasons: Mapping[tuple[str, str], str]) -> None:
        """Take changes as wanted, for a reason by metric and commit, wherever they were measured."""
        by_metric: dict[str, dict[str, str]] = {}
        for (metric, commit), reason in reasons.items():
            by_metric.setdefault(metric, {})[commit] = reason
        self.tracks = [replace(track, accepted=by_metric.get(track.metric, {})) for track in self.tracks]

    @property
    def settings(self) -> list[str]:
        """Where it was measured: what has the most values that count first."""
        values: dict[str, int] = {}
        for track in self.tracks:
            count = sum(point.value is not None for point in track.points)
            values[track.setting] = max(values.get(track.setting, 0), count)
        return sorted(values, key=lambda setting: (-values[setting], setting))

    def of(self, setting: str) -> list[Track]:
        """The tracks of one setting, the telling ones first."""
        return sorted(
            (track for track in self.tracks if track.setting == setting), key=lambda t: place(t.metric)
        )

    def find(self, metric: str) -> Track | None:
        """The track of `metric` with the most points."""
        for setting in self.settings:
            for track in self.of(setting):
                if track.metric == metric and track.latest is not None:
                    return track
        return None

    @property
    def latest(self) -> Brief | None:
        """The newest stored Run in short."""
        return self.briefs[-1] if self.briefs else None
