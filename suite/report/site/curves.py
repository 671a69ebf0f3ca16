"""Distributions of a workload's newest measurements, for one drawing."""

from __future__ import annotations

from suite.report.charts.spectrum import MOST, Curve, curve_of
from suite.report.site.workload_page import WorkloadPage
from suite.report.words import short_commit

_ASV = {"response.p50": 0.5, "response.p95": 0.95, "response.p99": 0.99}


def run_curves(story: WorkloadPage, kind: str = "response") -> list[Curve]:
    """The newest Runs' whole distributions, newest first."""
    made = [
        curve_of(f"{short_commit(run.commit)}, {run.started[:10]}", run.histograms[kind])
        for run in story.runs[:MOST]
        if kind in run.histograms
    ]
    return [curve for curve in made if curve is not None]


def asv_curves(story: WorkloadPage, setting: str) -> list[Curve]:
    """What asv keeps of the newest commits: three percentiles each."""
    graphs = [graph for graph in story.of(setting) if graph.metric in _ASV]
    curves = []
    for points in reversed(list(zip(*(graph.points for graph in graphs), strict=True))):
        values = {
            _ASV[graph.metric]: point.value
            for graph, point in zip(graphs, points, strict=True)
            if point.value
        }
        if len(values) > 1:
            name = f"{points[0].short}, {points[0].when[:10]}"
            curves.append(Curve(name, tuple(sorted(values.items())), exact=False))
    return curves[:MOST]
