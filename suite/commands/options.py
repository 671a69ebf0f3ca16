"""Options that several commands of `suite` share, and what they make of their text."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suite.errors import ConfigurationError, Faults

if TYPE_CHECKING:
    from suite.config.file import Configuration
    from suite.config.selection import Plans

Targets = Annotated[
    list[str] | None,
    typer.Argument(metavar="TARGET", help="Load files, systems or workloads; none means all, quickly."),
]
Match = Annotated[str | None, typer.Option("-k", metavar="TEXT", help="Only workloads whose name has TEXT.")]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tags", "-t", metavar="TAG", help="Only what carries this tag; repeat it for more."),
]
ExcludedTags = Annotated[
    list[str] | None,
    typer.Option("--exclude-tags", "-T", metavar="TAG", help="Leave out what carries this tag."),
]
Rounds = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Rounds, each with a fresh system. [3; quick: 1]")
]
Users = Annotated[int | None, typer.Option(metavar="N", min=1, help="Virtual users of the loop.")]
Seconds = Annotated[
    str | None, typer.Option(metavar="TIME", help="Length of the measured part, e.g. 300 or 5min.")
]
OnInvalid = Annotated[str, typer.Option(metavar="fail|warn", help="warn turns exit code 3 into 0.")]
Values = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of system or workload.")
]
Target = Annotated[str | None, typer.Option(metavar="URL", help="Load this running system instead.")]
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
    str | None, typer.Option("--workload", "-k", metavar="NAME", help="The workload whose history it is.")
]
Branch = Annotated[
    str | None, typer.Option("--branch", metavar="NAME", help="Commits that led to this branch. [HEAD]")
]
Machine = Annotated[
    str | None, typer.Option("--machine", metavar="CLASS", help="Runs on this class of machines.")
]
MatchAny = Annotated[
    list[str] | None,
    typer.Option("--workload", "-k", metavar="TEXT", help="Only workloads whose name has TEXT; repeatable."),
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


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """What `--set` was given as a mapping. Raises ConfigurationError with all that are not NAME=VALUE."""
    faults = [text for text in texts if not text.partition("=")[0].strip() or "=" not in text]
    if faults:
        raise ConfigurationError.of(f"--set {text}: write it as NAME=VALUE" for text in faults)
    return {name.strip(): value for name, _, value in (text.partition("=") for text in texts)}


def read_plans(
    faults: Faults,
    given: Mapping[str, Any],
    targets: Sequence[str],
    *,
    match: str | None,
    values: Sequence[str] | None,
    config: Path | None,
    json_file: str | None,
    tags: Sequence[str] | None = None,
    exclude_tags: Sequence[str] | None = None,
    lenient: bool = False,
    single: bool = False,
) -> tuple[Configuration, Plans]:
    """The configuration, and the chosen workloads with the settings that it and what is `given` make.

    What is None was not given; `single` wants one workload. Raises ConfigurationError with all faults, those
    collected before first.
    """
    from suite.config.catalog import select
    from suite.config.file import Configuration, read_configuration
    from suite.config.selection import make_plans

    table = {name: value for name, value in given.items() if value is not None}
    configuration, chosen = Configuration(), []
    with faults.collected():
        table["set"] = pairs(values or ())
    with faults.collected():
        configuration = read_configuration(config)
    with faults.collected(), stdout_is_ours(json_file == "-"):
        chosen = select(targets, match=match, tags=tags or (), exclude_tags=exclude_tags or ())
        if single and len(chosen) > 1:
            names = ", ".join(found.workload.name for found in chosen)
            several = f"one workload is wanted, {' '.join(targets)} has several: {names}"
            raise ConfigurationError(f"{several}; choose with -k")
    faults.check()
    plans = make_plans(
        chosen, configuration, table, tags=tags or (), exclude_tags=exclude_tags or (), lenient=lenient
    )
    return configuration, plans


def stdout_is_ours(yes: bool) -> contextlib.AbstractContextManager[object]:
    """What load files print goes to stderr where stdout is for JSON alone."""
    return contextlib.redirect_stdout(sys.stderr) if yes else contextlib.nullcontext()
