"""`suite compare`: what changed between two commits, runs or documents."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands.option_groups import ComparedBy, Where

EPILOG = """
\b
Examples:
  suite compare main                     the newest runs against those of main
  suite compare HEAD~1 HEAD -k browse    two commits, some workloads
  suite compare v1.2 --metric response.p99 --quantiles
  suite compare 4c1d9a 77b0e2            two runs by their ids
  suite compare old.json new.json --markdown -

\b
A side is a commit, a run's id, or a document of suite run --json. A verdict needs 8 runs
of base, or of commits before it, on the same machine; with fewer use suite ab.

\b
Under GitHub Actions it annotates and adds to the job's summary.

\b
Exit codes:
  0  same or better        2  usage, configuration, results folder
  1  a regression          3  inconclusive, or the runs must not be compared
"""


def command(
    base: Annotated[str, typer.Argument(metavar="BASE", help="A commit, a run's id, or a .json document.")],
    head: Annotated[
        str | None,
        typer.Argument(metavar="HEAD", show_default=False, help="The other side. [the newest runs]"),
    ] = None,
    *,
    judged: ComparedBy,
    where: Where,
) -> None:
    """Compare two commits, runs or result documents: what changed, and what only seems to."""
    from suite.commands.brought_in import bring_in_first
    from suite.commands.output import output
    from suite.commands.pull_request import tell_pull_request
    from suite.compare.revisions import ComparisonRequest, compare_revisions
    from suite.config.gate import Budget
    from suite.report.compared import compare_document
    from suite.report.documents.markdown import markdown
    from suite.report.terminal.compare import print_compared

    configuration = where.configuration()
    places = where.places(configuration)
    bring_in_first(places)
    budget = Budget(tuple(judged.metrics) if judged.metrics else None)
    wanted = ComparisonRequest(lambda _: budget, judged.names(), judged.anywhere)
    with output(judged.json_file, markdown=judged.markdown_file) as out:
        compared = compare_revisions(places.ledger, base, head, wanted)
        code = compared.conclusion.exit_code
        print_compared(out.console, compared, code, quantiles=judged.quantiles)
        out.deliver(compare_document(compared, exit_code=code))
        text = markdown(compared, title="Load benchmarks")
        out.deliver_text(text, judged.markdown_file)
        tell_pull_request(out.console, compared, text, files=configuration.files)
    raise typer.Exit(code)
