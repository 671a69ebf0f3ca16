"""`suite capacity`: how much load a system holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from suite.commands.option_groups import SingleWorkload, Where
from suite.errors import ConfigurationError, Faults
from suite.units import parse

if TYPE_CHECKING:
    from suite.records.capacity import Goal

EPILOG = """
\b
Examples:
  suite capacity shop/browse
  suite capacity load_shop.py -k browse --level target
  suite capacity dicom/receive --over users --from 1 --to 64
  suite capacity load_shop.py --at-least 100/s --budget 1min --json capacity.json
  suite capacity load_tuesday.py --over speed --from 1x
  suite capacity load_shop.py --workers 4 --set pool_size=10

\b
Each look is a short round with a fresh system. A load holds while its thresholds do,
at most 1 % fails (where no threshold says otherwise) and no backlog grows.

\b
Exit codes:
  0  found, or --at-least held                3  invalid or inconclusive
  1  --at-least broke, or all that was tried  4  the system would not start
  2  usage, configuration, results folder  129, 130, 143  interrupted
"""


def command(
    over: Annotated[
        str | None,
        typer.Option(
            metavar="rate|users|speed",
            help="What to raise. [speed of a replay, users if they think, else rate]",
        ),
    ] = None,
    level: Annotated[
        str, typer.Option(metavar="LEVEL", help="Thresholds to hold: target, warning or critical.")
    ] = "critical",
    lowest: Annotated[
        str | None, typer.Option("--from", metavar="LOAD", help="Lowest load, e.g. 10/s or 4 users as 4.")
    ] = None,
    highest: Annotated[str | None, typer.Option("--to", metavar="LOAD", help="Highest load.")] = None,
    at_least: Annotated[
        str | None, typer.Option(metavar="LOAD", help="Fail (1) unless this load holds, e.g. 100/s.")
    ] = None,
    seconds: Annotated[str, typer.Option(metavar="TIME", help="Length of a look.")] = "3s",
    repeats: Annotated[
        int, typer.Option(metavar="N", min=1, max=25, help="Looks that decide about a load.")
    ] = 3,
    budget: Annotated[str, typer.Option(metavar="TIME", help="Longest time for all of it.")] = "3min",
    *,
    one: SingleWorkload,
    where: Where,
) -> None:
    """Find the highest load that a system holds, and what breaks first."""
    from suite.capacity.goal import default_over

    faults = Faults()
    if over not in (None, "rate", "users", "speed"):
        faults.lines.append(f"--over is rate, users or speed, not {over!r}")
    if level not in ("target", "warning", "critical"):
        faults.lines.append(f"--level is target, warning or critical, not {level!r}")
    times = {"seconds": 3.0, "budget": 180.0}
    for name, text in (("seconds", seconds), ("budget", budget)):
        with faults.collected(f"--{name}: "):
            times[name] = parse(text, "s")
            if times[name] <= 0:
                raise ConfigurationError("a time above 0 is wanted")
    configuration, found, settings = one.read(faults, where.config)
    goal = _goal(
        over or default_over(found.workload),
        level,
        {"lowest": lowest, "highest": highest, "at_least": at_least},
        repeats=repeats,
        **times,
    )

    from suite.capacity.capacity import capacity
    from suite.commands.kept import kept
    from suite.records.capacity import unit_of

    unit = unit_of(goal.over)
    with kept("capacity", one.json_file, where, configuration) as out:
        result = out.search(
            lambda: capacity(
                found.workload,
                settings,
                goal,
                reference=found.reference,
                progress=out.reporter,
                keeper=out.journal,
                watch=lambda look: out.reporter.print_look(look, unit),
            )
        )
        code = out.keep_drawn(result, "capacity") if result is not None else out.code()
    raise typer.Exit(code)


_OPTIONS = {"lowest": "--from", "highest": "--to", "at_least": "--at-least"}


def _goal(over: str, level: str, loads: dict[str, str | None], **rest: Any) -> Goal:
    """The goal; loads are in the unit of `over`. Raises ConfigurationError with all faults."""
    from suite.records.capacity import Goal

    unit = {"rate": "1/s", "speed": "x"}.get(over, "1")
    faults = Faults()
    numbers: dict[str, float | None] = {}
    for name, text in loads.items():
        with faults.collected(f"{_OPTIONS[name]}: "):
            numbers[name] = number = None if text is None else parse(text, unit)
            if number is not None and (number <= 0 or (unit == "1" and number != int(number))):
                kinds = {"1/s": "rate above 0", "x": "speed above 0"}
                kind = kinds.get(unit, "whole number of users above 0")
                raise ConfigurationError(f"a {kind} is wanted, not {text}")
    faults.check()
    return Goal(over, level, **numbers, **rest)  # type: ignore[arg-type]
