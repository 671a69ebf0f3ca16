"""The commits between which a metric changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from suite.errors import ConfigurationError
from suite.git import REVISIONS, git
from suite.ledger.detections import CommitRange
from suite.ledger.metric_history import MetricHistory
from suite.ledger.timelines import Timelines
from suite.stats.changepoint import ChangePoint


@dataclass(frozen=True, slots=True)
class Blame:
    """The latest change of a history; `between` are the commits after the last good one with their subjects.

    They are in order, the first bad one last; none if git can't tell.
    """

    track: MetricHistory
    point: ChangePoint
    place: CommitRange
    between: Mapping[str, str]

    @property
    def workload(self) -> str:
        """Whose history it is."""
        return self.track.line.workload

    @property
    def metric(self) -> str:
        """What changed."""
        return self.track.found.quantity.metric

    @property
    def not_measured(self) -> list[str]:
        """Those of `between` that have no runs."""
        measured = {one.commit for one in self.track.commits}
        return [sha for sha in self.between if sha not in measured]

    def first_parents(self) -> list[str]:
        """The line that merges went into: a bad merge is one step of it, as it landed. Empty if unknown."""
        span = f"{self.place.good}..{self.place.bad}"
        line = git(Path.cwd(), "rev-list", "--reverse", "--first-parent", REVISIONS, span).text.split()
        return line or list(self.between)


def blame(timelines: Timelines, metric: str, workload: str | None, commit: str | None = None) -> Blame:
    """Who is to blame for a change of a metric: the one that came with `commit`, else the latest.

    Those that are wanted or too small to alert go last. Raises ConfigurationError if there is none.
    """
    track = timelines.track(metric, workload)
    name = track.line.workload
    changes = list(zip(track.found.places, track.found.detection.points, strict=True))
    if not changes:
        raise ConfigurationError(f"{name} {metric} has no change of level; suite history {metric} draws it")
    if commit is None:
        urgent = [(a, b) for a, b in changes if b.alert and a.commit not in track.accepted]
        place, point = (urgent or changes)[-1]
        return Blame(track, point, place, _between(place.good, place.bad))
    sha = timelines.order.commits.sha(commit) or commit
    for place, point in changes:
        between = _between(place.good, place.bad)
        if sha in between or place.commit.startswith(sha):
            return Blame(track, point, place, between)
    there = ", ".join(place.commit[:12] for place, _ in changes[-5:])
    raise ConfigurationError(f"{name} {metric} did not change with {commit}; its changes came with: {there}")


def _between(good: str, bad: str) -> Mapping[str, str]:
    """The commits after `good` up to `bad` with their subjects, oldest first; none if git can't tell."""
    listed = git(
        Path.cwd(), "log", "--reverse", "--topo-order", "--format=%H %s", REVISIONS, f"{good}..{bad}"
    )
    return {sha: subject for sha, _, subject in (line.partition(" ") for line in listed.text.splitlines())}
