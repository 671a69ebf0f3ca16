"""`suite leaks`: its options, made into settings of a search."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands.options import (
    ConfigFile,
    JsonFile,
    LedgerPlace,
    Match,
    Results,
    Seed,
    Values,
    Workers,
    read_plans,
)
from suite.errors import ConfigurationError, Faults
from suite.units import parse

EPILOG = """
\b
Examples:
  suite leaks load_shop.py
  suite leaks load_shop.py -k browse --requests 500
  suite leaks dicom/receive vision/match-500 --json leaks.json
  suite leaks load_shop.py --ttl 60s        the shop keeps sessions for a minute
  suite leaks load_shop.py --native         C stacks too

\b
The system runs once, loaded window by window; in between its connections are closed
and its garbage is collected. What then grows with every window is a suspect; it is
confirmed with longer windows and, if it stays, traced with memray in a second run.

\b
Exit codes:
  0  no leak                                  3  can't be told, for the reason given
  1  a leak                                   4  the system would not start or died
  2  usage, configuration, results folder     130, 143  interrupted
"""


def leaks_command(
    targets: Annotated[
        list[str], typer.Argument(metavar="WORKLOAD", help="Workloads, systems or load files.")
    ],
    match: Match = None,
    requests: Annotated[
        int, typer.Option(metavar="N", min=10, help="Operations in a window; more find rarer leaks.")
    ] = 100,
    windows: Annotated[int, typer.Option(metavar="N", min=4, help="Windows that raise a suspicion.")] = 8,
    ttl: Annotated[
        str, typer.Option(metavar="TIME", help="Longest time for which the system may keep things.")
    ] = "5s",
    native: Annotated[bool, typer.Option("--native", help="Trace C stacks too; slower.")] = False,
    attribute: Annotated[
        bool, typer.Option("--name/--no-name", help="Trace a leak to its call sites, in a second run.")
    ] = True,
    users: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Virtual users. [the workload's own]")
    ] = None,
    values: Values = None,
    seed: Seed = None,
    workers: Workers = None,
    json_file: JsonFile = None,
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Look for leaks, and name the lines that hold the memory."""
    faults = Faults()
    seconds = 0.0
    with faults.collected("--ttl: "):
        seconds = parse(ttl, "s")
        if seconds < 0:
            raise ConfigurationError("a time can't be negative")
    given = {"users": users, "workers": workers, "seed": seed}
    configuration, plans = read_plans(
        faults, given, targets, match=match, values=values, config=config, json_file=json_file
    )

    from suite.commands.leaking import search_leaks
    from suite.leaks.session import LeakSettings

    how = LeakSettings(requests, windows, seconds, native=native, attribute=attribute)
    code = search_leaks(configuration.places(results, ledger), plans.runs, how, json_file=json_file)
    raise typer.Exit(code)
