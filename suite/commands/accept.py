"""`suite accept`: mark a change as wanted."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands.option_groups import Where, WhichHistory

EPILOG = """
\b
Examples:
  suite accept response.p99 4c1d9a2 --workload shop/browse --reason "checks every price now"

\b
The change is shown with its reason from then on, and drift is measured from that commit.
"""


def command(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="What changed.")],
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="The commit that changed it.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why that is wanted.")],
    *,
    which: WhichHistory,
    where: Where,
) -> None:
    """Mark a change as wanted."""
    from suite.report.terminal.console import make_console
    from suite.report.terminal.history import print_accepted

    place = where.places().ledger
    with which.timelines(place) as timelines:
        print_accepted(make_console(), *timelines.accept(metric, commit, which.workload, reason))
