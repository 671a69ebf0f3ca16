"""What one `suite` command does: run the chosen workloads, keep each result at once, print it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from suite.catalog import Found
from suite.engine import run
from suite.engine.coordinator import RunInterrupted
from suite.errors import Interrupted, StoreError
from suite.history.store import Ledger
from suite.measure.environment import commit, fingerprint
from suite.report.console import Reporter, make_console
from suite.report.document import document, dumps, run_document, run_path, write_document
from suite.report.verdict import overall, verdict_word
from suite.run import Run
from suite.settings import Settings
from suite.workload import Workload

_FULL_TABLES = 4
"""Up to so many workloads each gets its whole table; of more, those that did not pass."""


class Session:
    """One command over the results folder. `stdout_is_data` sends tables to stderr."""

    def __init__(self, results: Path, *, stdout_is_data: bool = False) -> None:
        self.results = results
        self.reporter = Reporter(make_console(stderr=stdout_is_data))
        self.stdout_is_data = stdout_is_data

    def run(
        self,
        plans: Sequence[tuple[Found, Settings]],
        skipped: Sequence[str] = (),
        *,
        json_file: str | None = None,
        warn_invalid: bool = False,
    ) -> int:
        """Run all plans and return the exit code. Every Run is stored before the next one starts.

        Raises StoreError before anything runs if the results folder can't be used, and Interrupted
        after what was measured is stored and printed.
        """
        runs: list[Run] = []
        interrupted: RunInterrupted | None = None
        with self.reporter, Ledger(self.results / "ledger.db") as ledger:
            try:
                for found, settings in plans:
                    result = run(found.workload, settings, reference=found.reference, progress=self.reporter)
                    runs.append(result)
                    self._keep(result, ledger, full=len(plans) <= _FULL_TABLES)
            except RunInterrupted as error:
                interrupted = error
                if error.run is not None:
                    runs.append(error.run)
                    self._keep(error.run, ledger, full=True)
            except Interrupted as error:
                interrupted = RunInterrupted(error.exit_code - 128, None)
            codes = [result.exit_code for result in runs]
            if interrupted is not None:
                codes = [code for code in codes if code != 130] + [interrupted.exit_code]
            code = overall(codes, on_invalid="warn" if warn_invalid else "fail")
            self.reporter.print_summary(runs, code, skipped, saved=self.results)
        if json_file is not None:
            self._write(json_file, self._document(runs, code))
        return code

    def show(self, name: str | None, *, limit: int, as_json: bool) -> None:
        """The latest runs, those of a workload, or one run by its id.

        Raises ConfigurationError if `name` is neither a workload nor a run.
        """
        if not (self.results / "ledger.db").exists():
            raise StoreError(f"there are no results in {self.results}; start with: suite run")
        with Ledger(self.results / "ledger.db") as ledger:
            if name is None or name in ledger.workloads():
                entries = ledger.runs(name, limit=limit)
                if as_json:
                    sys.stdout.write(dumps({"runs": [asdict(entry) for entry in entries]}))
                else:
                    self.reporter.print_runs(entries)
                return
            result = ledger.run(name)
            if as_json:
                sys.stdout.write(dumps(run_document(result)))
            else:
                self.reporter.print_run(result)

    def list(self, workloads: Sequence[Workload], *, as_json: bool) -> None:
        """Workloads as a table, or as JSON with their loops and parameters."""
        if as_json:
            sys.stdout.write(dumps({"workloads": [_described(workload) for workload in workloads]}))
        else:
            self.reporter.print_list(workloads)

    def _keep(self, result: Run, ledger: Ledger, *, full: bool) -> None:
        """Print and store; a store that fails does not keep the other from being tried."""
        if full or result.exit_code:
            self.reporter.print_run(result)
        fault: StoreError | None = None
        try:
            write_document(
                run_path(self.results / "runs", result), self._document([result], result.exit_code)
            )
        except StoreError as error:
            fault = error
        ledger.add(result)
        if fault is not None:
            raise fault

    def _document(self, runs: Sequence[Run], code: int) -> dict[str, Any]:
        sha = runs[0].commit if runs else commit(Path.cwd())[0]
        environment = runs[0].environment if runs else fingerprint()
        return document(runs, commit=sha, environment=environment, exit_code=code, verdict=verdict_word(code))

    def _write(self, file: str, data: dict[str, Any]) -> None:
        if file == "-":
            sys.stdout.write(dumps(data))
        else:
            write_document(Path(file), data)


def _described(workload: Workload) -> dict[str, Any]:
    return {
        "name": workload.name,
        "description": workload.description,
        "loop": {"kind": workload.loop.kind, **asdict(workload.loop)},
        "operations": list(workload.operation_names()),
        "parameters": {**workload.system.parameters, **workload.parameters},
        "thresholds": [asdict(threshold) for threshold in workload.thresholds],
        "tags": sorted(workload.all_tags()),
    }
