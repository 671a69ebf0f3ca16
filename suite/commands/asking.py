"""Asks before load goes to a machine that is not this one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import typer

from suite.errors import ConfigurationError

if TYPE_CHECKING:
    from suite.config.catalog import CatalogEntry
    from suite.config.settings import Settings


def confirm(runs: Iterable[tuple[CatalogEntry, Settings]], yes: bool, *, searching: bool = False) -> None:
    """Say what would be sent to which host by `--target`, and ask unless the answer is `yes` already.

    Of a command that is `searching` the load is only the first. What is on this machine, and what the project
    starts itself, is never asked for. Raises ConfigurationError if nobody can be asked, or the answer is no.
    """
    lines = [*_lines(runs, searching)]
    if not lines:
        return
    hosts = ", ".join(dict.fromkeys(host for host, _ in lines))
    typer.echo(f"suite: load goes to {hosts}, which is not this machine:", err=True)
    for _, line in lines:
        typer.echo(f"  {line}", err=True)
    if yes:
        return
    if not _somebody_is_there():
        raise ConfigurationError(
            f"nothing was sent to {hosts}: nobody is there to be asked; if it may be loaded, add --yes"
        )
    if not typer.confirm("May it be loaded like this?", err=True):
        raise ConfigurationError(f"nothing was sent to {hosts}")


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _lines(runs: Iterable[tuple[CatalogEntry, Settings]], searching: bool) -> Iterator[tuple[str, str]]:
    """Host and load of each workload that goes elsewhere."""
    from dataclasses import asdict

    from suite.config.configured import configured
    from suite.contract.loop import OpenLoop
    from suite.contract.remote import elsewhere
    from suite.report.words import clean, many, plan_words

    for found, settings in runs:
        if settings.target is None:
            continue
        workload = configured(found.workload, settings)
        if (address := elsewhere(workload.system)) is not None:
            loop, rounds = workload.loop, 1 if searching else settings.round_count()
            planned = loop.expected if isinstance(loop, OpenLoop) else loop.total
            total = "as many as are answered" if planned is None else f"{planned * rounds:,.0f} in all"
            if searching:
                total = "more or less of it as the search goes"
            words = [plan_words({"loop": loop.kind, **asdict(loop)}), many(rounds, "round"), total]
            yield f"{address.host}:{address.port}", clean(f"{workload.name}: {', '.join(words)}")
