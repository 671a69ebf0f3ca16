"""What happened at one commit: the changes of all workloads that came with it, as in `suite history`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from suite.ledger.detections import CommitRange, Detected
from suite.ledger.events import Event, Moved, events
from suite.ledger.timeline_reader import Quantity, Timeline
from suite.report.charts.graph import Graph, GraphPoint
from suite.report.site.workload_page import WorkloadPage
from suite.units import seconds_since_epoch

_GRAVE = ("worse", "better", "changed")


def events_of(stories: Iterable[WorkloadPage]) -> list[Event]:
    """All changes of metrics that are watched, those of the newest commit first.

    The machine of a line is the setting.
    """
    every = [
        (Timeline(story.name, setting, "", 0, 0.0), [_found(graph) for graph in _watched(story.of(setting))])
        for story in stories
        for setting in story.settings
    ]
    points = (p for story in stories for graph in story.graphs for p in graph.points)
    order = {point.commit: point.order for point in points}
    return sorted(events(every), key=lambda event: order[event.commit], reverse=True)


def telling(event: Event, workload: str | None = None, *, small: bool = True) -> list[Moved]:
    """What moved, of one workload if that is given: the worse first, the largest of it first.

    Without `small`, only what is large enough to tell someone of.
    """
    mine = (one for one in event.moved if workload in (None, one.line.workload))
    some = [one for one in mine if small or one.point.alert]
    return sorted(some, key=lambda one: (_GRAVE.index(one.point.direction), -abs(one.point.change)))


def newest(events: Iterable[Event], story: WorkloadPage, setting: str) -> tuple[Event, Moved] | None:
    """The newest change of a workload in one setting, with the worst of what moved."""
    for event in events:
        some = [one for one in telling(event, story.name, small=False) if one.line.machine == setting]
        if some:
            return event, some[0]
    return None


def _watched(graphs: Sequence[Graph]) -> Iterator[Graph]:
    return (graph for graph in graphs if Quantity(graph.metric, graph.unit, graph.better).watched)


def _found(graph: Graph) -> Detected:
    places = tuple(_place(graph.brought(change)) for change in graph.changes)
    return Detected(Quantity(graph.metric, graph.unit, graph.better), graph.detection, places, None)


def _place(point: GraphPoint) -> CommitRange:
    when = seconds_since_epoch(point.when) if point.when else 0.0
    return CommitRange(point.commit or "", when, "", "")
