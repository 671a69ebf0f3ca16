"""`suite prune`: let old runs go."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from suite.commands.option_groups import Where
from suite.errors import ConfigurationError

EPILOG = """
\b
Examples:
  suite prune --keep 200 --dry-run          what would go
  suite prune --keep 200                    all but the newest 200 commits of each workload
  suite prune --before 2025-01-01
  suite prune --branch scratch              what was measured on a branch

\b
Accepted commits stay, and as many around each change as it takes to find it again: from 20 to
320 on each side. Changes too faint for that are counted. Searches for leaks and the
documents in results/runs stay.
"""


def command(
    keep: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Keep the newest N commits of each workload.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only runs before this day, e.g. 2025-01-31.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only runs measured on this branch.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and let it be.")] = False,
    *,
    where: Where,
) -> None:
    """Remove old runs, but not those that changes stand on."""
    from suite.foreign_text import clean
    from suite.ledger.pruning import Pruning, orders
    from suite.ledger.store import Ledger
    from suite.report.words import many
    from suite.units import seconds_since_epoch

    if keep is None and before is None and branch is None:
        raise ConfigurationError("say what to remove: --keep N, --before DATE or --branch NAME")
    try:
        moment = None if before is None else seconds_since_epoch(before)
    except ValueError as error:
        raise ConfigurationError(f"--before {before}: write a day like 2025-01-31") from error
    place = where.places().ledger
    if where.results is None and where.ledger is None:
        _check_own(str(place))
    with Ledger.existing(place) as there:
        pruning = Pruning(there, orders(there, without=branch), keep=keep, before=moment, branch=branch)
        planned = pruning.planned()
        for one in planned:
            stays = f"; {many(one.kept, 'commit')} kept for changes there" if one.kept else ""
            faint = f"; {many(one.faint, 'faint change')} may not be found again" if one.faint else ""
            what = f"{many(one.runs, 'run')} of {many(one.commits, 'commit')}"
            typer.echo(f"{clean(one.workload)}  {what}{stays}{faint}")
        if pruning.future:
            typer.echo(
                f"left alone: {many(pruning.future, 'run')} that began later than now; look at the clocks"
            )
        total = sum(one.runs for one in planned)
        if not total:
            typer.echo("nothing to remove")
        elif dry_run:
            typer.echo(f"would remove {many(total, 'run')}; without --dry-run it does")
        else:
            typer.echo(f"removed {many(pruning.carry_out(), 'run')}")


def _check_own(place: str) -> None:
    """Raise ConfigurationError for a file that nobody named but a checkout, and that lies outside of it."""
    from suite.config.ledger_url import is_file, url_of

    if not is_file(place):
        return  # to a server you have agreed
    path = Path(url_of(place).database or "").resolve()
    if not path.is_relative_to(Path.cwd()):
        raise ConfigurationError(
            f"the ledger is {path}, outside of this folder; if what is there may be removed, "
            "name it with --ledger"
        )
