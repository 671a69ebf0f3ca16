"""Plans, thresholds and verdicts in words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from support.runs import make_measured, make_run

from suite.loop import Loop, closed_loop, open_loop
from suite.report.words import clean, first_line, judged_text, plan_words, quantity, short_verdict
from suite.run import Judgement, Run, Validity


@pytest.mark.parametrize(
    ("loop", "words"),
    [
        (closed_loop(8, seconds=10, warmup=1), "closed loop, 8 users, 10 s, warm-up 1 s"),
        (
            closed_loop(operations=5000, warmup=10),
            "closed loop, 1 user, 5,000 operations, warm-up 10 operations",
        ),
        (closed_loop(2, seconds="5min", think=("1s", "2s")), "closed loop, 2 users, 300 s, think 1 s to 2 s"),
        (closed_loop(2, seconds=1, think=0.5), "closed loop, 2 users, 1 s, think 500 ms"),
        (open_loop(200, 30, arrivals="poisson"), "open loop, 200 /s poisson, 30 s"),
        (open_loop(5, 30, users=3), "open loop, 5 /s, 3 users, 30 s"),
        (open_loop(stages=[(10, 5), (20, 5)]), "open loop, stages 10 /s for 5 s, 20 /s for 5 s"),
    ],
)
def test_plans(loop: Loop, words: str) -> None:
    assert plan_words({"loop": loop.kind, **asdict(loop)}) == words


def test_a_plan_tells_what_is_unusual() -> None:
    plan: dict[str, Any] = {"loop": "closed", "users": 1, "seconds": 1, "workers": 2, "target": "http://x"}
    assert plan_words(plan) == "closed loop, 1 user, 1 s, 2 workers, at http://x"


def _judged(*passed: bool | None) -> tuple[Judgement, ...]:
    levels = zip(("target", "warning", "critical"), (0.1, 0.5, 1.0), passed, strict=True)
    return tuple(Judgement("response.p95", level, limit, 0.2, held) for level, limit, held in levels)


@pytest.mark.parametrize(
    ("passed", "word"),
    [
        ((True, True, True), "✓ passed"),
        ((False, True, True), "○ missed target"),
        ((False, False, True), "! warning"),
        ((False, False, False), "✗ CRITICAL"),
        ((None, None, None), "? not judged"),
    ],
)
def test_thresholds(passed: tuple[bool | None, ...], word: str) -> None:
    text = judged_text(_judged(*passed), "s").plain
    assert text == f"{word} (target 100 ms, warning 500 ms, critical 1 s)"


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (make_run(), "passed"),
        (make_run(thresholds=_judged(False, True, True)), "target missed"),
        (make_run(thresholds=_judged(False, False, True)), "warning"),
        (make_run(thresholds=_judged(False, False, False)), "FAILED"),
        (make_run(validity=Validity("invalid")), "INVALID"),
    ],
)
def test_verdicts(run: Run, words: str) -> None:
    assert short_verdict(run).plain == words


def test_a_lower_bound_is_shown_as_one() -> None:
    assert quantity(make_measured("response.p99", 1.5, at_least=True)) == "> 1.5 s"
    assert quantity(make_measured("response.p99", at_least=True)) == "-"
    assert quantity(None) == "-"


def test_text_from_outside_can_not_steer_the_terminal() -> None:
    assert clean("a\x1b[31m\r\x07é\n\t") == "a\\x1b[31m\\r\\x07é\n\t"
    assert first_line("\n  first \nsecond") == "first"
    assert first_line("x" * 500, 10) == "x" * 9 + "…"
    assert first_line("") == ""
