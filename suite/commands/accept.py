"""`suite accept`: mark a change as wanted."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands import options

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
    workload: options.OneWorkload = None,
    match: options.Match = None,
    branch: options.Branch = None,
    machine: options.Machine = None,
    ledger: options.LedgerPlace = None,
    results: options.Results = None,
    config: options.ConfigFile = None,
) -> None:
    """Mark a change as wanted."""
    from suite.config.file import read_configuration
    from suite.ledger.timelines import Timelines
    from suite.report.terminal.console import make_console
    from suite.report.terminal.history import print_accepted

    place = read_configuration(config).places(results, ledger).ledger
    with Timelines(place, branch=branch, machine=machine, match=match or ()) as timelines:
        print_accepted(make_console(), *timelines.accept(metric, commit, workload, reason))
