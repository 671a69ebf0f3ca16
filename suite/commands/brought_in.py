"""What commands left that were killed, or had no room for it, the next one keeps for good, and says so."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import typer

from suite.config.paths import Places
from suite.errors import SuiteError
from suite.foreign_text import clean
from suite.formats.soak_journal import cut_off
from suite.ledger.left_behind import bring_in, has_left
from suite.ledger.store import Ledger


def tell_brought_in(results: Path, ledger: Ledger | None) -> None:
    """Keep for good what commands left, and say so on stderr. Why they ended nobody knows: they may have been
    killed, or the disk was full.
    """
    places: dict[tuple[str, Path], list[Path]] = {}
    for found in bring_in(results, ledger):
        if found.fault:
            _note(f"what a command left can't be kept: {found.fault}")
        names = ", ".join(dict.fromkeys(one.workload for one in found.records))
        if names:
            places.setdefault((names, found.path.parent), []).append(found.path)
    for (names, folder), paths in places.items():
        where = paths[0] if len(paths) == 1 else f"in {len(paths)} documents in {folder}"
        _note(f"a command ended before all was kept; what it had measured of {names} is {where}")


def tell_cut_off(results: Path, workload: str | None = None) -> None:
    """Say on stderr which soaks were cut off, of each workload, or that one, the newest: they are kept where
    they are until somebody goes on with them.
    """
    newest: dict[str, Path] = {}
    for path, head in cut_off(results / "soak"):
        newest.setdefault(head.workload, path)
    for name, path in newest.items():
        if workload in (None, name):
            _note(
                f"a soak of {name} was cut off; suite show {path} says how far it came, "
                "and suite soak with --resume goes on with it"
            )


def bring_in_first(places: Places) -> None:
    """The same for a command that reads the ledger of `places`, and is about to."""
    if not has_left(places.folder):
        return
    tell_brought_in(places.folder, None)
    with suppress(SuiteError), Ledger.existing(places.ledger) as store:  # it says itself what it can't read
        tell_brought_in(places.folder, store)


def _note(text: str) -> None:
    typer.echo(f"suite: note: {clean(text)}", err=True)
