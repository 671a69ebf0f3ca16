"""What one `suite` command does: run the chosen workloads, keep each result at once, print it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from suite.config.catalog import CatalogEntry
from suite.config.paths import Places
from suite.config.settings import Settings
from suite.engine import run
from suite.engine.coordinator import RunInterrupted
from suite.errors import Interrupted, SuiteError
from suite.files import check_writable
from suite.ledger.store import Ledger
from suite.measure.environment import commit, fingerprint
from suite.process.guard import interruptible
from suite.records.run import Run
from suite.report.documents.run import document, print_document, run_document, run_path, write_document
from suite.report.documents.target import check_target, deliver
from suite.report.terminal.console import Reporter, make_console
from suite.report.verdict import overall, verdict_word

_FULL_TABLES = 4
"""Up to so many workloads each gets its whole table; of more, those that did not pass."""


class Session:
    """One command that keeps results in their `places`. `stdout_is_data` sends tables to stderr."""

    def __init__(self, places: Places, *, stdout_is_data: bool = False) -> None:
        self.places = places
        self.reporter = Reporter(make_console(stderr=stdout_is_data))

    def run(
        self,
        plans: Sequence[tuple[CatalogEntry, Settings]],
        skipped: Sequence[str] = (),
        *,
        json_file: str | None = None,
        warn_invalid: bool = False,
    ) -> int:
        """Run all plans and return the exit code. Every Run is stored before the next one starts.

        Raises StoreError before anything runs if a result could not be written. What ends the command
        early (Interrupted, a StoreError, a ConfigurationError that only showed in a run) is raised after
        what was measured is stored, printed and written.
        """
        check_writable(self.places.folder / "runs" / "draft")
        check_target(json_file)
        runs: list[Run] = []
        fault: SuiteError | None = None
        with interruptible(), self.reporter, Ledger(self.places.ledger) as ledger:
            try:
                for found, settings in plans:
                    self._run(found, settings, runs, ledger, full=len(plans) <= _FULL_TABLES)
            except SuiteError as error:
                fault = error
            codes = [result.exit_code for result in runs] + ([fault.exit_code] if fault else [])
            code = overall(codes, on_invalid="warn" if warn_invalid else "fail")
            if isinstance(fault, Interrupted):
                code = fault.exit_code
            self.reporter.print_summary(runs, code, skipped, saved=self.places.folder if runs else None)
            deliver(self._document(runs, code), json_file)
        if fault is not None:
            raise fault
        return code

    def show(self, name: str | None, *, limit: int, as_json: bool) -> None:
        """The latest runs, those of a workload, or one run by its id.

        Raises ConfigurationError if `name` is neither a workload nor a run.
        """
        with Ledger.existing(self.places.ledger) as ledger:
            if name is None or name in ledger.workloads():
                entries = ledger.runs(name, limit=limit)
                if as_json:
                    print_document({"runs": [asdict(entry) for entry in entries]})
                else:
                    self.reporter.print_runs(entries)
                return
            result = ledger.run(name)
            if as_json:
                print_document(run_document(result))
            else:
                self.reporter.print_run(result)

    def _run(
        self, found: CatalogEntry, settings: Settings, runs: list[Run], ledger: Ledger, *, full: bool
    ) -> None:
        """Run one workload, keep and print the Run; of an interrupted one, what there is."""
        try:
            result = run(found.workload, settings, reference=found.reference, progress=self.reporter)
        except RunInterrupted as error:
            if error.run is not None:
                runs.append(error.run)
                self._keep(error.run, ledger, full=True)
            raise
        runs.append(result)
        self._keep(result, ledger, full=full)

    def _keep(self, result: Run, ledger: Ledger, *, full: bool) -> None:
        """Store and print; a step that fails does not keep the others from being tried."""
        with contextlib.ExitStack() as last_first:
            if full or result.exit_code:
                last_first.callback(self.reporter.print_run, result)
            last_first.callback(ledger.add, result)
            path = run_path(self.places.folder / "runs", result)
            write_document(path, self._document([result], result.exit_code))

    def _document(self, runs: Sequence[Run], code: int) -> dict[str, Any]:
        sha = runs[0].commit if runs else commit(Path.cwd())[0]
        environment = runs[0].environment if runs else fingerprint()
        return document(runs, commit=sha, environment=environment, exit_code=code, verdict=verdict_word(code))
