"""`suite report`: results as a page, and in the forms that other tools read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from suite.commands.forms import Forms
from suite.commands.option_groups import Where
from suite.errors import ConfigurationError

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
run), or a document that --json wrote. A FILE of - is stdout. Without another form a page is
written; it needs no network, no server and no script. A report.html of somebody else's stays.
"""
_PAGE = "report.html"


def command(
    given: Annotated[
        list[str] | None, typer.Argument(metavar="RESULT", help="Ids, workloads, documents. [the latest run]")
    ] = None,
    *,
    forms: Forms,
    where: Where,
) -> None:
    """Write results as a page to look at, or for other tools."""
    from suite.commands.brought_in import tell_brought_in
    from suite.ledger.chosen import chosen

    if not forms.any:
        forms = replace(forms, html=str(_own_page()))
    forms.check()
    places = where.places()
    tell_brought_in(places.folder, None)
    forms.write(chosen(given or (), places.ledger), stderr=bool(forms.shown()))


def _own_page() -> Path:
    """Where a page goes if nobody says it. Raises ConfigurationError for one that somebody else wrote there:
    other tools call theirs so too.
    """
    from suite.files import below, disk_faults
    from suite.report.html.page import is_ours

    page = below(Path(), Path(_PAGE))
    with disk_faults(page):
        foreign = page.is_file() and not is_ours(page.read_bytes())
    if foreign:
        raise ConfigurationError(f"there is a {page} already that is not ours; name another file with -o")
    return page
