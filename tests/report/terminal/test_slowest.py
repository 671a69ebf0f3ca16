"""The table of the slowest operations."""

from __future__ import annotations

import io

from rich.console import Console
from support.runs import make_run

from suite.records.reason import Reason
from suite.records.slow_operation import SlowOperation
from suite.report.terminal.console import Reporter

NAMES = ["operation", "meanwhile"]
SLOWEST = (
    SlowOperation(12.345, "browse", "ok", 0.9, 0.85, 1, 7, (
        Reason("slow_collector", {"seconds": 0.5}), Reason("slow_fault", {"fault": "latency", "whom": "db"})
    )),
    SlowOperation(1.0, "buy", "timeout", 0.5, 0.5),
)  # fmt: skip


def _shown(width: int, **options: bool) -> str:
    out = io.StringIO()
    Reporter(Console(file=out, width=width)).print_run(make_run(slowest=SLOWEST), **options)
    return out.getvalue()


def test_the_whole_of_a_run_has_its_slowest_operations() -> None:
    lines = [line.split() for line in _shown(140, whole=True).splitlines()]
    at = next(index for index, words in enumerate(lines) if words[:1] == ["slowest"])
    assert lines[at] == ["slowest", "of", "it", "service", "round", "due", "at", "user", *NAMES]
    assert " ".join(lines[at + 1]) == (
        "900 ms 850 ms 2 12.35 s 7 browse the system's garbage collector paused it for 500 ms; latency of db"
    )
    assert " ".join(lines[at + 2]) == "500 ms 500 ms 1 1.00 s - buy, timeout -"


def test_it_fits_into_a_narrow_terminal() -> None:
    assert all(len(line) <= 60 for line in _shown(60, whole=True).splitlines() if "ms" in line)


def test_a_run_in_short_has_none() -> None:
    assert "slowest" not in _shown(120)
