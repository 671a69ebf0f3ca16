"""What commands left that were killed is kept for good by the next one, which says so."""

from __future__ import annotations

from pathlib import Path

import typer

from suite.ledger.journal import bring_in
from suite.ledger.store import Ledger
from suite.report.words import clean


def tell_brought_in(results: Path, ledger: Ledger | None) -> None:
    """Keep for good what commands left that were killed, and say so on stderr."""
    for found in bring_in(results, ledger):
        names = ", ".join(dict.fromkeys(clean(one.workload) for one in found.records))
        what = f"a command was killed; what it had measured of {names} is {found.path}"
        if found.fault:
            what = f"a command was killed, and what it left can't be kept: {clean(found.fault)}"
        typer.echo(f"suite: note: {what}", err=True)
