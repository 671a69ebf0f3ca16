"""`suite run`: measure workloads."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from suite.commands import options
from suite.commands.forms import Forms
from suite.commands.option_groups import Filtered, PlainLimits, RunLoad, Where
from suite.errors import CutShort, Faults

if TYPE_CHECKING:
    from suite.records.run import Run

EPILOG = """
\b
Examples:
  suite run                                   your load files quickly; without any a tour of ours
  suite run dicom --rounds 5                  one system
  suite run load_shop.py --json result.json   your own load file
  suite run load_shop.py --junit junit.xml --html report.html
  suite run load_shop.py --target http://staging:8000
  suite run conversation/fifty-users --set max_concurrent=50 --users 100 --seconds 5min
  suite run --tags read --exclude-tags sustained
  suite run hotel --categories pms,"Network Failure Simulation" --skip-tests pms-bulk

\b
Exit codes:
  0  good                                     3  invalid or inconclusive
  1  a critical threshold or a check failed   4  the system would not start or died
  2  usage, configuration, results folder  129, 130, 143  interrupted
"""
_FULL_TABLES = 4
"""Up to so many workloads each gets its whole table; of more, those that did not pass."""


def command(
    *,
    which: Filtered,
    load: RunLoad,
    limits: PlainLimits,
    json_file: options.JsonFile = None,
    forms: Forms,
    on_invalid: options.OnInvalid = "fail",
    abort_on_fail: options.AbortOnFail = False,
    yes: options.Yes = False,
    where: Where,
) -> None:
    """Run workloads, print what they measured, keep it.

    Without TARGET: the load files here (files in the configuration, or load_*.py and loads/*.py), and quickly
    unless they are filtered. Where there are none: a tour of two minutes through the reference systems.
    """
    faults = Faults()
    if on_invalid not in ("fail", "warn"):
        faults.lines.append(f"--on-invalid is fail or warn, not {on_invalid!r}")
    _, configuration, plans = load.read(faults, which, limits, where.config, json_file)
    forms.check(tables=True)

    from suite.commands.kept import kept
    from suite.engine.coordinator import RunInterrupted, run
    from suite.engine.stop_rules import StopRules
    from suite.report.documents.overview import overview
    from suite.report.documents.target import STDOUT
    from suite.report.terminal.asking import confirm

    keeping = kept("run", json_file, where, configuration)
    confirm(plans.runs, yes)
    runs: list[Run] = []
    with keeping as out:

        def keep(result: Run, *, full: bool) -> None:
            runs.append(result)
            out.codes.append(result.exit_code)

            def show(_saved: Path | None) -> None:
                if full or result.exit_code:
                    out.reporter.print_run(result)

            out.keep(result, result.exit_code, show)

        for found, settings in out.each(plans.runs):
            if plans.tour is not None and not plans.tour.fits(found.workload, settings):
                continue
            with out.part(), plans.tour.timed(found.workload) if plans.tour else nullcontext():
                try:
                    result = run(
                        found.workload,
                        settings,
                        reference=found.reference,
                        progress=out.reporter,
                        keeper=out.journal,
                        stopping=StopRules(on_fail=abort_on_fail),
                    )
                except RunInterrupted as error:  # what there is of it is kept
                    if error.run is not None:
                        keep(error.run, full=True)
                    raise
                except CutShort as cut:
                    keep(cut.found, full=True)
                    raise cut.error from cut.error.__cause__
                keep(result, full=len(plans.runs) <= _FULL_TABLES)
        code = out.code("warn" if on_invalid == "warn" else "fail")
        out.reporter.print_summary(
            runs,
            code,
            plans.skipped,
            saved=out.folder.parent if out.saved else None,
            unsaved=len(runs) - len(out.saved) - out.lost,
            unstored=len(out.unstored),
            lost=out.lost,
            toured_without=plans.tour.left_out if plans.tour else None,
        )
        parts = {found.workload.name: found.workload.category for found, _ in plans.runs}
        if runs and forms.any:
            with out.part():
                forms.write(runs, stderr=json_file == STDOUT)
        out.end(code, summary=overview(runs, parts, skipped=plans.skipped, saved=out.saved))
    raise typer.Exit(code)
