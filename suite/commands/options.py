"""Options that several commands of `suite` share, and what they make of their text."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from suite.commands.completing import workloads
from suite.errors import ConfigurationError, Faults
from suite.units import parse

if TYPE_CHECKING:
    from suite.config.file import Configuration
    from suite.config.filters import Filters
    from suite.config.layer import SettingsLayer
    from suite.config.selection import Plans

_T = TypeVar("_T")

Targets = Annotated[
    list[str] | None,
    typer.Argument(metavar="TARGET", help="Load files, systems or workloads.", autocompletion=workloads),
]
Match = Annotated[
    list[str] | None,
    typer.Option("-k", metavar="TEXT", help="Only workloads whose name has TEXT, in any case; repeatable."),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tags", "-t", metavar="TAG", help="Only what carries this tag; repeat it for more."),
]
ExcludedTags = Annotated[
    list[str] | None,
    typer.Option("--exclude-tags", "-T", metavar="TAG", help="Leave out what carries this tag."),
]
Categories = Annotated[
    list[str] | None,
    typer.Option(
        "--categories", "--category", metavar="NAMES", help="Only these, by name or title; several by commas."
    ),
]
SkippedTests = Annotated[
    list[str] | None,
    typer.Option(
        "--skip-tests", metavar="NAMES", help="Leave out these, by name or alias; several by commas."
    ),
]
Rounds = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Rounds, each with a fresh system. [3; quick: 1]")
]
Users = Annotated[
    int | None,
    typer.Option("--users", "--concurrent-users", metavar="N", min=1, help="Virtual users of the loop."),
]
Seconds = Annotated[
    str | None,
    typer.Option(
        "--seconds", "--test-duration", metavar="TIME", help="Length of the measured part, e.g. 300 or 5min."
    ),
]
OnInvalid = Annotated[str, typer.Option(metavar="fail|warn", help="warn turns exit code 3 into 0.")]
AbortOnFail = Annotated[
    bool,
    typer.Option(
        "--abort-on-fail", help="End a workload as soon as a critical threshold can't hold any more."
    ),
]
Values = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of system or workload.")
]
Target = Annotated[str | None, typer.Option(metavar="URL", help="Load this running system instead.")]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Load another machine (--target) without being asked.")
]
Workers = Annotated[int | None, typer.Option(metavar="N", min=1, help="Worker processes. [1]")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Seed of all that is random. [1]")]
Results = Annotated[
    Path | None, typer.Option("--results", metavar="FOLDER", help="Folder of ledger.db and runs/. [results]")
]
LedgerPlace = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="PLACE",
        envvar="LOADLEDGER_LEDGER",
        show_envvar=False,
        help="Database of results: a file or a URL; or LOADLEDGER_LEDGER. [RESULTS/ledger.db]",
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Default: loadledger.toml, or pyproject.toml's table."),
]
JsonFile = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write the result document; - for stdout.")
]

OneWorkload = Annotated[
    str | None, typer.Option("--workload", metavar="NAME", help="Only this workload, by its whole name.")
]
Branch = Annotated[
    str | None, typer.Option("--branch", metavar="NAME", help="Commits that led to this branch. [HEAD]")
]
Machine = Annotated[
    str | None, typer.Option("--machine", metavar="CLASS", help="Runs on this class of machines.")
]
OldMatch = Annotated[list[str] | None, typer.Option("--workload", hidden=True)]
Metrics = Annotated[
    list[str] | None, typer.Option("--metric", metavar="NAME", help="Judge this metric; repeat it for more.")
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow", metavar="METRIC=SIZE", help="Least change of a metric that counts, e.g. memory.peak=5%."
    ),
]
Anywhere = Annotated[
    bool, typer.Option("--anywhere", help="Compare other hardware and another load all the same.")
]
Markdown = Annotated[
    str | None, typer.Option("--markdown", metavar="FILE", help="Write Markdown; - for stdout.")
]
Quantiles = Annotated[
    bool, typer.Option("--quantiles", help="Show where latency moved of workloads that did not change too.")
]


def pairs(texts: Sequence[str], option: str = "--set", form: str = "NAME=VALUE") -> dict[str, str]:
    """What an option was given as a mapping. Raises ConfigurationError with all that have not its form."""
    parts = [text.partition("=") for text in texts]
    faults = [
        text
        for text, (name, sign, value) in zip(texts, parts, strict=True)
        if not name.strip() or not sign or (option != "--set" and not value.strip())
    ]
    if faults:
        raise ConfigurationError.of(f"{option} {text}: write it as {form}" for text in faults)
    return {name.strip(): value for name, _, value in parts}


def like(match: Sequence[str] | None) -> Filters:
    """Those that -k chooses."""
    from suite.config.filters import Filters

    return Filters(match or ())


def listed(texts: Sequence[str] | None) -> tuple[str, ...]:
    """Names that were given one by one, or several at once between commas."""
    return tuple(name for text in texts or () for part in text.split(",") if (name := part.strip()))


def sizes(allow: Sequence[str] | None) -> dict[str, str]:
    """What `--allow` was given: minimum effects by metric. Raises ConfigurationError."""
    return {name: size.strip() for name, size in pairs(allow or (), "--allow", "METRIC=SIZE").items()}


def renamed(old: str, new: str, given: _T | None, value: _T) -> _T:
    """What an option was given, if need be under its `old` name, which is said; for one version."""
    if given is None or given == []:
        return value
    typer.echo(f"suite: note: {old} is now {new}", err=True)
    return given


def layer(
    faults: Faults,
    values: Sequence[str] | None,
    seconds: str | None = None,
    rate: str | None = None,
    **given: Any,
) -> SettingsLayer:
    """What the command line says of workloads; what is wrong with it goes to `faults`."""
    from suite.config.layer import SettingsLayer

    length, starts, parameters = None, None, {}
    with faults.collected("--seconds: "):
        length = None if seconds is None else parse(seconds, "s")
    with faults.collected("--rate: "):
        starts = None if rate is None else parse(rate, "1/s")
    with faults.collected():
        parameters = pairs(values or ())
    return SettingsLayer(seconds=length, rate=starts, values=parameters, **given)


def read_plans(
    faults: Faults,
    given: SettingsLayer,
    targets: Sequence[str],
    *,
    filters: Filters,
    config: Path | None,
    json_file: str | None,
    own: bool = False,
    single: bool = False,
) -> tuple[Configuration, Plans]:
    """The configuration, and the chosen workloads with the settings that it and what is `given` make.

    With `own` and no target they are those that `choose` finds. `single` wants one workload. Notes on what
    has no effect are told. Raises ConfigurationError with all faults, those collected before first.
    """
    from suite.config.catalog import select
    from suite.config.choice import Choice, choose
    from suite.config.file import Configuration, read_configuration
    from suite.config.selection import make_plans

    configuration, choice = Configuration(), Choice(())
    with faults.collected():
        configuration = read_configuration(config)
    with faults.collected(), stdout_is_ours(json_file == "-"):
        if own:
            choice = choose(targets, configuration, filters)
        else:
            choice = Choice(tuple(select(targets, filters, configuration.files)))
        if single and len(choice.chosen) > 1:
            names = ", ".join(found.workload.name for found in choice.chosen)
            several = f"one workload is wanted, {' '.join(targets)} has several: {names}"
            raise ConfigurationError(f"{several}; choose with -k")
    faults.check()
    plans = make_plans(
        choice.chosen,
        configuration,
        given,
        filters=filters,
        lenient=choice.tour is not None,
    )
    tell_notes([*choice.notes, *plans.notes])
    return configuration, replace(plans, tour=choice.tour)


def tell_notes(notes: Iterable[str] = ()) -> None:
    """Say `notes` on stderr, and if it is so that results will have no commit although this is a checkout."""
    from suite.foreign_text import clean
    from suite.measure.environment import untold

    why = untold(Path.cwd())
    for note in (*notes, *([f"no commit is recorded: {why}"] if why else [])):
        typer.echo(f"suite: note: {clean(note)}", err=True)


def stdout_is_ours(yes: bool) -> contextlib.AbstractContextManager[object]:
    """What load files print goes to stderr where stdout is for JSON alone."""
    return contextlib.redirect_stdout(sys.stderr) if yes else contextlib.nullcontext()
