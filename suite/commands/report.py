"""`suite report`: results as a page, and in the forms that other tools read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import Where
from suite.errors import ConfigurationError

if TYPE_CHECKING:
    from suite.records.record import Record

EPILOG = """
\b
Examples:
  suite report                             the latest run as report.html
  suite report 4c1d9a 77b0e2 -o two.html   two results on one page
  suite report result.json -o -            a document of --json, to stdout
  suite report shop/browse --junit junit.xml --markdown summary.md
  suite report result.json --openmetrics load.prom --csv load.csv
  suite report --benchmark-action bench/   what github-action-benchmark reads

\b
A RESULT is the id of a run, search or comparison (or its beginning), a workload (its latest
run), or a document that --json wrote. Without another form a page is written; it needs no
network, no server and no script.
"""
_PAGE = "report.html"


def command(
    given: Annotated[
        list[str] | None, typer.Argument(metavar="RESULT", help="Ids, workloads, documents. [the latest run]")
    ] = None,
    page: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="The page. [report.html]")
    ] = None,
    markdown: options.Markdown = None,
    junit: Annotated[str | None, typer.Option(metavar="FILE", help="Write JUnit XML; - for stdout.")] = None,
    openmetrics: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write OpenMetrics text; - for stdout.")
    ] = None,
    csv: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a table as CSV; - for stdout.")
    ] = None,
    benchmark_action: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Write both files of github-action-benchmark.")
    ] = None,
    *,
    where: Where,
) -> None:
    """Write results as a page to look at, or for other tools."""
    from suite.commands.brought_in import tell_brought_in
    from suite.errors import StoreError
    from suite.formats.document import quotes
    from suite.ledger.chosen import chosen
    from suite.report.documents.benchmark_action import benchmark_action as action_files
    from suite.report.documents.csv_table import csv_table
    from suite.report.documents.junit import junit as junit_xml
    from suite.report.documents.open_metrics import open_metrics
    from suite.report.documents.results_markdown import results_markdown
    from suite.report.documents.target import STDOUT, check_target, deliver_text
    from suite.report.html.page import report_page

    folder = None if benchmark_action is None else Path(benchmark_action)
    if page is None and folder is None and not (markdown or junit or openmetrics or csv):
        page = _PAGE
    faults: list[str] = []
    forms: dict[str, tuple[str | None, Callable[[Sequence[Record]], str]]] = {
        "--output": (page, lambda records: report_page(records, faults=faults)),
        "--markdown": (markdown, results_markdown),
        "--junit": (junit, junit_xml),
        "--openmetrics": (openmetrics, open_metrics),
        "--csv": (csv, csv_table),
    }
    shown = [option for option, (target, _) in forms.items() if target == STDOUT]
    if len(shown) > 1:
        raise ConfigurationError(f"{' and '.join(shown)} can't all go to stdout")
    for target, _ in forms.values():
        check_target(target)
    if folder is not None:
        check_target(str(folder / "draft"))
    places = where.places()
    tell_brought_in(places.folder, None)
    records = chosen(given or (), places.ledger)
    texts = [(target, make(records)) for target, make in forms.values() if target is not None]
    if folder is not None:
        texts += [(str(folder / name), text) for name, text in action_files(records).items()]
    for target, text in texts:
        deliver_text(text, target, private=any(map(quotes, records)))
        if target != STDOUT:
            typer.echo(f"wrote {target}", err=bool(shown))
    if faults:
        raise StoreError("\n".join(faults))
