"""What the terminal shows, at several widths, with and without a terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from rich.console import Console
from support.runs import any_runs, counts, make_measured, make_run, validity_of

from suite import Command, User, Workload, open_loop, operation
from suite.ledger.store import Ledger
from suite.records.detail import Detail
from suite.records.party_output import PartyOutput
from suite.records.reason import Reason
from suite.records.run import CheckResult, Failure, Judgement, Measured, Run
from suite.report.terminal.console import Reporter, make_console


def _printed(run: Run, width: int = 120) -> str:
    out = io.StringIO()
    Reporter(Console(file=out, width=width, highlight=False)).print_run(run)
    return out.getvalue()


def _line(text: str, start: str) -> str:
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(start))


def test_the_head_says_what_and_how() -> None:
    assert _printed(make_run()).startswith(
        "dicom/receive  passed  valid, 3 rounds, closed loop, 8 users, 10 s, warm-up 1 s\n"
    )


def test_a_metric_has_value_rounds_and_threshold() -> None:
    text = _printed(make_run())
    assert _line(text, "response.p95").split("  ", 1)[1].split() == (
        ["3.6", "ms", "3.5", "–", "3.7", "ms", "✓", "passed", "(target", "100", "ms,", "critical", "1", "s)"]
    )


def test_one_round_has_no_range() -> None:
    text = _printed(make_run(rounds=1))
    assert "rounds  threshold" not in text
    assert " – " not in text


def test_what_is_not_known_says_why() -> None:
    growth = Measured("B", "lower", None, (None,), note="runs elsewhere")
    run = make_run(metrics={"response.p99": make_measured("response.p99", 2.0), "memory.growth": growth})
    assert _line(_printed(run), "memory.growth").split(maxsplit=2)[1:] == ["-", "runs elsewhere"]


def test_own_metrics_helpers_and_judged_ones_are_shown() -> None:
    run = make_run(
        metrics={
            **make_run().metrics,
            "recovery_time": Measured("s", "lower", 1.5, (1.5,)),
            "memory.peak@database": make_measured("memory.peak", 1e8),
            "lateness.p99": make_measured("lateness.p99", 0.001),
            "service.p99": make_measured("service.p99", 0.001),
        },
        thresholds=(Judgement("lateness.p99", "critical", 0.0001, 0.001, False),),
    )
    text = _printed(run)
    assert "1.5 s" in _line(text, "recovery_time")
    assert "100 MB" in _line(text, "memory.peak@database")
    assert "✗ CRITICAL (critical 100 µs)" in _line(text, "lateness.p99")
    assert "service.p99" not in text
    assert "rejected" not in text


def test_several_operations_have_a_table() -> None:
    run = make_run(
        metrics={**make_run().metrics, "response.p99@ask": make_measured("response.p99", 0.01)},
        operations={"ask": counts(ok=1000, rejected=2, failed=3), "answer": counts(ok=99)},
    )
    assert _line(_printed(run), "ask").split() == ["ask", "1,000", "2", "3", "-", "-", "10", "ms", "-"]
    assert "rejected  failed" not in _printed(make_run())


def test_operations_that_stream_have_columns_for_it_and_a_threshold_without_a_stream_says_so() -> None:
    run = make_run(
        metrics={
            "first.p95": make_measured("first.p95", 0.02),
            "good": make_measured("good", 0.97),
            "first.p95@ask": make_measured("first.p95", 0.03),
            "gap.p99@ask": make_measured("gap.p99", 0.004),
        },
        operations={"ask": counts(ok=1000), "answer": counts(ok=99)},
        thresholds=(
            Judgement("gap.p99", "critical", 0.1, None, None),
            Judgement("x", "critical", 1, None, None),
        ),
    )
    text = _printed(run)
    assert "first p95  gap p99" in text
    assert _line(text, "ask").split()[-4:] == ["30", "ms", "4", "ms"]
    assert _line(text, "answer").split()[-2:] == ["-", "-"]
    assert "20 ms" in _line(text, "first.p95")
    assert "97 %" in _line(text, "good")
    assert "nothing streamed" in _line(text, "gap.p99")
    assert "not measured" in _line(text, "x ")


def test_what_held_it_back_stands_below_the_table() -> None:
    text = _printed(make_run(limiter=Reason("cpu", {"thread": 0.99, "delay": 0.0, "cores": None})))
    line = "held back by: the system's CPU: one thread used 99 % of a core"
    assert text.index("failures") < text.index(line) < text.index("✓ check")
    assert "held back" not in _printed(make_run())


def test_checks_failures_doubts_and_errors_are_told() -> None:
    run = make_run(
        checks=(CheckResult("active is 0", False, "active is 3 [bold]"), CheckResult("all there", True)),
        details=(
            Detail("rejected", "429", "ask", 99, 0.5, "busy"),
            *(Detail("failed", f"kind{n}", "ask", n, 1.25, "first\x1b[2J\nsecond") for n in range(1, 7)),
        ),
        validity=validity_of("doubtful", "one core", "trend: rising"),
        error=Failure("system", "exited with 1\nlast words [red]"),
    )
    lines = [line.strip() for line in _printed(run).splitlines()]
    assert "✗ CHECK FAILED active is 0: active is 3 [bold]" in lines
    assert "✓ check all there" in lines
    assert "6 × failed kind6 in ask, first at 1.25 s: first\\x1b[2J" in lines
    assert not any("429" in line or "kind1" in line for line in lines)
    assert "and 2 more kinds; the JSON document has them all" in lines
    assert "doubtful: one core" in lines
    assert "ended early, system: exited with 1" in lines
    assert "last words [red]" in lines


def test_what_was_written_about_the_first_failure_stands_below_it() -> None:
    run = make_run(
        details=(Detail("failed", "status", "ask", 3, 1.25, "status 500"),),
        outputs=(
            PartyOutput("system", "much\nmore", "Traceback\n\x1b[2J  ValueError: [red]", 1.25),
            PartyOutput("worker 0", "quiet", "", 1.25),
        ),
    )
    text = _printed(run)
    assert "system wrote around the first failure, at 1.25 s:" in text
    assert text.index("status 500") < text.index("Traceback") < text.index("ValueError: [red]")
    assert "worker 0" not in text
    assert "more" not in text


@given(run=any_runs())
def test_any_run_can_be_printed(run: Run) -> None:
    for width in (40, 80, 200):
        assert "\x1b" not in _printed(run, width)


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    out = io.StringIO()
    reporter = Reporter(Console(file=out, width=width))
    long = make_run(workload="conversation/fifty-users-with-limits")
    reporter.print_run(long)
    reporter.print_summary([make_run(), long], 0)
    assert max(map(len, out.getvalue().splitlines())) <= width


def test_the_summary_has_a_line_per_run_and_a_verdict() -> None:
    out = io.StringIO()
    failed = make_run(workload="api/read", checks=(CheckResult("x", False),))
    reporter = Reporter(Console(file=out, width=120))
    reporter.print_summary([make_run(), failed], 1, ["vision/x: no cv2"], Path("results/ledger.db"))
    lines = out.getvalue().splitlines()
    assert (
        " ".join(lines[0].split())
        == "workload verdict validity throughput p50 p95 p99 growth failures checks"
    )
    assert " ".join(lines[1].split()) == (
        "dicom/receive passed valid 300 /s 1.9 ms 3.6 ms 4.23 ms 1.2 MB 0 % 1 of 1"
    )
    assert lines[2].split()[:2] == ["api/read", "FAILED"]
    assert lines[3] == "skipped  vision/x: no cv2"
    assert lines[4] == "FAILED  1 passed, 1 failed, 1 skipped; saved in results/ledger.db"


def test_what_could_not_be_written_is_not_said_to_be_saved() -> None:
    out = io.StringIO()
    Reporter(Console(file=out, width=120)).print_summary([make_run()] * 3, 2, saved="results", unsaved=2)
    last = out.getvalue().splitlines()[-1]
    assert last == "CONFIGURATION ERROR  3 passed; saved in results; 2 without a document"


def test_a_narrow_summary_keeps_what_matters_most() -> None:
    out = io.StringIO()
    Reporter(Console(file=out, width=80)).print_summary([make_run(workload="conversation/fifty-users")], 0)
    assert out.getvalue().split("\n")[0].split() == (
        ["workload", "verdict", "validity", "throughput", "p95", "p99"]
    )


def test_a_narrow_list_and_narrow_operations_leave_columns_out_and_cut_none(tmp_path: Path) -> None:
    out = io.StringIO()
    reporter = Reporter(Console(file=out, width=60))
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.add_new([make_run(), make_run(id="aa11")])
        reporter.print_runs(ledger.runs())
    assert out.getvalue().split("\n")[0].split() == ["run", "started", "workload", "verdict"]
    p99 = {"response.p99@ask": make_measured("response.p99", 0.01)}
    run = make_run(
        metrics={**make_run().metrics, **p99}, operations={"ask": counts(ok=9), "say": counts(ok=9)}
    )
    text = _printed(run, 56)
    assert _line(text, "operation").split() == ["operation", "ok", "rejected", "failed", "p99", "throughput"]
    assert _line(text, "ask").split() == ["ask", "9", "0", "0", "10", "ms", "-"]


def test_nothing_run_is_said() -> None:
    out = io.StringIO()
    Reporter(Console(file=out, width=80)).print_summary([], 2)
    assert out.getvalue() == "CONFIGURATION ERROR  nothing ran\n"


def test_the_ledgers_runs_are_listed(tmp_path: Path) -> None:
    out = io.StringIO()
    reporter = Reporter(Console(file=out, width=120))
    with Ledger(tmp_path / "ledger.db") as ledger:
        reporter.print_runs(ledger.runs())
        ledger.add(replace(make_run(), id="0a1b2c3d4e5f"))
        reporter.print_runs(ledger.runs())
    first, head, line = out.getvalue().splitlines()
    assert first == "no runs yet; start with: suite run"
    assert head.split()[:4] == ["run", "started", "workload", "verdict"]
    assert line.split()[:5] == ["0a1b2c3d", "05-01", "10:11", "dicom/receive", "passed"]
    assert line.split()[-1] == "01234567"


class _Shopper(User):
    @operation(tags={"read"})
    async def browse(self) -> None: ...


def test_workloads_are_listed() -> None:
    shop = Command("shop --port {port}", stock=7)
    browse = Workload("shop/browse", shop, _Shopper, loop=open_loop(20, 5), description="[b] browses")
    out = io.StringIO()
    Reporter(Console(file=out, width=40)).print_list([browse])
    assert out.getvalue().splitlines() == [
        "shop/browse  open loop, 20 /s, 5 s",
        "  [b] browses",
        "  set   stock=7",
        "  tags  read shop",
    ]


def test_a_stream_that_can_not_show_a_mark_shows_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    Reporter(make_console()).print_run(make_run())
    assert b"? passed (target 100 ms" in raw.getvalue()
