"""`suite show`: what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from suite.commands.option_groups import Where

if TYPE_CHECKING:
    from suite.records.record import Record

EPILOG = """
\b
Examples:
  suite show                       the latest runs, searches and comparisons
  suite show dicom/receive         those of one workload
  suite show 4c1d9a                one result in full, by the beginning of its id
  suite show 4c1d9a --json         as its document
  suite show results/runs/x.json   a document, which needs no ledger
"""


def command(
    run: Annotated[
        str | None,
        typer.Argument(metavar="RESULT", help="Id of a result (or its beginning), workload, or document."),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=10**9, help="How many to list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    *,
    where: Where,
) -> None:
    """Show what was measured lately, or one result in full."""
    from dataclasses import asdict

    from suite.commands.brought_in import tell_brought_in, tell_cut_off
    from suite.formats.document import print_document
    from suite.ledger.chosen import chosen, is_file_name
    from suite.ledger.store import Ledger
    from suite.report.terminal.console import Reporter

    places = where.places()
    tell_brought_in(places.folder, None)  # what no ledger has, there may be none
    if run is not None and is_file_name(run):
        _show(chosen([run], places.ledger), as_json)
        return
    tell_cut_off(places.folder, run)
    with Ledger.existing(places.ledger) as store:
        tell_brought_in(places.folder, store)
        if run is None or run in store.workloads():
            entries = store.entries(run, limit=limit)
            if as_json:
                print_document({"runs": [asdict(entry) for entry in entries]})
            else:
                Reporter().print_runs(entries)
            return
        record = store.record(run)
    _show([record], as_json)


def _show(records: Sequence[Record], as_json: bool) -> None:
    """All of `records`, which are of one kind. Raises StoreError."""
    from suite.errors import StoreError, SuiteError
    from suite.formats.document import print_document
    from suite.formats.envelope import envelope, exit_code, kind_of
    from suite.report.terminal.console import Reporter
    from suite.report.terminal.record import print_record

    if as_json:
        code = max(map(exit_code, records))
        print_document(envelope(kind_of(records[0]), records, exit_code=code))
        return
    for record in records:
        try:
            print_record(Reporter(), record, exit_code(record))
        except SuiteError:
            raise
        except Exception as error:  # it may say anything, if it is from elsewhere
            raise StoreError(
                f"the {record.NAME} {record.id} can't be shown: {type(error).__name__}: {error}; add --json"
            ) from error
