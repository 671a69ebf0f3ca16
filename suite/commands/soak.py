"""`suite soak`: what drifts under load that lasts for hours."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import SingleWorkload, Where
from suite.errors import ConfigurationError, Faults
from suite.foreign_text import clean
from suite.units import parse

if TYPE_CHECKING:
    from suite.config.settings import Settings
    from suite.contract.workload import Workload
    from suite.formats.soak_journal import SoakJournal

EPILOG = """
\b
Examples:
  suite soak load_shop.py -k browse --hours 8
  suite soak shop/browse --minutes 30 --window 10s --json soak.json
  suite soak shop/browse --hours 8 --limit memory=2GB --limit observed.orders.mean=1000000
  suite soak shop/browse --resume          go on where it was cut off

\b
One system is loaded without a pause. Each window is on disk the moment that it ends:
what a crash, a reboot or Ctrl-C cuts off goes on with --resume, with a fresh system.

\b
Exit codes:
  0  nothing drifts                           3  too few windows, or can't be believed
  1  drift, or a critical threshold           4  the system would not start or died
  2  usage, configuration, results folder  129, 130, 143  interrupted
"""


def command(
    hours: Annotated[
        str | None, typer.Option(metavar="N", help="Hours of load that count; the warm-up comes on top.")
    ] = None,
    minutes: Annotated[str | None, typer.Option(metavar="N", help="The same in minutes.")] = None,
    window: Annotated[
        str | None, typer.Option(metavar="TIME", help="Length of a window. [1/120 of all, 1s to 5min]")
    ] = None,
    warmup: Annotated[
        str | None, typer.Option(metavar="TIME", help="Not judged, from each start on. [2 windows]")
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC=SIZE", help="What it must not get to, e.g. memory=2GB; repeatable."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last one that was cut off.")
    ] = False,
    users: options.Users = None,
    rate: Annotated[str | None, typer.Option(metavar="RATE", help="Starts per second, e.g. 50/s.")] = None,
    *,
    one: SingleWorkload,
    where: Where,
) -> None:
    """Load a system for hours, and say what drifts."""
    faults = Faults()
    times = {
        name: seconds
        for name, text in (
            ("--hours", hours),
            ("--minutes", minutes),
            ("--window", window),
            ("--warmup", warmup),
        )
        for seconds in _seconds(faults, name, text)
    }
    if len(times.keys() & {"--hours", "--minutes"}) == 2:
        faults.lines.append("give --hours or --minutes, not both")
    elif hours is None and minutes is None and not resume:
        faults.lines.append("how long? give --hours or --minutes")
    limits: dict[str, float] = {}
    with faults.collected():
        limits = _limits(limit or ())
    configuration, found, settings = one.read(faults, where.config, users=users, rate=rate)

    from suite.commands.kept import kept
    from suite.formats.envelope import envelope
    from suite.process.redaction import shown_url
    from suite.records.soak import SoakWindow
    from suite.soak.soak import SoakRun

    with (
        kept("soak", one.json_file, where, configuration) as out,
        _journal(out.folder, found.workload, settings, times, resume=resume) as journal,
    ):

        def keep(window: SoakWindow) -> None:
            journal.append(window)
            done = sum(not one.warming for one in journal.windows)
            out.reporter.print_window(window, done, journal.head.wanted)

        result = out.search(
            SoakRun(
                found.workload,
                settings,
                journal.head,
                journal.windows,
                keep=keep,
                reference=found.reference,
                limits=limits,
                progress=out.reporter,
            ).run
        )
        code = out.code()
        if not journal.windows:
            out.measured = False
            journal.remove()
        elif result is not None and (out.fault is None or result.error is not None):
            shown, own = result, code
            out.keep(result, own, lambda saved: out.reporter.print_soak(shown, own, saved=saved))
            journal.remove()
            code = out.code()
            out.end(code)
        elif result is not None:
            changed = {
                "users": users,
                "rate": rate,
                "target": one.target_url and shown_url(one.target_url),
                "workers": one.workers,
                "seed": one.seed,
            }
            again = _again(
                one.target,
                {"set": one.values, "limit": limit, "k": one.match},
                {**changed, **where.again()},
            )
            there = journal.path.is_file()  # it could not be written anew, if it was removed
            out.reporter.print_soak(result, code, again=again if there else None)
            out.deliver(envelope("soak", [result], exit_code=code))
    raise typer.Exit(code)


def _seconds(faults: Faults, name: str, text: str | None) -> Iterator[float]:
    """What an option says, if it is given; hours and minutes are plain numbers, or times like any other."""
    if text is None:
        return
    scale = {"--hours": 3600.0, "--minutes": 60.0}.get(name, 1.0)
    with faults.collected(f"{name}: "):
        number = math.nan
        with contextlib.suppress(ValueError):
            number = float(text)
        yield number * scale if math.isfinite(number) else parse(text, "s")


def _limits(texts: Sequence[str]) -> dict[str, float]:
    """Limits by metric in its base unit. Raises ConfigurationError with all faults."""
    from suite.soak.series import unit_of

    faults = Faults()
    limits: dict[str, float] = {}
    for name, size in options.pairs(texts, "--limit", "METRIC=SIZE").items():
        with faults.collected(f"--limit {name}: "):
            limits[name] = parse(size.strip(), unit_of(name))
    faults.check()
    return limits


def _journal(
    folder: Path, workload: Workload, settings: Settings, times: Mapping[str, float], *, resume: bool
) -> SoakJournal:
    """A new one, or that of the newest soak of this workload that was cut off."""
    from suite.formats.soak_journal import SoakJournal, unfinished
    from suite.soak.plan import SoakLength
    from suite.soak.soak import check_same, cycle_of, soak_head

    seconds = times.get("--hours", times.get("--minutes"))
    before = next(unfinished(folder, workload.name), None)
    if not resume:
        if before is not None:
            note = f"suite: note: {before} was cut off; --resume goes on with it"
            typer.echo(clean(note), err=True)
        cycle = cycle_of(workload, settings)
        length = SoakLength.of(seconds or 0.0, times.get("--window"), times.get("--warmup"), cycle=cycle)
        return SoakJournal.create(folder, soak_head(workload, settings, length))
    if before is None:
        raise ConfigurationError(f"--resume: no soak of {workload.name} was cut off in {folder}")
    journal = SoakJournal.continued(before)
    try:
        head = journal.head
        length = SoakLength.of(
            head.seconds if seconds is None else seconds,
            times.get("--window", head.window),
            times.get("--warmup", head.warmup),
        )
        check_same(head, soak_head(workload, settings, length))
    except BaseException:
        journal.close()
        raise
    return journal


def _again(target: str, lists: Mapping[str, Sequence[str] | None], single: Mapping[str, object]) -> str:
    """The command that goes on: with what changes the load, without what the journal knows, and secrets."""
    from suite.process.redaction import shown_command
    from suite.process.secret_forms import HIDDEN

    parts = ["suite", "soak", target, "--resume"]
    for name, several in lists.items():
        for one in several or ():
            parts += [f"-{name}" if len(name) == 1 else f"--{name}", one]
    for name, value in single.items():
        parts += [] if value is None else [f"--{name}", str(value)]
    shown = shown_command(parts)
    return shown + (f", with what is secret in place of {HIDDEN}" if HIDDEN in shown else "")
