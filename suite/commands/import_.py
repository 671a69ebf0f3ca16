"""`suite import`: results that were measured elsewhere, or by other tools."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands.option_groups import Where
from suite.errors import ConfigurationError

EPILOG = """
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


def command(
    sources: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Result files, folders of them, ledgers.")
    ],
    *,
    where: Where,
) -> None:
    """Add results that were measured elsewhere, or by other tools."""
    from suite.errors import SuiteError
    from suite.foreign_text import clean
    from suite.ledger.importing import import_all
    from suite.ledger.store import Ledger
    from suite.report.words import many

    faults: list[SuiteError] = []
    with Ledger(where.places().ledger) as there:
        for one in import_all(there, sources, _workload_of, faults):
            files = f", {one.files:,} files" if one.files > 1 else ""
            typer.echo(
                f"{clean(one.source)}  {', '.join(one.kinds)}{files}: {one.added:,} new of {one.records:,}"
            )
            if one.future:
                what = f"{many(one.future, 'record')} of it began later than now; look at the clocks"
                typer.echo(f"suite: note: {what}", err=True)
    if faults:
        raise ConfigurationError.of(dict.fromkeys(map(str, faults)))


def _workload_of(benchmark: str, code: str) -> str:
    """Of a benchmark of asv; nothing else here needs what draws pages."""
    from suite.integrations.asv_results import workload_of

    return workload_of(benchmark, code)
