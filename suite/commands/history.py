"""`suite history`: how metrics moved from commit to commit."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import Where, WhichHistory

EPILOG = """
\b
Examples:
  suite history                            what changed lately, commit by commit
  suite history --workload shop/browse     of one workload
  suite history response.p99               a metric's history in each workload
  suite history response.p99 --workload shop/browse --limit 50
  suite history throughput --json history.json

\b
A commit's value is the median of its runs that passed or failed and can be believed, on like
machines and under the same load. Changes from 2 % on are drawn; they are provisional
until some more commits confirm them. What is known is kept: a new commit costs little.
"""

_SHOWN = 20
_DRAWN = 4


def command(
    metric: Annotated[
        str | None, typer.Argument(metavar="METRIC", show_default=False, help="Whose history. [all events]")
    ] = None,
    anywhere: Annotated[
        bool, typer.Option("--anywhere", help="Mix classes of machines all the same.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Newest commits of a metric [20], or events [10].")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Look through all histories, however long it takes.")
    ] = False,
    json_file: options.JsonFile = None,
    old_metric: Annotated[str | None, typer.Option("--metric", hidden=True)] = None,
    *,
    which: WhichHistory,
    where: Where,
) -> None:
    """Show how metrics moved from commit to commit, and where they changed."""
    from suite.commands.brought_in import bring_in_first
    from suite.commands.output import output
    from suite.errors import ConfigurationError
    from suite.ledger.metric_history import reasons
    from suite.ledger.timelines import OVERVIEW_SECONDS
    from suite.report.documents.history import overview_document, tracks_document
    from suite.report.terminal.history import print_others, print_overview, print_track

    places = where.places()
    bring_in_first(places)
    with (
        output(json_file) as out,
        which.timelines(places.ledger, anywhere=anywhere) as timelines,
    ):
        workload = which.workload
        if timelines.is_workload(metric):
            was = f"suite history {metric}"
            workload = options.renamed(was, f"suite history --workload {metric}", metric, workload)
            metric = None
        if metric and old_metric and metric != old_metric:
            raise ConfigurationError(f"give one metric: {metric}, or {old_metric}")
        metric = options.renamed("--metric NAME", "suite history NAME", old_metric, metric)
        if metric is None:
            overview = timelines.overview(workload, seconds=math.inf if everything else OVERVIEW_SECONDS)
            wanted = reasons(timelines.detections.accepted())
            print_overview(out.console, overview, wanted, limit or 10)
            out.deliver(overview_document(overview, wanted))
            return
        # A document has all workloads, and all commits unless there is a limit.
        shown = limit or _SHOWN
        tracks, others = (
            timelines.tracks(metric, workload, shown, _DRAWN)
            if json_file is None
            else timelines.tracks(metric, workload, limit)
        )
        for track in tracks:
            print_track(out.console, track, shown)
        if others:
            print_others(out.console, others)
        out.deliver(tracks_document(tracks, limit))
