"""`suite calibrate`: how small a slow-down can be noticed here."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suite.commands import options
from suite.commands.option_groups import Folder
from suite.errors import ConfigurationError, Faults
from suite.units import parse

if TYPE_CHECKING:
    from suite.records.calibration import Calibration

EPILOG = """
\b
Examples:
  suite calibrate vision/match-500
  suite calibrate load_shop.py -k browse --budget 5min
  suite calibrate conversation vision --full --json calibration.json

\b
Runs each workload again and again as it is, and once slowed down; how small a slow-down
suite ab and suite gate would catch here follows from the spread of the runs. It is kept
in results/calibration.json, and every comparison tells it from then on.
suite ab runs quick loops, suite gate what suite run has stored: calibrate those with --full.

\b
Exit codes:
  0  calibrated                               4  the system would not start or died
  2  usage, configuration, results folder  129, 130, 143  interrupted: what was measured is kept
  3  too few runs, or invalid ones
"""


def command(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORKLOAD...", help="Workloads, systems or load files. [all installed]"),
    ] = None,
    match: options.Match = None,
    budget: Annotated[
        str, typer.Option(metavar="TIME", help="Longest time for measuring, all of it.")
    ] = "10min",
    runs: Annotated[
        int, typer.Option(metavar="N", min=16, help="Most runs of a workload; more tell rarer alarms.")
    ] = 48,
    full: Annotated[bool, typer.Option("--full", help="Whole loops, not quick ones.")] = False,
    json_file: options.JsonFile = None,
    *,
    where: Folder,
) -> None:
    """Learn how small a slow-down can be noticed on this machine."""
    from suite.ab.task import make_task
    from suite.config.catalog import select
    from suite.config.file import Configuration
    from suite.config.layer import SettingsLayer
    from suite.config.selection import make_plans
    from suite.contract.remote import Remote

    given = SettingsLayer(quick=None if full else True)
    configuration = Configuration()
    seconds = 0.0
    faults = Faults()
    with faults.collected("--budget: "):
        seconds = parse(budget, "s")
        if not 0 < seconds < float("inf"):
            raise ConfigurationError(f"{budget} is no time to measure in")
    with faults.collected():
        configuration = where.configuration()
    faults.check()
    with options.stdout_is_ours(json_file == "-"):
        chosen = select(targets or (), options.like(match), configuration.files)
    plans = make_plans(chosen, configuration, given, lenient=not targets)
    for found, _ in plans.runs:
        if isinstance(found.workload.system, Remote):
            faults.lines.append(f"{found.workload.name} runs elsewhere: this machine says little about it")
    faults.check()
    options.tell_notes(plans.notes)

    from suite.ab.calibration import Calibrator, Subject
    from suite.ab.calibration_store import NAME, CalibrationStore
    from suite.commands.brought_in import tell_brought_in
    from suite.commands.output import output
    from suite.compare.power import FEWEST
    from suite.errors import Interrupted, SystemFailed, WorkerFailed
    from suite.files import below, check_writable
    from suite.formats.envelope import envelope
    from suite.ledger.journal import Journal
    from suite.process.identity import round_identity
    from suite.process.scratch import scratch_directory
    from suite.report.terminal.calibration import CalibrationReporter
    from suite.report.words import many

    folder, file = where.folder(configuration), configuration.file
    subjects = [
        Subject(
            make_task(found, settings, given, Path.cwd()),
            found.reference,
            configuration.gate.budget(found.workload.name),
            file.resolve() if file is not None else None,
        )
        for found, settings in plans.runs
    ]
    check_writable(below(folder, folder / NAME))
    store = CalibrationStore(folder)
    calibrations: list[Calibration] = []
    kept: list[Calibration] = []
    tell_brought_in(folder, None)
    with (
        output(json_file) as out,
        Journal(folder, "calibration", "run") as journal,
        scratch_directory() as scratch,
        round_identity(scratch),
    ):
        reporter = CalibrationReporter(out.console)

        def keep(found: Calibration, work: Calibrator) -> None:
            calibrations.append(found)
            reporter.result(found)
            store.keep(found)
            kept.append(found)
            for run in work.runs:
                journal.settled(run)

        ends = time.monotonic() + seconds
        for index, subject in out.each(enumerate(subjects)):
            share = max(ends - time.monotonic(), 0.0) / (len(subjects) - index)
            room = journal.room()
            work = Calibrator(subject, scratch, reporter, seconds=share, most=runs, keeper=journal, room=room)
            with out.part():
                try:
                    work.measure()
                except (SystemFailed, WorkerFailed) as error:
                    out.codes.append(error.exit_code)
                    reporter.fault(str(error))
            out.measured = out.measured or bool(work.runs)
            if not work.enough:
                out.codes.append(3)
                name, more = subject.task.name, out.fault is None
                reporter.short(name, len(work.runs), FEWEST, work.invalid, more_time=more)
                continue
            with out.part():
                try:
                    keep(work.calibration(), work)
                except Interrupted:  # what was measured is kept all the same; no second one comes
                    keep(work.calibration(), work)
                    raise
        if kept:
            reporter.kept(str(folder / NAME))
        if apart := journal.kept_apart():
            reporter.kept(f"{many(len(apart), 'run')} that make no calibration, in {apart[0].parent}")
        out.deliver(envelope("calibration", calibrations, exit_code=out.code()))
    raise typer.Exit(out.code())
