"""What `suite history` and `suite blame` show: a history with its changes, events of many metrics."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from suite.foreign_text import clean
from suite.ledger.detections import AcceptedChange
from suite.ledger.events import Event
from suite.ledger.metric_history import MetricHistory, Reasons
from suite.ledger.timeline_reader import Quantity
from suite.ledger.timelines import Overview
from suite.report.terminal.drawing import drawing
from suite.report.terminal.table import PlainTable
from suite.report.words import DIRECTIONS, FAINT, NOTE, percent, short_commit
from suite.stats.changepoint import ChangePoint, Drift
from suite.units import format_quantity, moment

_CHANGES = 10
_METRICS = 8


def print_track(console: Console, track: MetricHistory, limit: int) -> None:
    """A metric's history: drawn, its newest commits as a table, its changes, its drift."""
    quantity, found = track.found.quantity, track.found
    head = f"{_better(quantity.better)}, {len(track.commits):,} commits, {clean(track.machine)}"
    name = (f"{clean(track.line.workload)} {clean(quantity.metric)}", "bold")
    console.print(Text.assemble(name, "  ", (head, FAINT)), soft_wrap=True)
    for line in drawing(track):
        console.print(Text.assemble("  ", line), soft_wrap=True)
    table = PlainTable()
    between = ["interval"] if track.intervals else []
    for title in ("commit", "first run", "value", *between, "runs"):
        table.add_column(title, justify="left" if title in ("commit", "first run") else "right", no_wrap=True)
    table.add_column("change", overflow="fold")
    at = {place.commit: point for point, place in zip(found.detection.points, found.places, strict=True)}
    for one, value in list(zip(track.commits[track.start :], track.values, strict=True))[-limit:]:
        changed = at.get(one.commit)
        words = Text() if changed is None else change_text(changed)
        reason = track.accepted.get(one.commit)
        if reason is not None:
            words.append(f"{' ' if words else ''}accepted: {clean(reason)}", NOTE)
        table.add_row(
            short_commit(one.commit),
            _day(one.first),
            format_quantity(value, quantity.unit),
            *(_interval(track, one.commit) for _ in between),
            str(one.runs),
            words,
        )
    console.print(Padding(table, (1, 0, 1, 2), expand=False))
    for line in (*changes(track), *drift(track)):
        console.print(Text.assemble("  ", line), soft_wrap=True)
    for note in track.notes:
        console.print(Text.assemble("  ", ("left out: ", FAINT), clean(note)), soft_wrap=True)
    console.print()


def _interval(track: MetricHistory, commit: str) -> str:
    ends = (format_quantity(end, track.found.quantity.unit) for end in track.intervals[commit])
    return " to ".join(ends)


def print_overview(console: Console, overview: Overview, wanted: Reasons, limit: int) -> None:
    """The newest events, and for how many histories there was no time."""
    print_events(console, overview.events, wanted, limit)
    if overview.left:
        left = f"not looked through yet: {overview.left} histories with new runs; suite history --all does it"
        console.print(Text(left, FAINT), soft_wrap=True)


def print_others(console: Console, names: Sequence[str]) -> None:
    """Workloads that have the metric too."""
    line = Text.assemble(("also in: ", FAINT), clean(", ".join(names)), ("; --workload NAME", FAINT))
    console.print(line, soft_wrap=True)


def print_accepted(console: Console, accepted: AcceptedChange, track: MetricHistory) -> None:
    """What was marked as wanted."""
    points = {
        place.commit: point
        for point, place in zip(track.found.detection.points, track.found.places, strict=True)
    }
    what = (
        change_text(points[accepted.commit])
        if accepted.commit in points
        else Text("no change of level there")
    )
    sha = short_commit(accepted.commit)
    said = f"accepted  {clean(accepted.workload)} {clean(accepted.metric)} at {sha}: "
    console.print(Text.assemble(said, what), soft_wrap=True)
    console.print(f"drift is measured from {sha} on", soft_wrap=True)


def changes(track: MetricHistory) -> Iterator[Text]:
    """A line for each of the newest changes, the newest first."""
    points = list(zip(track.found.detection.points, track.found.places, strict=True))
    if not points:
        yield Text("no change of level", FAINT)
    quantity = track.found.quantity
    for point, place in reversed(points[-_CHANGES:]):
        line = Text.assemble(
            f"{_day(place.when)}  {short_commit(place.commit)}  ",
            change_text(point),
            f"  {_levels(point, quantity)}",
        )
        if point.earliest != point.latest:
            ends = f"after {short_commit(place.good)} up to {short_commit(place.bad)}"
            line.append(f"  anywhere {ends}", FAINT)
        reason = track.accepted.get(place.commit)
        if reason is not None:
            line.append(f"  accepted: {clean(reason)}", NOTE)
        yield line
    if len(points) > _CHANGES:
        yield Text(f"and {len(points) - _CHANGES} before them; --json has them all", FAINT)


def drift(track: MetricHistory) -> Iterator[Text]:
    """A line if the level moved slowly."""
    moved, quantity = track.found.detection.drift, track.found.quantity
    if moved is None:
        return
    direction = "worse" if (moved.change > 0) == (quantity.better == "lower") else "better"
    words = DIRECTIONS["changed" if quantity.better == "none" else direction]
    since = track.found.since or track.commits[moved.since].commit
    yield Text.assemble(
        ("drift  ", "bold"),
        f"{percent(moved.change)} ",
        words,
        f", {_levels(moved, quantity)} little by little since {short_commit(since)}",
        ", beside the changes above",
    )


def change_text(point: ChangePoint) -> Text:
    """Size, direction and how sure it is; "small" if it is below what alerts."""
    certain: list[str] = [point.status] if point.alert else [point.status, "small"]
    if math.isfinite(point.low) and math.isfinite(point.high):
        certain.insert(0, f"{percent(point.low)} to {percent(point.high)}")
    return _size(point).append(f" ({', '.join(certain)})", FAINT)


def print_events(console: Console, events: Sequence[Event], wanted: Reasons, limit: int) -> None:
    """Events, the newest first, each with what moved."""
    if not events:
        console.print(Text("no change of level in any history", FAINT))
    for event in events[:limit]:
        console.print(
            Text.assemble((short_commit(event.commit), "bold"), f"  {_day(event.when)}  ", _summed(event))
        )
        table = PlainTable()
        table.show_header = False
        for _ in range(4):
            table.add_column(overflow="fold")
        for one in event.moved[:_METRICS]:
            reason = wanted.get((one.line.workload, one.quantity.metric, one.place.commit))
            words = _size(one.point)
            words.append("" if one.point.status == "confirmed" else f" {one.point.status}", FAINT)
            if reason is not None:
                words.append(f" accepted: {clean(reason)}", NOTE)
            level = _levels(one.point, one.quantity)
            table.add_row(one.line.workload, one.quantity.metric, level, words)
        console.print(Padding(table, (0, 0, 0, 2), expand=False))
        if len(event.moved) > _METRICS:
            console.print(Text(f"  and {len(event.moved) - _METRICS} more; --json has them all", FAINT))
    if len(events) > limit:
        console.print(Text(f"and {len(events) - limit} earlier events; --limit N shows more", FAINT))


def _size(point: ChangePoint) -> Text:
    return Text.assemble(percent(point.change), " ", DIRECTIONS[point.direction])


def _levels(moved: ChangePoint | Drift, quantity: Quantity) -> str:
    before, after = (format_quantity(level, quantity.unit) for level in (moved.before, moved.after))
    return clean(f"{before} → {after}")


def _summed(event: Event) -> Text:
    """How many metrics moved, and which way."""
    directions = [one.point.direction for one in event.moved]
    parts = [
        Text(f"{directions.count(name)} {words.split()[-1]}", style)
        for name, (words, style) in DIRECTIONS.items()
        if name in directions
    ]
    workloads = len({one.line.workload for one in event.moved})
    where = "" if workloads == 1 else f" in {workloads} workloads"
    return Text.assemble(Text(", ").join(parts), where, ("" if event.alert else "  small", FAINT))


def _better(better: str) -> str:
    return {"lower": "lower is better", "higher": "higher is better"}.get(better, "neither way is better")


def _day(when: float) -> str:
    return f"{moment(when):%Y-%m-%d}"
