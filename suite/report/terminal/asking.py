"""Says what load goes where before it goes, and asks where that is not this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import typer

from suite.config.catalog import CatalogEntry
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.loop import OpenLoop
from suite.contract.remote import Remote, elsewhere
from suite.contract.workload import Workload
from suite.errors import ConfigurationError
from suite.foreign_text import clean
from suite.report.words import many, plan_words

Runs = Iterable[tuple[CatalogEntry, Settings]]


class SentLoad(NamedTuple):
    """Load for what runs already: where, whether on another machine, what load in a line; what to know of it
    before, "" if nothing.
    """

    host: str
    away: bool
    line: str
    caution: str = ""


def confirm(runs: Runs, yes: bool, *, searching: bool = False) -> None:
    """Say what would be sent to which host by `--target`, and ask unless the answer is `yes` already.

    Of a command that is `searching` the load is only the first. What is on this machine is never asked for,
    and what is to be known of a workload is said even so; what the project starts itself needs neither.
    Raises ConfigurationError if nobody can be asked, or the answer is no.
    """
    ask([*sent_load(runs, searching=searching)], yes)


def ask(sent: Sequence[SentLoad], yes: bool) -> None:
    """Say what would be `sent`, and ask unless the answer is `yes` already.

    Raises ConfigurationError if nobody can be asked, or the answer is no.
    """
    for line in announced(sent):
        typer.echo(clean(line if line.startswith(" ") else f"suite: {line}"), err=True)
    if yes or not any(one.away for one in sent):
        return
    if not _somebody_is_there():
        raise ConfigurationError(refused(sent, "--yes"))
    if not typer.confirm("May it be loaded like this?", err=True):
        raise ConfigurationError(f"nothing was sent to {_hosts(sent)}")


def announced(sent: Sequence[SentLoad]) -> Iterator[str]:
    """Lines on what goes elsewhere, and on what is to be known of a load."""
    if away := [one for one in sent if one.away]:
        yield f"load goes to {_hosts(away)}, which is not this machine:"
        yield from (f"  {one.line}" for one in away)
    for caution in dict.fromkeys(one.caution for one in sent if one.caution):
        places = ", ".join(dict.fromkeys(one.host for one in sent if one.caution == caution))
        yield f"{places}: {caution}"


def refused(sent: Sequence[SentLoad], option: str) -> str:
    """That nothing was sent since nobody can be asked; `option` says yes beforehand."""
    why = "nobody is there to be asked; if it may be loaded, add"
    return f"nothing was sent to {_hosts(sent)}: {why} {option}"


def sent_load(runs: Runs, *, searching: bool = False) -> Iterator[SentLoad]:
    """The load of each workload that goes to what runs already, because settings say so."""
    for workload, settings in _redirected(runs):
        loop, rounds = workload.loop, 1 if searching else settings.round_count()
        planned = loop.expected if isinstance(loop, OpenLoop) else loop.total
        total = "as many as are answered" if planned is None else f"{planned * rounds:,.0f} in all"
        if searching:
            total = "more or less of it as the search goes"
        yield from _sent(
            workload, plan_words({"loop": loop.kind, **asdict(loop)}), many(rounds, "round"), total
        )


def sent_by_locust(runs: Runs, users: int | None, seconds: float | None) -> Iterator[SentLoad]:
    """The same of workloads on Locust, which has so many users for so long; None: it is told later."""
    for workload, _ in _redirected(runs):
        loop = workload.loop
        plan: dict[str, Any] = asdict(loop) if isinstance(loop, OpenLoop) else {}
        plan |= {"loop": loop.kind, "engine": "locust", "users": users, "seconds": seconds}
        yield from _sent(workload, plan_words(plan), *([] if seconds else ["until it is stopped"]))


def _redirected(runs: Runs) -> Iterator[tuple[Workload, Settings]]:
    for found, settings in runs:
        if settings.target is not None:
            yield configured(found.workload, settings), settings


def _sent(workload: Workload, *words: str) -> Iterator[SentLoad]:
    system = workload.system
    if isinstance(system, Remote):
        place = f"{system.target.host}:{system.target.port}"
        line = clean(f"{workload.name}: {', '.join(words)}")
        yield SentLoad(place, elsewhere(system) is not None, line, clean(workload.caution))


def _hosts(sent: Iterable[SentLoad]) -> str:
    return ", ".join(dict.fromkeys(one.host for one in sent if one.away))


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
