"""What one `suite leaks` command does: search, keep each result at once, print it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from suite.config.catalog import CatalogEntry
from suite.config.paths import Places
from suite.config.settings import Settings
from suite.errors import StoreError, SuiteError, SystemFailed, WorkerFailed
from suite.files import check_writable
from suite.formats.codec import encode_leaks
from suite.leaks.session import LeakSettings, find_leaks
from suite.ledger.store import Ledger, Sighting
from suite.process.guard import interruptible
from suite.records.leak import LeakSearch
from suite.report.documents.leaks import leaks_document
from suite.report.documents.run import SCHEMA, run_path, write_document
from suite.report.documents.target import STDOUT, check_target, deliver
from suite.report.terminal.console import Reporter, make_console
from suite.report.verdict import overall


def search_leaks(
    places: Places,
    plans: Sequence[tuple[CatalogEntry, Settings]],
    how: LeakSettings,
    *,
    json_file: str | None = None,
) -> int:
    """Search each workload, keep documents and flame graphs in leaks/, print; the exit code.

    A system that fails ends its own search only. What ends the command early (Interrupted, a StoreError)
    is raised after what was found is kept and printed. Raises StoreError before anything runs if a result
    could not be written.
    """
    folder = places.folder / "leaks"
    check_writable(folder / "draft")
    check_target(json_file)
    found: list[LeakSearch] = []
    codes: list[int] = []
    fault: SuiteError | None = None
    with (
        interruptible(),
        Reporter(make_console(stderr=json_file == STDOUT)) as reporter,
        Ledger(places.ledger) as ledger,
    ):
        for one, settings in plans:
            try:
                search = find_leaks(
                    one.workload, settings, how, reference=one.reference, progress=reporter, keep=folder
                )
                found.append(search)
                codes.append(search.exit_code)
                _keep(search, folder, ledger, reporter)
            except (SystemFailed, WorkerFailed) as error:
                codes.append(error.exit_code)
                reporter.print_fault(one.workload.name, str(error))
            except SuiteError as error:
                codes.append(error.exit_code)
                fault = error
                break
        code = overall(codes)
        data: dict[str, Any] = {
            "schema": SCHEMA,
            "exit_code": code,
            "leaks": [encode_leaks(s) for s in found],
        }
        deliver(data, json_file)
    if fault is not None:
        raise fault
    return code


def _keep(search: LeakSearch, folder: Path, ledger: Ledger, reporter: Reporter) -> None:
    """Write, store and print; a step that fails does not keep the others from being tried."""
    path = run_path(folder, search)
    with contextlib.ExitStack() as last_first:
        last_first.callback(_print, search, path, ledger, reporter)
        last_first.callback(ledger.add_leaks, search)
        write_document(path, leaks_document(search))


def _print(search: LeakSearch, path: Path, ledger: Ledger, reporter: Reporter) -> None:
    """Print what was found, with the first suspect's past as far as searches are stored."""
    past: list[Sighting] = []
    for suspect in (search.suspects or ())[:1]:
        with contextlib.suppress(StoreError):  # a ledger that can't be used has said so already
            past = ledger.suspect_history(search.workload, suspect.function, suspect.file)
    reporter.print_leaks(search, search.exit_code, saved=path, past=past)
