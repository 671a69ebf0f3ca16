"""What `suite history` and `suite blame` show: a history drawn, its changes, events of many metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from statistics import median
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from suite.history.changepoint import ChangePoint
from suite.history.detections import Accepted, Place
from suite.history.events import Event, Moved
from suite.report.document import SCHEMA
from suite.report.track import Track
from suite.report.words import BAD, FAINT, GOOD, NOTE, clean, plain_table
from suite.units import format_quantity

_HEIGHT, _WIDTH = 8, 80
_CHANGES = 10
_METRICS = 8
_DIRECTIONS = {"better": ("✓ better", GOOD), "worse": ("✗ worse", BAD), "changed": ("changed", NOTE)}
Reasons = Mapping[tuple[str, str, str], str]


def reasons(accepted: Sequence[Accepted]) -> dict[tuple[str, str, str], str]:
    """Why changes are wanted, by workload, metric and commit."""
    return {(one.workload, one.metric, one.commit): one.reason for one in accepted}


def print_track(console: Console, track: Track, limit: int) -> None:
    """A metric's history: drawn, its newest commits as a table, its changes, its drift."""
    quantity, found = track.found.quantity, track.found
    head = f"{_better(quantity.better)}, {len(track.commits):,} commits, {clean(track.machine)}"
    name = (f"{clean(track.line.workload)} {clean(quantity.metric)}", "bold")
    console.print(Text.assemble(name, "  ", (head, FAINT)), soft_wrap=True)
    for line in drawing(track):
        console.print(Text.assemble("  ", line), soft_wrap=True)
    table = plain_table()
    for title in ("commit", "first run", "value", "runs"):
        table.add_column(title, justify="left" if title in ("commit", "first run") else "right", no_wrap=True)
    table.add_column("change", overflow="fold")
    at = {
        place.commit: (point, place)
        for point, place in zip(found.detection.points, found.places, strict=True)
    }
    for one, value in list(zip(track.commits[track.start :], track.values, strict=True))[-limit:]:
        changed = at.get(one.commit)
        words = Text() if changed is None else change_text(changed[0])
        reason = track.accepted.get(one.commit)
        if reason is not None:
            words.append(f"{' ' if words else ''}accepted: {clean(reason)}", NOTE)
        table.add_row(
            one.commit[:12], _day(one.first), format_quantity(value, quantity.unit), str(one.runs), words
        )
    console.print(Padding(table, (1, 0, 1, 2), expand=False))
    for line in (*changes(track), *drift(track)):
        console.print(Text.assemble("  ", line), soft_wrap=True)
    for note in track.notes:
        console.print(Text.assemble("  ", ("left out: ", FAINT), clean(note)), soft_wrap=True)
    console.print()


def drawing(track: Track) -> Iterator[Text]:
    """The values as dots, with a line where a change is; none without two different values."""
    width = min(_WIDTH, len(track.values))
    columns = [
        _middle(track.values[len(track.values) * at // width : len(track.values) * (at + 1) // width])
        for at in range(width)
    ]
    known = [value for value in columns if value is not None]
    if not known or min(known) == max(known):
        return
    low, high = min(known), max(known)
    rows = [
        None if value is None else round((value - low) / (high - low) * (_HEIGHT - 1)) for value in columns
    ]
    marks = {
        (point.index - track.start) * width // len(track.values): _DIRECTIONS[point.direction][1]
        for point in track.found.detection.points
        if point.index >= track.start and point.alert
    }
    unit = track.found.quantity.unit
    titles = {_HEIGHT - 1: format_quantity(high, unit), 0: format_quantity(low, unit)}
    left = max(map(len, titles.values()))
    for row in reversed(range(_HEIGHT)):
        line = Text(f"{titles.get(row, ''):>{left}} ", FAINT).append("│ ")
        for at in range(width):
            if rows[at] == row:
                line.append("●", marks.get(at, ""))
            else:
                line.append("┆" if at in marks else " ", marks.get(at, ""))
        line.rstrip()
        yield line
    first, last = track.commits[track.start].commit[:8], track.commits[-1].commit[:8]
    yield Text(f"{'':>{left}} └{'─' * (width + 1)}", FAINT)
    yield Text(f"{'':>{left}}   {first}{last:>{max(width - len(first), len(last) + 1)}}", FAINT)


def changes(track: Track) -> Iterator[Text]:
    """A line for each of the newest changes, the newest first."""
    points = list(zip(track.found.detection.points, track.found.places, strict=True))
    if not points:
        yield Text("no change of level", FAINT)
    unit = track.found.quantity.unit
    for point, place in reversed(points[-_CHANGES:]):
        line = Text.assemble(
            f"{_day(place.when)}  {place.commit[:12]}  ",
            change_text(point),
            f"  {format_quantity(point.before, unit)} → {format_quantity(point.after, unit)}",
        )
        if point.earliest != point.latest:
            line.append(f"  anywhere after {place.good[:12]} up to {place.bad[:12]}", FAINT)
        reason = track.accepted.get(place.commit)
        if reason is not None:
            line.append(f"  accepted: {clean(reason)}", NOTE)
        yield line
    if len(points) > _CHANGES:
        yield Text(f"and {len(points) - _CHANGES} before them; --json has them all", FAINT)


def drift(track: Track) -> Iterator[Text]:
    """A line if the level moved slowly."""
    moved, quantity = track.found.detection.drift, track.found.quantity
    if moved is None:
        return
    direction = "worse" if (moved.change > 0) == (quantity.better == "lower") else "better"
    words = _DIRECTIONS["changed" if quantity.better == "none" else direction]
    since = track.found.since or track.commits[moved.since].commit
    yield Text.assemble(
        ("drift  ", "bold"),
        f"{percent(moved.change)} ",
        words,
        f", {format_quantity(moved.before, quantity.unit)} → {format_quantity(moved.after, quantity.unit)}",
        f" little by little since {since[:12]}, beside the changes above",
    )


def change_text(point: ChangePoint) -> Text:
    """Size, direction and how sure it is; "small" if it is below what alerts."""
    size = Text.assemble(percent(point.change), " ", _DIRECTIONS[point.direction])
    certain = point.status if point.alert else f"{point.status}, small"
    return size.append(f" ({percent(point.low)} to {percent(point.high)}, {certain})", FAINT)


def percent(change: float) -> str:
    """A relative change for people."""
    return f"{100 * change:+.3g} %" if abs(change) != float("inf") else "from nothing"


def print_events(console: Console, events: Sequence[Event], wanted: Reasons, limit: int) -> None:
    """Events, the newest first, each with what moved."""
    if not events:
        console.print(Text("no change of level in any history", FAINT))
    for event in events[:limit]:
        console.print(Text.assemble((event.commit[:12], "bold"), f"  {_day(event.when)}  ", _summed(event)))
        table = plain_table()
        table.show_header = False
        for _ in range(4):
            table.add_column(overflow="fold")
        for one in event.moved[:_METRICS]:
            point, unit = one.point, one.quantity.unit
            level = f"{format_quantity(point.before, unit)} → {format_quantity(point.after, unit)}"
            reason = wanted.get((one.line.workload, one.quantity.metric, one.place.commit))
            words = Text.assemble(percent(point.change), " ", _DIRECTIONS[point.direction])
            words.append("" if point.status == "confirmed" else f" {point.status}", FAINT)
            if reason is not None:
                words.append(f" accepted: {clean(reason)}", NOTE)
            table.add_row(clean(one.line.workload), clean(one.quantity.metric), level, words)
        console.print(Padding(table, (0, 0, 0, 2), expand=False))
        if len(event.moved) > _METRICS:
            console.print(Text(f"  and {len(event.moved) - _METRICS} more; --json has them all", FAINT))
    if len(events) > limit:
        console.print(Text(f"and {len(events) - limit} earlier events; --limit N shows more", FAINT))


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


def tracks_document(tracks: Sequence[Track], limit: int | None = None) -> dict[str, Any]:
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
                    {"commit": one.commit, "when": _iso(one.first), "value": value, "runs": one.runs}
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


def _moved(one: Moved, wanted: Reasons) -> dict[str, Any]:
    return {
        "workload": one.line.workload,
        **asdict(one.quantity),
        "machine": one.line.machine,
        "load": one.line.load,
        **_point(one.point, one.place),
        "accepted": wanted.get((one.line.workload, one.quantity.metric, one.place.commit)),
    }


def _point(point: ChangePoint, place: Place) -> dict[str, Any]:
    return {**asdict(place), "when": _iso(place.when), **asdict(point), "alert": point.alert}


def _summed(event: Event) -> Text:
    """How many metrics moved, and which way."""
    directions = [one.point.direction for one in event.moved]
    parts = [
        Text(f"{directions.count(name)} {words.split()[-1]}", style)
        for name, (words, style) in _DIRECTIONS.items()
        if name in directions
    ]
    workloads = len({one.line.workload for one in event.moved})
    where = "" if workloads == 1 else f" in {workloads} workloads"
    return Text.assemble(Text(", ").join(parts), where, ("" if event.alert else "  small", FAINT))


def _better(better: str) -> str:
    return {"lower": "lower is better", "higher": "higher is better"}.get(better, "neither way is better")


def _middle(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _day(when: float) -> str:
    return f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d}"


def _iso(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).isoformat(timespec="seconds")
