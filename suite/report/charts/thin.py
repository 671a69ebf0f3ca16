"""Thinning of what is long: one point for several neighbours."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from operator import itemgetter

from suite.report.charts.graph import GraphPoint


def thinned(points: Sequence[GraphPoint], most: int) -> tuple[list[GraphPoint], int]:
    """At most `most` points for all of `points`, and how many each stands for.

    A point that stands for several has their median, from the lowest to the highest of them; commit and
    date are those of the last. Of points that do not count it is one of them.
    """
    size = max(-(-len(points) // most), 1)
    if size == 1:
        return list(points), 1
    return [_summed_up(points[at : at + size]) for at in range(0, len(points), size)], size


def _summed_up(points: Sequence[GraphPoint]) -> GraphPoint:
    last = points[-1]
    values = [point.value for point in points if point.value is not None]
    if not values:
        return next((point for point in points if point.shown is not None), last)
    words = f"the last of {len(points)} points, their median"
    return GraphPoint(
        last.commit, last.when, statistics.median_low(values), min(values), max(values), note=words
    )


def thinned_line(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """At most about `most` of `points`: of each stretch the lowest and the highest, so that no spike goes."""
    if len(points) <= most:
        return list(points)
    size = -(-2 * len(points) // most)
    kept = [points[0]]
    for at in range(0, len(points), size):
        some = points[at : at + size]
        kept += sorted({min(some, key=itemgetter(1)), max(some, key=itemgetter(1))})
    return [*kept, points[-1]]
