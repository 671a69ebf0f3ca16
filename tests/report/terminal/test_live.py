"""Progress: a changing line on a terminal, sparse lines elsewhere."""

from __future__ import annotations

import io

from rich.console import Console
from support.runs import counts

from suite.engine.progress import Progress
from suite.records.run import Failure, Round
from suite.report.terminal.console import Reporter


def _a_round(reporter: Progress, result: Round, rounds: int = 2) -> None:
    reporter.phase("shop/browse", result.index, rounds, "starting")
    reporter.phase("shop/browse", result.index, rounds, "running")
    for second in range(61):
        reporter.tick(float(second), 60.0, second * 100)
    reporter.round_ended("shop/browse", result)


_GOOD = Round(0, metrics={"throughput": 99.7, "response.p99": 0.004}, outcomes={"": counts(ok=6000)})


def test_a_log_gets_a_line_now_and_then() -> None:
    out = io.StringIO()
    with Reporter(Console(file=out, width=60)) as reporter:
        _a_round(reporter, _GOOD)
    assert out.getvalue().splitlines() == [
        "shop/browse  round 1 of 2  running  30 of 60 s, 3,000 operations, 100 /s",
        "shop/browse  round 1 of 2  running  60 of 60 s, 6,000 operations, 100 /s",
        "shop/browse  round 1 of 2  6,000 ok, 99.7 /s, p99 4 ms, valid",
    ]


def test_the_only_round_is_told_by_its_table_alone() -> None:
    out = io.StringIO()
    with Reporter(Console(file=out)) as reporter:
        reporter.phase("shop/browse", 0, 1, "running")
        reporter.tick(0.0, None, 0)
        reporter.round_ended("shop/browse", _GOOD)
    assert out.getvalue() == ""


def test_a_terminal_gets_one_line_that_is_gone_in_the_end() -> None:
    out = io.StringIO()
    with Reporter(Console(file=out, width=80, force_terminal=True, color_system=None)) as reporter:
        _a_round(reporter, _GOOD)
        reporter.phase("shop/browse", 1, 2, "running")
        reporter.tick(1.0, None, 5)
    text = out.getvalue()
    assert "\n" not in text
    *shown, last = text.split("\r\x1b[2K")
    assert last == ""
    assert all(len(line) < 80 for line in shown)
    assert any("running  ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌  30 of 60 s" in line for line in shown)
    assert shown[-1] == "shop/browse  round 2 of 2  running  1 s, 5 operations, 5 /s"


def test_a_dumb_terminal_gets_lines() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, _environ={"TERM": "dumb"})
    with Reporter(console) as reporter:
        _a_round(reporter, _GOOD)
    assert "\x1b" not in out.getvalue()


def test_a_round_that_failed_is_told_at_once() -> None:
    for terminal in (True, False):
        out = io.StringIO()
        console = Console(file=out, width=80, force_terminal=terminal, color_system=None)
        with Reporter(console) as reporter:
            _a_round(reporter, Round(1, failure=Failure("system", "exited with 1\nlong tail")))
        last = out.getvalue().splitlines()[-1]
        assert last.endswith("shop/browse  round 2 of 2 ended early: system: exited with 1")
