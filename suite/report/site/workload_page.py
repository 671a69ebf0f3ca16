"""All that the site knows of one workload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from suite.ledger.events import Moved
from suite.ledger.sightings import Sighting
from suite.records.capacity import Capacity
from suite.records.leak import LeakSearch
from suite.records.overload import OverloadRecovery
from suite.records.resilience import Resilience
from suite.records.run import Run
from suite.records.soak import Soak
from suite.report.charts.brief import Brief
from suite.report.charts.graph import Graph, place, shown_as

Told = Resilience | OverloadRecovery | Soak

LEAK = "leak.bytes_per_operation"
"""What benchmarks that search for leaks track."""


@dataclass
class WorkloadPage:
    """A workload's graphs, and what the ledger and the results folder hold besides.

    `zeros` are graphs of what was always 0. `left` are commits of other branches by setting, `notes` say
    what else is left out. `briefs` are oldest first, of all settings; `runs` whole, that of the newest
    commit first, one per commit and all of the newest Run's setting. `leaks` are newest first; `since`
    says when the newest's suspects began, by function and file. `capacities` are what searches
    for it found, the newest first. `told` are the newest trial of faults, recovery from overload and soak.
    """

    name: str
    graphs: list[Graph] = field(default_factory=list)
    zeros: list[Graph] = field(default_factory=list)
    left: dict[str, set[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    briefs: list[Brief] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    leaks: list[LeakSearch] = field(default_factory=list)
    since: Mapping[tuple[str, str], Sighting] = field(default_factory=dict)
    capacities: list[Capacity] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.graphs or self.left or self.briefs or self.leaks or self.capacities or self.told)

    def add(self, graph: Graph) -> None:
        """Add a graph; one that is always 0 needs no chart, one without any value is nothing."""
        if any(point.level for point in graph.points):
            self.graphs.append(graph)
        elif any(point.level is not None for point in graph.points):
            self.zeros.append(graph)

    def leave(self, setting: str, commits: Iterable[str]) -> None:
        """Remember commits of other branches that a setting's graphs do not have."""
        commits = set(commits)
        if commits:
            self.left.setdefault(setting, set()).update(commits)

    def accept(self, reasons: Mapping[tuple[str, str], str]) -> None:
        """Take changes as wanted, for a reason by metric and commit, wherever they were measured."""
        by_metric: dict[str, dict[str, str]] = {}
        for (metric, commit), reason in reasons.items():
            by_metric.setdefault(shown_as(metric), {})[commit] = reason
        self.graphs = [replace(graph, accepted=by_metric.get(graph.metric, {})) for graph in self.graphs]

    def reason(self, moved: Moved) -> str | None:
        """Why a change of this workload is wanted."""
        graphs = self.of(str(moved.line.machine))
        whys = (graph.reason(moved.point) for graph in graphs if graph.metric == moved.quantity.metric)
        return next((why for why in whys if why), None)

    @property
    def settings(self) -> list[str]:
        """Where it was measured: what has values of the most commits first, then what has the newest.

        So a Run at one's desk does not hide what a whole history was measured on.
        """
        known: dict[str, tuple[Any, ...]] = {}
        for graph in self.graphs:
            values = [point for point in graph.points if point.value is not None]
            newest = max(point.order for point in values or graph.points)
            commits = len({point.commit for point in values})
            known[graph.setting] = max(known.get(graph.setting, ()), (commits, newest))
        return sorted(sorted(known), key=lambda setting: known[setting], reverse=True)

    def of(self, setting: str) -> list[Graph]:
        """The graphs of one setting, the telling ones first."""
        return sorted(
            (graph for graph in self.graphs if graph.setting == setting), key=lambda g: place(g.metric)
        )

    @property
    def searched(self) -> list[Graph]:
        """What asv knows of leaks."""
        return [graph for graph in (*self.graphs, *self.zeros) if graph.metric == LEAK]

    @property
    def latest(self) -> Brief | None:
        """The newest stored Run in short."""
        return self.briefs[-1] if self.briefs else None
