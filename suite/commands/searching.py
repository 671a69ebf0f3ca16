"""What one `suite capacity` command does: search, keep what was found, print it."""

from __future__ import annotations

from pathlib import Path

from suite.capacity.capacity import CapacityCut, capacity
from suite.capacity.goal import Goal
from suite.config.catalog import CatalogEntry
from suite.config.settings import Settings
from suite.errors import SuiteError
from suite.files import check_writable
from suite.process.guard import interruptible
from suite.report.documents.picture import save_capacity
from suite.report.documents.run import run_path, write_document
from suite.report.documents.target import STDOUT, check_target, deliver
from suite.report.terminal.capacity import capacity_document
from suite.report.terminal.console import Reporter, make_console


def search_capacity(
    results: Path, found: CatalogEntry, settings: Settings, goal: Goal, *, json_file: str | None = None
) -> int:
    """Search, keep document and picture in `results`/capacity, print; the exit code.

    What ends the search early (Interrupted, SystemFailed) is raised after what was found is kept and
    printed. Raises StoreError before anything runs if a result could not be written.
    """
    check_writable(results / "capacity" / "draft")
    check_target(json_file)
    reporter = Reporter(make_console(stderr=json_file == STDOUT))
    unit = "1/s" if goal.over == "rate" else "users"
    fault: SuiteError | None = None
    with interruptible(), reporter:
        try:
            result = capacity(
                found.workload,
                settings,
                goal,
                reference=found.reference,
                progress=reporter,
                watch=lambda look: reporter.print_look(look, unit),
            )
        except CapacityCut as cut:
            result, fault = cut.capacity, cut.error
            if not result.found.looks:
                raise fault from cut
        code = fault.exit_code if fault is not None else result.exit_code
        data = capacity_document(result, exit_code=code)
        path = run_path(results / "capacity", result)
        write_document(path, data)
        save_capacity(result, path.with_suffix(".svg"))
        reporter.print_capacity(result, code, saved=path)
        deliver(data, json_file)
    if fault is not None:
        raise fault
    return code
