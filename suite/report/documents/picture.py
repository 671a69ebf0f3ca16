"""What the terminal shows as an SVG picture: for a README, and beside what a search found."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from suite.files import write_text
from suite.records.record import Record
from suite.records.run import Run
from suite.report.terminal.console import Reporter
from suite.report.terminal.record import print_record
from suite.report.verdict import overall

_WIDTH = 100
_FONT = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)


def save_picture(runs: Run | Sequence[Run], path: Path, *, title: str = "suite run") -> None:
    """Save one Run's table, or the summary of several, as SVG; equal input gives equal bytes.

    Raises StoreError if `path` can't be written.
    """

    def show(reporter: Reporter) -> None:
        if isinstance(runs, Run):
            reporter.print_run(runs)
        else:
            reporter.print_summary(runs, overall(run.exit_code for run in runs))

    _save(show, path, title)


def save_record(record: Record, path: Path, command: str) -> None:
    """Save all that `command` found as SVG. Raises StoreError."""
    code = getattr(record, "exit_code", 0)
    _save(lambda reporter: print_record(reporter, record, code), path, f"suite {command}")


def _save(show: Callable[[Reporter], None], path: Path, title: str) -> None:
    console = Console(
        record=True, file=io.StringIO(), width=_WIDTH, markup=False, highlight=False, emoji=False
    )
    with Reporter(console) as reporter:
        show(reporter)
    text = console.export_text(clear=False)
    # Without an id of its own rich takes a random one; its fonts would be fetched from elsewhere.
    svg = console.export_svg(title=title, unique_id=f"suite-{zlib.crc32(text.encode()):08x}")
    write_text(path, _FONT.sub("", svg))
