"""`suite resilience`: what becomes of a system while one thing after another fails around it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from suite.commands import options
from suite.commands.option_groups import SingleWorkload, Where
from suite.errors import Faults
from suite.units import parse

EPILOG = """
\b
Examples:
  suite resilience shop/checkout
  suite resilience load_shop.py -k checkout --party database --fault restart
  suite resilience load_shop.py --after 15s          it may take so long to come back
  suite resilience load_shop.py --json resilience.json

\b
Each helper in beside= is slow, dead, a black hole, reset, fails the first requests, is killed
and started again: each time in a round of its own, with a fresh system. A workload without
helpers has the way between its users and the system fail so.

\b
Exit codes:
  0  it came back from all, and lost nothing     3  of some of it nothing can be told
  1  it never came back, died or lost work       4  the system would not start
  2  usage, configuration, results folder  129, 130, 143  interrupted
"""


def command(
    party: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this helper, or system; repeatable. [all helpers]"),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="Only this: slow, dead, blackhole, reset, first, restart; repeatable. [all]",
        ),
    ] = None,
    before: Annotated[str, typer.Option(metavar="TIME", help="Load before the fault.")] = "2s",
    during: Annotated[str, typer.Option(metavar="TIME", help="How long it lasts.")] = "2s",
    after: Annotated[str, typer.Option(metavar="TIME", help="Load after it: time to come back.")] = "4s",
    delay: Annotated[str, typer.Option(metavar="TIME", help="How slow a slow way is.")] = "200ms",
    first: Annotated[int, typer.Option(metavar="N", min=1, help="How many HTTP requests fail first.")] = 3,
    rounds: Annotated[int, typer.Option(metavar="N", min=1, help="Rounds of each; the worst counts.")] = 1,
    users: options.Users = None,
    rate: Annotated[str | None, typer.Option(metavar="RATE", help="Of an open loop, e.g. 50/s.")] = None,
    *,
    one: SingleWorkload,
    where: Where,
) -> None:
    """Let one helper after another fail, and say from what a system never recovers."""
    faults = Faults()
    times: dict[str, Any] = {"first": first, "rounds": rounds}
    for name, text in (("before", before), ("during", during), ("after", after), ("delay", delay)):
        with faults.collected(f"--{name}: "):
            times[name] = parse(text, "s")
    configuration, found, settings = one.read(faults, where.config, users=users, rate=rate)

    from suite.commands.kept import kept
    from suite.records.resilience import FaultCourse
    from suite.resilience.resilience import resilience

    course = FaultCourse(**times)
    with kept("resilience", one.json_file, where, configuration) as out:
        result = out.search(
            lambda: resilience(
                found.workload,
                settings,
                course,
                parties=party or (),
                faults=fault or (),
                reference=found.reference,
                progress=out.reporter,
                keeper=out.journal,
                watch=lambda trial, number, count: out.reporter.print_trial(trial, number, count, course),
            )
        )
        code = out.keep_drawn(result, "resilience") if result is not None else out.code()
    raise typer.Exit(code)
