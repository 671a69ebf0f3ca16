"""`suite recover`: the highest load at which a system recovers from an overload."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from suite.commands.option_groups import SingleWorkload, Where
from suite.errors import Faults
from suite.units import parse

EPILOG = """
\b
Examples:
  suite recover shop/checkout
  suite recover load_shop.py -k checkout --capacity 200/s --times 5 --during 3s
  suite recover load_shop.py --at-least 60% --json recovery.json

\b
First the capacity is searched. Then each look is a load below it, with an overload in its
midst, and clients that try again as the workload's Retry says. A system may hold a load for
ever and still never come back to it: what is tried again keeps it overloaded.

\b
Exit codes:
  0  found, or --at-least recovers            3  invalid or inconclusive
  1  --at-least does not, or no load does     4  the system would not start
  2  usage, configuration, results folder  129, 130, 143  interrupted
"""


def command(
    capacity: Annotated[
        str | None, typer.Option(metavar="RATE", help="Its capacity, e.g. 200/s. [is searched]")
    ] = None,
    times: Annotated[float, typer.Option(metavar="N", help="Times its capacity that the overload is.")] = 2.0,
    before: Annotated[str, typer.Option(metavar="TIME", help="Load before the overload.")] = "2s",
    during: Annotated[
        str | None, typer.Option(metavar="TIME", help="How long it lasts. [longer than clients wait]")
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="TIME", help="Load after it: time to recover. [15s or more]")
    ] = None,
    lowest: Annotated[
        str, typer.Option("--from", metavar="SHARE", help="Lowest load, of the capacity.")
    ] = "10%",
    highest: Annotated[
        str, typer.Option("--to", metavar="SHARE", help="Highest load, of the capacity.")
    ] = "90%",
    at_least: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Fail (1) unless it recovers at this, e.g. 60%.")
    ] = None,
    repeats: Annotated[
        int, typer.Option(metavar="N", min=1, max=25, help="Looks that decide about a load.")
    ] = 1,
    budget: Annotated[str, typer.Option(metavar="TIME", help="Longest time for all looks.")] = "5min",
    *,
    one: SingleWorkload,
    where: Where,
) -> None:
    """Find the highest load at which a system recovers from an overload."""
    faults = Faults()
    course: dict[str, Any] = {"times": times, "repeats": repeats}
    given_times = {"before": before, "during": during, "after": after, "budget": budget}
    shares = {
        "lowest": ("--from", lowest),
        "highest": ("--to", highest),
        "at_least": ("--at-least", at_least),
    }
    for name, text in given_times.items():
        with faults.collected(f"--{name}: "):
            course[name] = None if text is None else parse(text, "s")
    for name, (option, share) in shares.items():
        with faults.collected(f"{option}: "):
            course[name] = None if share is None else parse(share, "ratio")
    known: float | None = None
    with faults.collected("--capacity: "):
        known = None if capacity is None else parse(capacity, "1/s")
    configuration, found, settings = one.read(faults, where.config)

    from suite.commands.kept import kept
    from suite.resilience.recover import overload_course, recover

    with kept("recovery", one.json_file, where, configuration) as out:
        result = out.search(
            lambda: recover(
                found.workload,
                settings,
                overload_course(found.workload, **course),
                known=known,
                reference=found.reference,
                progress=out.reporter,
                keeper=out.journal,
                watch=out.reporter.print_overload,
                watch_capacity=lambda look: out.reporter.print_look(look, "1/s"),
            )
        )
        code = out.keep_drawn(result, "recover") if result is not None else out.code()
    raise typer.Exit(code)
