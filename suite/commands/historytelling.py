"""What `suite history` and `suite accept` say: in the terminal, and as documents."""

from __future__ import annotations

import math

from rich.text import Text

from suite.ledger.metric_history import reasons
from suite.ledger.timelines import Timelines
from suite.report.documents.history import events_document, tracks_document
from suite.report.documents.target import STDOUT, check_target, deliver
from suite.report.terminal.console import make_console
from suite.report.terminal.history import change_text, print_events, print_track
from suite.report.words import FAINT, clean, short_commit

_SHOWN = 20
_DRAWN = 4


def tell_overview(
    historian: Timelines, workload: str | None, limit: int, json_file: str | None, *, everything: bool
) -> None:
    """The newest events; what there was no time to look through is said."""
    check_target(json_file)
    overview = historian.overview(workload, **({"seconds": math.inf} if everything else {}))
    wanted = reasons(historian.detections.accepted())
    console = make_console(stderr=json_file == STDOUT)
    print_events(console, overview.events, wanted, limit)
    if overview.left:
        left = f"not looked through yet: {overview.left} histories with new runs; suite history --all does it"
        console.print(Text(left, FAINT), soft_wrap=True)
    deliver({**events_document(overview.events, wanted), "left": overview.left}, json_file)


def tell_metric(
    historian: Timelines, metric: str, workload: str | None, limit: int | None, json_file: str | None
) -> None:
    """A metric's histories; a document has all workloads, and all commits unless there is a limit."""
    check_target(json_file)
    if json_file is None:
        tracks, others = historian.tracks(metric, workload, limit or _SHOWN, _DRAWN)
    else:
        tracks, others = historian.tracks(metric, workload, limit)
    console = make_console(stderr=json_file == STDOUT)
    for track in tracks:
        print_track(console, track, limit or _SHOWN)
    if others:
        console.print(
            Text.assemble(("also in: ", FAINT), clean(", ".join(others)), ("; --workload NAME", FAINT)),
            soft_wrap=True,
        )
    deliver(tracks_document(tracks, limit), json_file)


def tell_accepted(historian: Timelines, metric: str, commit: str, workload: str | None, reason: str) -> None:
    """Accept, and say what."""
    one, track = historian.accept(metric, commit, workload, reason)
    points = {
        place.commit: point
        for point, place in zip(track.found.detection.points, track.found.places, strict=True)
    }
    what = change_text(points[one.commit]) if one.commit in points else Text("no change of level there")
    console, sha = make_console(), short_commit(one.commit)
    accepted = f"accepted  {clean(one.workload)} {clean(metric)} at {sha}: "
    console.print(Text.assemble(accepted, what), soft_wrap=True)
    console.print(f"drift is measured from {sha} on", soft_wrap=True)
