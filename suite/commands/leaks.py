"""`suite leaks`: whether a system leaks, and where."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import Where
from suite.errors import ConfigurationError, Faults, StoreError
from suite.units import parse

if TYPE_CHECKING:
    from suite.commands.output import Output
    from suite.ledger.sightings import Sighting
    from suite.records.leak import LeakSearch

EPILOG = """
\b
Examples:
  suite leaks load_shop.py
  suite leaks load_shop.py -k browse --operations 500
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
  2  usage, configuration, results folder  129, 130, 143  interrupted
"""


def command(
    targets: Annotated[
        list[str], typer.Argument(metavar="WORKLOAD", help="Workloads, systems or load files.")
    ],
    match: options.Match = None,
    operations: Annotated[
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
    values: options.Values = None,
    seed: options.Seed = None,
    workers: options.Workers = None,
    json_file: options.JsonFile = None,
    requests: Annotated[int | None, typer.Option("--requests", min=10, hidden=True)] = None,
    *,
    where: Where,
) -> None:
    """Look for leaks, and name the lines that hold the memory."""
    faults = Faults()
    ttl_seconds = 0.0
    with faults.collected("--ttl: "):
        ttl_seconds = parse(ttl, "s")
        if ttl_seconds < 0:
            raise ConfigurationError("a time can't be negative")
    given = options.layer(faults, values, users=users, workers=workers, seed=seed)
    configuration, plans = options.read_plans(
        faults, given, targets, filters=options.like(match), config=where.config, json_file=json_file
    )

    from suite.commands.kept import kept
    from suite.errors import SystemFailed, WorkerFailed
    from suite.leaks.session import LeakSettings, find_leaks

    how = LeakSettings(
        options.renamed("--requests", "--operations", requests, operations),
        windows,
        ttl_seconds,
        native=native,
        attribute=attribute,
    )
    with kept("leaks", json_file, where, configuration) as out:
        for found, settings in out.each(plans.runs):
            look = functools.partial(
                find_leaks,
                found.workload,
                settings,
                how,
                reference=found.reference,
                progress=out.reporter,
                keep=out.folder,
                keeper=out.journal,
            )
            search = out.search(look, found.workload.name, SystemFailed, WorkerFailed)
            if search is not None:
                with out.part():
                    out.keep(search, search.exit_code, functools.partial(_show, search, out))
        code = out.code()
        out.end(code)
    raise typer.Exit(code)


def _show(search: LeakSearch, out: Output, saved: Path | None) -> None:
    """What was found, with the first suspect's past as far as searches are stored."""
    from suite.ledger.sightings import suspect_history

    past: list[Sighting] = []
    for suspect in (search.suspects or ())[:1]:
        with contextlib.suppress(StoreError):  # a ledger that can't be used has said so already
            past = suspect_history(out.ledger, search.workload, suspect.function, suspect.file)
    out.reporter.print_leaks(search, search.exit_code, saved=saved, past=past)
