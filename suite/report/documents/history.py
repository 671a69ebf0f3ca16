"""Histories and their changes as data for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from suite.ledger.blame import Blame
from suite.ledger.detections import CommitRange
from suite.ledger.events import Event, Moved
from suite.ledger.metric_history import MetricHistory, Reasons
from suite.ledger.timelines import Overview
from suite.stats.changepoint import ChangePoint
from suite.units import moment

SCHEMA = 1


def events_document(events: Sequence[Event], wanted: Reasons) -> dict[str, Any]:
    """Events for scripts."""
    return {
        "schema": SCHEMA,
        "events": [
            {
                "commit": event.commit,
                "when": _iso(event.when),
                "alert": event.alert,
                "moved": [_moved(one, wanted) for one in event.moved],
            }
            for event in events
        ],
    }


def overview_document(overview: Overview, wanted: Reasons) -> dict[str, Any]:
    """Events for scripts, and for how many histories there was no time."""
    return {**events_document(overview.events, wanted), "left": overview.left}


def tracks_document(tracks: Sequence[MetricHistory], limit: int | None = None) -> dict[str, Any]:
    """Histories for scripts: changes, drift, and values at the newest `limit` commits, or at all."""
    return {
        "schema": SCHEMA,
        "histories": [
            {
                "workload": track.line.workload,
                **asdict(track.found.quantity),
                "machine": track.line.machine,
                "load": track.line.load,
                "length": len(track.commits),
                "commits": [
                    {
                        "commit": one.commit,
                        "when": _iso(one.first),
                        "value": value,
                        "runs": one.runs,
                        **({"interval": track.intervals[one.commit]} if track.intervals else {}),
                    }
                    for one, value in list(zip(track.commits[track.start :], track.values, strict=True))[
                        -(limit or 0) :
                    ]
                ],
                "changes": [
                    {**_point(point, place), "accepted": track.accepted.get(place.commit)}
                    for point, place in zip(track.found.detection.points, track.found.places, strict=True)
                ],
                "drift": None if track.found.detection.drift is None else asdict(track.found.detection.drift),
                "pinned": track.found.since,
                "notes": list(track.notes),
            }
            for track in tracks
        ],
    }


def blame_document(found: Blame) -> dict[str, Any]:
    """The range of a change for scripts."""
    return {
        "schema": SCHEMA,
        **_point(found.point, found.place),
        "accepted": found.track.accepted.get(found.place.commit),
        "workload": found.workload,
        "metric": found.metric,
        "between": list(found.between),
        "not_measured": found.not_measured,
    }


def _moved(one: Moved, wanted: Reasons) -> dict[str, Any]:
    return {
        "workload": one.line.workload,
        **asdict(one.quantity),
        "machine": one.line.machine,
        "load": one.line.load,
        **_point(one.point, one.place),
        "accepted": wanted.get((one.line.workload, one.quantity.metric, one.place.commit)),
    }


def _point(point: ChangePoint, place: CommitRange) -> dict[str, Any]:
    return {**asdict(place), "when": _iso(place.when), **asdict(point), "alert": point.alert}


def _iso(when: float) -> str:
    return moment(when).isoformat(timespec="seconds")
