"""A record of any kind, as the command that made it shows it."""

from __future__ import annotations

import io
from pathlib import Path

from suite.compare.compared import Compared
from suite.records.calibration import Calibration
from suite.records.capacity import Capacity
from suite.records.comparison import Comparison
from suite.records.costs import CostBill
from suite.records.leak import LeakSearch
from suite.records.overload import OverloadRecovery
from suite.records.record import Record
from suite.records.resilience import Resilience
from suite.records.soak import Soak
from suite.report.terminal.calibration import print_calibrated
from suite.report.terminal.compare import print_compared
from suite.report.terminal.console import Reporter
from suite.report.terminal.plain_console import PlainConsole

_WIDTH = 100


def record_text(record: Record) -> str:
    """All that it says as plain text, up to 100 columns wide."""
    out = io.StringIO()
    console = PlainConsole(file=out, width=_WIDTH, color_system=None)
    with Reporter(console) as reporter:
        print_record(reporter, record, getattr(record, "exit_code", 0))
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines())


def print_record(reporter: Reporter, record: Record, code: int, saved: Path | None = None) -> None:
    """All that it says; `code` is its exit code, `saved` where its document is, if it was made right now."""
    match record:
        case LeakSearch():
            reporter.print_leaks(record, code, saved)
        case Capacity():
            reporter.print_capacity(record, code, saved)
        case CostBill():
            reporter.print_costs(record, code, saved)
        case OverloadRecovery():
            reporter.print_recovery(record, code, saved)
        case Resilience():
            reporter.print_resilience(record, code, saved)
        case Comparison():
            print_compared(reporter.console, Compared(record.base, record.head, (record,)), code)
        case Calibration():
            print_calibrated(reporter.console, record)
        case Soak():
            reporter.print_soak(record, code, saved)
        case _:
            reporter.print_run(record, whole=True)
