"""`suite show`: what was measured."""

from __future__ import annotations

from typing import Annotated

import typer

from suite.commands.options import ConfigFile, LedgerPlace, Results

EPILOG = """
\b
Examples:
  suite show                       the latest runs
  suite show dicom/receive         those of one workload
  suite show 4c1d9a                one run in full, by the beginning of its id
  suite show 4c1d9a --json         as its document
"""


def command(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="Id of a run (or its beginning), or a workload.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many runs to list.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    ledger: LedgerPlace = None,
    results: Results = None,
    config: ConfigFile = None,
) -> None:
    """Show the latest runs, or one run in full."""
    from dataclasses import asdict

    from suite.config.file import read_configuration
    from suite.formats.document import print_document
    from suite.formats.envelope import envelope
    from suite.ledger.store import Ledger
    from suite.report.terminal.console import Reporter

    with Ledger.existing(read_configuration(config).places(results, ledger).ledger) as store:
        if run is None or run in store.workloads():
            entries = store.runs(run, limit=limit)
            if as_json:
                print_document({"runs": [asdict(entry) for entry in entries]})
            else:
                Reporter().print_runs(entries)
            return
        result = store.run(run)
    if as_json:
        print_document(envelope("run", [result], exit_code=result.exit_code))
    else:
        Reporter().print_run(result)
