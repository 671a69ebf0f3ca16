"""Progress: a changing line on a terminal, sparse lines elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from support.runs import counts

from suite.engine.progress import Progress
from suite.measure.distribution import Point
from suite.measure.so_far import SoFar
from suite.records.reason import Reason
from suite.records.run import Failure, Round, Validity
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
        "shop/browse  round 1 of 2  running  10 of 60 s, 1,000 operations, 100 /s",
        "shop/browse  round 1 of 2  running  20 of 60 s, 2,000 operations, 100 /s",
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


SO_FAR = SoFar(
    30.0,
    counts(ok=5_967, failed=3, rejected=30),
    rate=199.0,
    recent=90.0,
    p50=Point(0.0012),
    p99=Point(0.0345),
    memory=84_000_000,
    validity=Validity("invalid", (Reason("run_delay", {"share": 0.2, "per_operation": 1e-4}),)),
)
WELL = SoFar(1.0, counts(ok=90), 90.0, None, Point(0.0012), Point(None), None, Validity())


def _screen(text: str) -> list[str]:
    """What stands on a terminal after it got `text`: as far as we steer it."""
    lines, at = [""], 0
    for token in re.split(r"(\r|\n|\x1b\[2K|\x1b\[1A)", text):
        if token == "\n":
            at += 1
            lines += [""] * (at == len(lines))
        elif token == "\x1b[1A":
            at -= 1
        elif token == "\x1b[2K":
            lines[at] = ""
        elif token != "\r":
            lines[at] += token
    return lines


def _seen(width: int, *figures: SoFar | None) -> list[list[str]]:
    """What stands on a terminal of this width after each tick, and after all is over."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    found = []
    with Reporter(console) as reporter:
        reporter.phase("shop/browse", 0, 3, "running")
        for second, so_far in enumerate(figures, 30):
            reporter.tick(float(second), 60.0, 6_000, so_far)
            found.append(_screen(out.getvalue()))
    return [*found, _screen(out.getvalue())]


def test_a_terminal_shows_figures_so_far_below_the_bar_and_why_they_are_not_to_be_believed() -> None:
    shown, over = _seen(80, SO_FAR)
    assert shown == [
        "shop/browse  round 1 of 3  running  ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌  30 of 60 s",
        "  199 /s  now 90 /s  p99 34.5 ms  30 rejected  3 failed  invalid so far",
        "  the generator had to wait for a core: 20 % of the time, 100 µs per operation",
    ]
    assert over == ["", "", ""]


def test_a_narrow_terminal_shows_what_tells_most() -> None:
    shown, _ = _seen(60, SO_FAR)
    assert shown[0] == "shop/browse  round 1 of 3  running  30 of 60 s"
    assert shown[1] == "  199 /s  now 90 /s  p99 34.5 ms  30 rejected  3 failed"
    assert all(len(line) < 60 for line in shown)


def test_lines_that_are_no_longer_needed_are_gone() -> None:
    *_, last, _ = _seen(80, None, SO_FAR, WELL, None)
    assert last == [
        "shop/browse  round 1 of 3  running  ━━━━━━━━━━━╌╌╌╌╌╌╌╌╌  33 of 60 s, 6,000 op…", "", ""
    ]  # fmt: skip


def test_a_log_has_the_figures_in_its_line() -> None:
    out = io.StringIO()
    with Reporter(Console(file=out, width=60)) as reporter:
        reporter.phase("shop/browse", 0, 1, "running")
        reporter.tick(10.0, 60.0, 6_000, SO_FAR)
        reporter.tick(10.5, 60.0, 6_000, SO_FAR)
        reporter.tick(20.0, 60.0, 6_000, WELL)
    assert out.getvalue().splitlines() == [
        "shop/browse  running  10 of 60 s, 199 /s, now 90 /s, p50 1.2 ms, p99 34.5 ms, 5,967 ok, "
        "30 rejected, 3 failed, 84 MB, invalid so far",
        "shop/browse  running  20 of 60 s, 90 /s, p50 1.2 ms, 90 ok, valid so far",
    ]


def test_no_color_is_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, coloured in (("", True), ("1", False)):
        monkeypatch.setenv("NO_COLOR", variable)
        out = io.StringIO()
        console = Console(file=out, width=80, force_terminal=True, color_system="standard")
        with Reporter(console) as reporter:
            reporter.phase("shop/browse", 0, 1, "running")
            reporter.tick(10.0, 60.0, 6_000, SO_FAR)
        assert bool(re.search(r"\x1b\[3\dm", out.getvalue())) is coloured


def test_the_lines_are_drawn_twice_a_second_at_most() -> None:
    out = io.StringIO()
    with Reporter(Console(file=out, width=80, force_terminal=True, color_system=None)) as reporter:
        reporter.phase("shop/browse", 0, 1, "running")
        before = len(out.getvalue())
        for tick in range(100):
            reporter.tick(tick / 10, 60.0, 6_000, SO_FAR)
    assert out.getvalue()[before:].count("running") <= 20


def test_a_round_that_was_stopped_says_why() -> None:
    out = io.StringIO()
    why = Reason("threshold_lost", {"metric": "failures", "limit": 0.01, "over": 31, "most": 3_000})
    with Reporter(Console(file=out, width=80)) as reporter:
        reporter.phase("shop/browse", 1, 3, "running")
        reporter.round_ended("shop/browse", Round(1, stopped=why))
    assert out.getvalue().splitlines() == [
        "shop/browse  round 2 of 3 ended early: failures can't hold its critical 1 % any more: "
        "31 of 3,000 at most operations are over it"
    ]
