"""What a test wants measured, done in a fresh process: pytest's own is watched, traced and full of others."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from suite.config.catalog import CatalogEntry, reference_to, select
from suite.config.file import Configuration, read_configuration
from suite.config.layer import SettingsLayer
from suite.config.paths import Places
from suite.config.selection import make_plans
from suite.contract.workload import Workload
from suite.engine.coordinator import RunInterrupted, run
from suite.errors import ConfigurationError, CutShort, StoreError, SuiteError
from suite.files import check_writable, write_text
from suite.foreign_text import clean
from suite.formats.document import run_path, write_document
from suite.formats.envelope import entry, envelope
from suite.ledger.journal import Journal
from suite.ledger.later import brought_in_by
from suite.ledger.store import Ledger
from suite.process.guard import interruptible
from suite.process.importing import uncollected
from suite.process.pickled import PickledWorkload
from suite.records.run import Run
from suite.report.terminal.asking import announced, refused, sent_load
from suite.report.terminal.console import Reporter
from suite.report.terminal.plain_console import PlainConsole

RUN, TABLE, FAULT = "run.json", "table.txt", "fault.txt"
"""What an errand leaves in its folder: the document, what people read of it, why there is none."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What to measure, a `target` as `suite run` knows it or a workload that is `packed`; how, in which
    folder, and where to keep it. `width` is that of the table, `instruments` are what watches the
    process of the tests. `yes`: load may go to another machine.
    """

    target: str
    packed: PickledWorkload | None
    given: SettingsLayer
    cwd: Path
    results: Path | None
    ledger: str | None
    config: Path | None
    width: int
    instruments: tuple[str, ...]
    yes: bool


def measure(errand: Errand, folder: str) -> None:
    """Do it; what comes of it lies in `folder`. The exit status is that of `suite run`."""
    place = Path(folder)
    code = 70
    try:
        with interruptible():
            code = _measured(errand, place)
    except SuiteError as error:
        write_text(place / FAULT, clean(str(error)))
        code = error.exit_code
    raise SystemExit(code)


def _measured(errand: Errand, place: Path) -> int:
    os.chdir(errand.cwd)
    configuration = read_configuration(errand.config)
    kept = configuration.places(errand.results, errand.ledger)
    check_writable(kept.folder / "runs" / "draft")
    plans = make_plans([_found(errand, configuration)], configuration, errand.given)
    sent = [*sent_load(plans.runs)]
    if any(one.away for one in sent) and not errand.yes:  # tests run where nobody can be asked
        raise ConfigurationError.of([*announced(sent), refused(sent, "--suite-yes")])
    ((found, settings),) = plans.runs
    with Ledger(kept.ledger) as ledger, Journal(kept.folder, "runs", "run", ledger.identity) as journal:
        try:
            result = run(
                found.workload,
                settings,
                reference=found.reference,
                keeper=journal,
                instruments=errand.instruments,
            )
        except RunInterrupted as error:
            if error.run is not None:
                _keep(error.run, kept, ledger, journal)
            raise
        except CutShort as cut:
            _keep(cut.found, kept, ledger, journal)
            raise
        with _shown(result, place, errand.width):
            _keep(result, kept, ledger, journal)
    return result.exit_code


def _found(errand: Errand, configuration: Configuration) -> CatalogEntry:
    """Raises ConfigurationError."""
    if errand.packed is None:
        found = select([errand.target], files=configuration.files)
        if len(found) > 1:
            names = ", ".join(one.workload.name for one in found)
            raise ConfigurationError(f"{errand.target} has several workloads, and a load is one of: {names}")
        return found[0]
    with uncollected():
        workload: Workload = errand.packed.open()
    return CatalogEntry(workload, reference_to(workload))


def _keep(result: Run, kept: Places, ledger: Ledger, journal: Journal) -> None:
    """Write and store it; what a ledger can't take its document has. Raises StoreError."""
    document = run_path(kept.folder / "runs", result)
    write_document(document, envelope("run", [entry(result)], exit_code=result.exit_code))
    try:
        ledger.add(result)
    except StoreError as error:
        journal.settled(result)
        raise StoreError(
            f"{error}\nit is brought in later by: {brought_in_by([document], kept.ledger)}"
        ) from error
    journal.settled(result)  # not before: should we be killed in between, the next command brings it in


@contextlib.contextmanager
def _shown(result: Run, place: Path, width: int) -> Iterator[None]:
    """Tell the test of it, whether or not it could be kept."""
    try:
        yield
    finally:
        text = io.StringIO()
        with Reporter(PlainConsole(file=text, width=width)) as reporter:
            reporter.print_run(result)
        write_text(place / TABLE, text.getvalue())
        write_document(place / RUN, envelope("run", [entry(result)], exit_code=result.exit_code))
