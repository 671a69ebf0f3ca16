"""`suite export`, `suite import` and `suite prune`: what goes out of the ledger, comes in, is let go."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands.options import ConfigFile, LedgerPlace, Results
from suite.errors import ConfigurationError

EXPORT_EPILOG = """
\b
Examples:
  suite export all.json                             every run, as one document
  suite export runs/ --workload shop/browse         a document per run
  suite export asv-results/ --format asv            what asv publish reads
  suite export bench.json --format pytest-benchmark --commit 4c1d9a2

\b
asv gets the metrics of which less is better, of runs that count, of each workload under the
load that ran last; what its folder has already stays. What is exported is imported once,
however often it is tried.
"""
IMPORT_EPILOG = """
\b
Examples:
  suite import result.json results/runs/            documents of suite run
  suite import results/asv/                         results of asv, all commits
  suite import .benchmarks/                         reports of pytest-benchmark
  suite import ../other/results/ledger.db           merge a ledger

\b
What a file is shows from its content. What is there already stays as it is: importing
twice adds nothing. A file that can't be read is named, the others still come in. A ledger that
is read from is never changed.
"""
PRUNE_EPILOG = """
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


def export_command(
    target: Annotated[str, typer.Argument(metavar="FILE.json|FOLDER", help="Where to; - for stdout.")],
    form: Annotated[
        str, typer.Option("--format", metavar="document|asv|pytest-benchmark", help="For whom.")
    ] = "document",
    workload: Annotated[
        str | None, typer.Option("--workload", "-k", metavar="NAME", help="Runs of this workload.")
    ] = None,
    commit: Annotated[str | None, typer.Option(metavar="COMMIT", help="Runs of this commit.")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="The newest N runs. [all]")] = None,
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Write runs for other tools, or for another ledger."""
    from suite.commands.exporting import FORMATS, export
    from suite.config.file import read_configuration
    from suite.ledger.commits import Commits
    from suite.ledger.store import Ledger

    chosen = next((one for one in FORMATS if one == form), None)
    if chosen is None:
        raise ConfigurationError(f"--format is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, not {form!r}")
    sha = None if commit is None else Commits().sha(commit) or commit
    with Ledger.existing(read_configuration(config).places(results, ledger).ledger) as there:
        done = export(there, target, chosen, workload, sha, limit)
    if target != "-":
        typer.echo(f"wrote {_many(done.files, 'file')}: {target}")
        if done.left_out:
            typer.echo(f"left out: {', '.join(done.left_out)}")


def import_command(
    sources: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Result files, folders of them, ledgers.")
    ],
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Add results that were measured elsewhere, or by other tools."""
    from suite.commands.importing import import_all
    from suite.config.file import read_configuration
    from suite.errors import SuiteError
    from suite.ledger.store import Ledger

    faults: list[SuiteError] = []
    with Ledger(read_configuration(config).places(results, ledger).ledger) as there:
        for one in import_all(there, sources, faults):
            files = f", {one.files:,} files" if one.files > 1 else ""
            typer.echo(f"{one.source}  {', '.join(one.kinds)}{files}: {one.added:,} new of {one.records:,}")
    if faults:
        raise ConfigurationError.of(dict.fromkeys(map(str, faults)))


def prune_command(
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
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Remove old runs, but not those that changes stand on."""
    from suite.config.file import read_configuration
    from suite.ledger.pruning import Pruning, orders
    from suite.ledger.store import Ledger
    from suite.units import seconds_since_epoch

    if keep is None and before is None and branch is None:
        raise ConfigurationError("say what to remove: --keep N, --before DATE or --branch NAME")
    try:
        moment = None if before is None else seconds_since_epoch(before)
    except ValueError as error:
        raise ConfigurationError(f"--before {before}: write a day like 2025-01-31") from error
    with Ledger.existing(read_configuration(config).places(results, ledger).ledger) as there:
        pruning = Pruning(there, orders(there, without=branch), keep=keep, before=moment, branch=branch)
        planned = pruning.planned()
        for one in planned:
            stays = f"; {_many(one.kept, 'commit')} kept for changes there" if one.kept else ""
            faint = f"; {_many(one.faint, 'faint change')} may not be found again" if one.faint else ""
            typer.echo(
                f"{one.workload}  {_many(one.runs, 'run')} of {_many(one.commits, 'commit')}{stays}{faint}"
            )
        total = sum(one.runs for one in planned)
        if not total:
            typer.echo("nothing to remove")
        elif dry_run:
            typer.echo(f"would remove {_many(total, 'run')}; without --dry-run it does")
        else:
            typer.echo(f"removed {_many(pruning.carry_out(), 'run')}")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
