"""`suite export`: runs for other tools, or for another ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import Where
from suite.errors import ConfigurationError, StoreError

EPILOG = """
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


def command(
    target: Annotated[str, typer.Argument(metavar="FILE.json|FOLDER", help="Where to; - for stdout.")],
    form: Annotated[
        str, typer.Option("--format", metavar="document|asv|pytest-benchmark", help="For whom.")
    ] = "document",
    workload: options.OneWorkload = None,
    match: options.Match = None,
    commit: Annotated[str | None, typer.Option(metavar="COMMIT", help="Runs of this commit.")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="The newest N runs. [all]")] = None,
    *,
    where: Where,
) -> None:
    """Write runs for other tools, or for another ledger."""
    from suite.commands.brought_in import bring_in_first
    from suite.foreign_text import clean
    from suite.ledger.commits import Commits
    from suite.ledger.store import Ledger
    from suite.report.documents.export import FORMATS, export
    from suite.report.words import many

    chosen = next((one for one in FORMATS if one == form), None)
    if chosen is None:
        raise ConfigurationError(f"--format is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, not {form!r}")
    sha = None if commit is None else Commits().sha(commit) or commit
    damaged: list[StoreError] = []
    places = where.places()
    bring_in_first(places)
    with Ledger.existing(places.ledger) as there:
        done = export(there, target, chosen, workload, sha, limit, match or (), damaged=damaged)
    if target != "-":
        typer.echo(f"wrote {many(done.files, 'file')}: {target}")
        if done.left_out:
            typer.echo(f"left out: {clean(', '.join(done.left_out))}")
    if damaged:
        raise StoreError("\n".join(dict.fromkeys(map(str, damaged))))
