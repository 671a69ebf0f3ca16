"""Options that several commands of `suite` share, and what they make of their text."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from suite.errors import ConfigurationError

Match = Annotated[str | None, typer.Option("-k", metavar="TEXT", help="Only workloads whose name has TEXT.")]
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


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """What `--set` was given as a mapping. Raises ConfigurationError with all that are not NAME=VALUE."""
    faults = [text for text in texts if not text.partition("=")[0].strip() or "=" not in text]
    if faults:
        raise ConfigurationError.of(f"--set {text}: write it as NAME=VALUE" for text in faults)
    return {name.strip(): value for name, _, value in (text.partition("=") for text in texts)}


def stdout_is_ours(yes: bool) -> contextlib.AbstractContextManager[object]:
    """What load files print goes to stderr where stdout is for JSON alone."""
    return contextlib.redirect_stdout(sys.stderr) if yes else contextlib.nullcontext()
