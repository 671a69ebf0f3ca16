"""`suite history` and `suite accept`: their options, made into what is wanted of a ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands.options import ConfigFile, JsonFile, LedgerPlace, Results

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

OfWorkload = Annotated[
    str | None, typer.Option("--workload", "-k", metavar="NAME", help="The workload whose history it is.")
]
OfBranch = Annotated[
    str | None, typer.Option("--branch", metavar="NAME", help="Commits that led to this branch. [HEAD]")
]
OfMachine = Annotated[
    str | None, typer.Option("--machine", metavar="CLASS", help="Runs on this class of machines.")
]
_Anywhere = Annotated[bool, typer.Option("--anywhere", help="Mix classes of machines all the same.")]


def history_command(
    word: Annotated[
        str | None, typer.Argument(metavar="METRIC|WORKLOAD", show_default=False, help="Whose history.")
    ] = None,
    workload: OfWorkload = None,
    metric: Annotated[str | None, typer.Option("--metric", metavar="NAME", help="A metric.")] = None,
    branch: OfBranch = None,
    machine: OfMachine = None,
    anywhere: _Anywhere = False,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Newest commits of a metric [20], or events [10].")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Look through all histories, however long it takes.")
    ] = False,
    json_file: JsonFile = None,
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Show how metrics moved from commit to commit, and where they changed."""
    from suite.commands.historytelling import tell_metric, tell_overview
    from suite.config.file import read_configuration
    from suite.errors import ConfigurationError
    from suite.ledger.timelines import Timelines

    with Timelines(
        read_configuration(config).places(results, ledger).ledger,
        branch=branch,
        machine=machine,
        anywhere=anywhere,
    ) as historian:
        workload, found = historian.meant(word, workload)
        if metric and found and metric != found:
            raise ConfigurationError(
                f"{found} is no workload; of metrics give one: {found}, or --metric {metric}"
            )
        metric = metric or found
        if metric is None:
            tell_overview(historian, workload, limit or 10, json_file, everything=everything)
        else:
            tell_metric(historian, metric, workload, limit, json_file)


def accept_command(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="What changed.")],
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="The commit that changed it.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why that is wanted.")],
    workload: OfWorkload = None,
    branch: OfBranch = None,
    machine: OfMachine = None,
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Mark a change as wanted."""
    from suite.commands.historytelling import tell_accepted
    from suite.config.file import read_configuration
    from suite.ledger.timelines import Timelines

    with Timelines(
        read_configuration(config).places(results, ledger).ledger, branch=branch, machine=machine
    ) as historian:
        tell_accepted(historian, metric, commit, workload, reason)
