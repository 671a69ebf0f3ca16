"""Says what load goes where before it goes, and asks where that is not this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import typer

from suite.errors import ConfigurationError

if TYPE_CHECKING:
    from suite.config.catalog import CatalogEntry
    from suite.config.settings import Settings


class _Sent(NamedTuple):
    """What `--target` has a workload send where, in words; what to know of it before, "" if nothing."""

    host: str
    away: bool
    load: str
    caution: str


def confirm(runs: Iterable[tuple[CatalogEntry, Settings]], yes: bool, *, searching: bool = False) -> None:
    """Say what would be sent to which host by `--target`, and ask unless the answer is `yes` already.

    Of a command that is `searching` the load is only the first. What is on this machine is never asked for,
    and what is to be known of a workload is said even so; what the project starts itself needs neither.
    Raises ConfigurationError if nobody can be asked, or the answer is no.
    """
    sent = [*_sent(runs, searching)]
    away = [one for one in sent if one.away]
    hosts = ", ".join(dict.fromkeys(one.host for one in away))
    if away:
        typer.echo(f"suite: load goes to {hosts}, which is not this machine:", err=True)
        for one in away:
            typer.echo(f"  {one.load}", err=True)
    for caution in dict.fromkeys(one.caution for one in sent if one.caution):
        places = ", ".join(dict.fromkeys(one.host for one in sent if one.caution == caution))
        typer.echo(f"suite: {places}: {caution}", err=True)
    if yes or not away:
        return
    if not _somebody_is_there():
        raise ConfigurationError(
            f"nothing was sent to {hosts}: nobody is there to be asked; if it may be loaded, add --yes"
        )
    if not typer.confirm("May it be loaded like this?", err=True):
        raise ConfigurationError(f"nothing was sent to {hosts}")


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _sent(runs: Iterable[tuple[CatalogEntry, Settings]], searching: bool) -> Iterator[_Sent]:
    """Each workload that goes to what runs already."""
    from dataclasses import asdict

    from suite.config.configured import configured
    from suite.contract.loop import OpenLoop
    from suite.contract.remote import Remote, elsewhere
    from suite.report.words import clean, many, plan_words

    for found, settings in runs:
        if settings.target is None:
            continue
        workload = configured(found.workload, settings)
        if not isinstance(workload.system, Remote):
            continue
        loop, rounds = workload.loop, 1 if searching else settings.round_count()
        planned = loop.expected if isinstance(loop, OpenLoop) else loop.total
        total = "as many as are answered" if planned is None else f"{planned * rounds:,.0f} in all"
        if searching:
            total = "more or less of it as the search goes"
        words = [plan_words({"loop": loop.kind, **asdict(loop)}), many(rounds, "round"), total]
        place = workload.system.target
        yield _Sent(
            f"{place.host}:{place.port}",
            elsewhere(workload.system) is not None,
            clean(f"{workload.name}: {', '.join(words)}"),
            clean(workload.caution),
        )
