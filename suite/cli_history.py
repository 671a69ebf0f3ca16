"""`suite history`, `suite accept` and `suite blame`: their options, made into what is wanted of a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from suite.options import ConfigFile, JsonFile, Results

HISTORY_EPILOG = """
\b
Examples:
  suite history                            what changed lately, commit by commit
  suite history shop/browse                of one workload
  suite history response.p99               a metric's history in each workload
  suite history response.p99 --workload shop/browse --limit 50
  suite history throughput --json history.json

\b
A commit's value is the median of its runs that passed or failed and can be believed, on like
machines and under the same load. Changes from 2 % on are drawn; they are provisional
until some more commits confirm them. What is known is kept: a new commit costs little.
"""
ACCEPT_EPILOG = """
\b
Examples:
  suite accept response.p99 4c1d9a2 --workload shop/browse --reason "checks every price now"

\b
The change is shown with its reason from then on, and drift is measured from that commit.
"""
BLAME_EPILOG = """
\b
Examples:
  suite blame response.p99 --workload shop/browse

\b
Names the last commit before the latest change and the first after it, and the commands
that narrow it where commits between them were not measured.
"""

_Workload = Annotated[
    str | None, typer.Option("--workload", "-k", metavar="NAME", help="The workload whose history it is.")
]
_Branch = Annotated[
    str | None, typer.Option("--branch", metavar="NAME", help="Commits that led to this branch. [HEAD]")
]
_Machine = Annotated[
    str | None, typer.Option("--machine", metavar="CLASS", help="Runs on this class of machines.")
]
_Anywhere = Annotated[bool, typer.Option("--anywhere", help="Mix classes of machines all the same.")]
Ledgers = Annotated[
    str | None, typer.Option("--ledger", metavar="PLACE", help="File or database URL. [RESULTS/ledger.db]")
]


def history_command(
    word: Annotated[
        str | None, typer.Argument(metavar="METRIC|WORKLOAD", show_default=False, help="Whose history.")
    ] = None,
    workload: _Workload = None,
    metric: Annotated[str | None, typer.Option("--metric", metavar="NAME", help="A metric.")] = None,
    branch: _Branch = None,
    machine: _Machine = None,
    anywhere: _Anywhere = False,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Newest commits of a metric [20], or events [10].")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Look through all histories, however long it takes.")
    ] = False,
    json_file: JsonFile = None,
    ledger: Ledgers = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Show how metrics moved from commit to commit, and where they changed."""
    from suite.historian import Historian
    from suite.historytelling import tell_metric, tell_overview

    with Historian(
        place_of(ledger, results, config), branch=branch, machine=machine, anywhere=anywhere
    ) as historian:
        workload, found = historian.meant(word, workload)
        metric = metric or found
        if metric is None:
            tell_overview(historian, workload, limit or 10, json_file, everything=everything)
        else:
            tell_metric(historian, metric, workload, limit, json_file)


def accept_command(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="What changed.")],
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="The commit that changed it.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why that is wanted.")],
    workload: _Workload = None,
    branch: _Branch = None,
    machine: _Machine = None,
    ledger: Ledgers = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Mark a change as wanted."""
    from suite.historian import Historian
    from suite.historytelling import tell_accepted

    with Historian(place_of(ledger, results, config), branch=branch, machine=machine) as historian:
        tell_accepted(historian, metric, commit, workload, reason)


def blame_command(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="What changed.")],
    workload: _Workload = None,
    branch: _Branch = None,
    machine: _Machine = None,
    json_file: JsonFile = None,
    ledger: Ledgers = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Name the commits between which a metric last changed."""
    from suite.historian import Historian
    from suite.historytelling import tell_blame

    with Historian(place_of(ledger, results, config), branch=branch, machine=machine) as historian:
        tell_blame(historian, metric, workload, json_file)


def place_of(ledger: str | None, results: Path | None, config: Path | None) -> str | Path:
    """Where the ledger is: as given, else in the folder of results."""
    from suite.configuration import read_configuration

    return ledger or (results or Path(read_configuration(config).results)) / "ledger.db"
