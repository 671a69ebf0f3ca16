"""What the history commands say: in the terminal, and as documents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from suite.errors import ConfigurationError
from suite.historian import Historian
from suite.process.git import git
from suite.report.console import make_console
from suite.report.document import SCHEMA, print_document, write_document
from suite.report.file import check_writable
from suite.report.history import (
    change_text,
    events_document,
    print_events,
    print_track,
    reasons,
    tracks_document,
)
from suite.report.words import FAINT, clean

_COMMITS = 20
_SHOWN = 20
_DRAWN = 4


def tell_overview(
    historian: Historian, workload: str | None, limit: int, json_file: str | None, *, everything: bool
) -> None:
    """The newest events; what there was no time to look through is said."""
    _check(json_file)
    overview = historian.overview(workload, **({"seconds": math.inf} if everything else {}))
    wanted = reasons(historian.detections.accepted())
    console = make_console(stderr=json_file == "-")
    print_events(console, overview.events, wanted, limit)
    if overview.left:
        left = f"not looked through yet: {overview.left} histories with new runs; suite history --all does it"
        console.print(Text(left, FAINT), soft_wrap=True)
    _write(json_file, {**events_document(overview.events, wanted), "left": overview.left})


def tell_metric(
    historian: Historian, metric: str, workload: str | None, limit: int | None, json_file: str | None
) -> None:
    """A metric's histories; a document has all workloads, and all commits unless there is a limit."""
    _check(json_file)
    if json_file is None:
        tracks, others = historian.tracks(metric, workload, limit or _SHOWN, _DRAWN)
    else:
        tracks, others = historian.tracks(metric, workload, limit)
    console = make_console(stderr=json_file == "-")
    for track in tracks:
        print_track(console, track, limit or _SHOWN)
    if others:
        console.print(
            Text.assemble(("also in: ", FAINT), clean(", ".join(others)), ("; --workload NAME", FAINT)),
            soft_wrap=True,
        )
    _write(json_file, tracks_document(tracks, limit))


def tell_accepted(historian: Historian, metric: str, commit: str, workload: str | None, reason: str) -> None:
    """Accept, and say what."""
    one, track = historian.accept(metric, commit, workload, reason)
    points = {
        place.commit: point
        for point, place in zip(track.found.detection.points, track.found.places, strict=True)
    }
    what = change_text(points[one.commit]) if one.commit in points else Text("no change of level there")
    console = make_console()
    console.print(
        Text.assemble(f"accepted  {clean(one.workload)} {clean(metric)} at {one.commit[:12]}: ", what),
        soft_wrap=True,
    )
    console.print(f"drift is measured from {one.commit[:12]} on", soft_wrap=True)


def tell_blame(historian: Historian, metric: str, workload: str | None, json_file: str | None) -> None:
    """The range of the latest change, and what would narrow it. Raises ConfigurationError without one."""
    _check(json_file)
    track = historian.track(metric, workload)
    name = track.line.workload
    if not track.found.places:
        raise ConfigurationError(f"{name} {metric} has no change of level; suite history {metric} draws it")
    place, point = track.found.places[-1], track.found.detection.points[-1]
    between = between_commits(place.good, place.bad)
    measured = {one.commit for one in track.commits}
    console = make_console(stderr=json_file == "-")
    console.print(Text.assemble((f"{clean(name)} {clean(metric)}", "bold"), "  ", change_text(point)))
    console.print(f"  last good  {place.good[:12]}\n  first bad  {place.bad[:12]}", soft_wrap=True)
    for sha, subject in list(between.items())[:_COMMITS]:
        ran = "measured" if sha in measured else "not measured"
        console.print(Text(f"    {sha[:12]}  {ran:<12}  {clean(subject)}"), soft_wrap=True)
    if len(between) > _COMMITS:
        console.print(f"    and {len(between) - _COMMITS} more", soft_wrap=True)
    commands = narrowing(place.good, place.bad, name, list(between))
    if commands:
        console.print("  to narrow it:" if len(between) > 1 else "  to be sure:")
    for command in commands:
        console.print(f"    {command}", soft_wrap=True, markup=False)
    _write(
        json_file,
        {
            "schema": SCHEMA,
            **tracks_document([track])["histories"][0]["changes"][-1],
            "workload": name,
            "metric": metric,
            "between": list(between),
            "not_measured": [sha for sha in between if sha not in measured],
            "commands": commands,
        },
    )


def between_commits(good: str, bad: str) -> Mapping[str, str]:
    """The commits after `good` up to `bad` with their subjects, oldest first; none if git can't tell."""
    listed = git(Path.cwd(), "log", "--reverse", "--topo-order", "--format=%H %s", f"{good}..{bad}")
    return {sha: subject for sha, _, subject in (line.partition(" ") for line in listed.text.splitlines())}


def narrowing(good: str, bad: str, workload: str, between: list[str]) -> list[str]:
    """Commands that measure both ends, and then each half."""
    found = [f"suite ab {good[:12]} {bad[:12]} {workload}"]
    if len(between) > 1:
        middle = between[(len(between) - 1) // 2]
        found.append(f"suite ab {good[:12]} {middle[:12]} {workload}")
    return found


def _check(json_file: str | None) -> None:
    if json_file not in (None, "-"):
        check_writable(Path(str(json_file)))


def _write(json_file: str | None, data: Mapping[str, Any]) -> None:
    if json_file == "-":
        print_document(data)
    elif json_file is not None:
        write_document(Path(json_file), data)
