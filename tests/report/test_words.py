"""Plans, quantities and text from outside in words."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.runs import make_measured

from suite.contract.loop import Loop, closed_loop, open_loop
from suite.foreign_text import clean
from suite.report.words import first_line, many, percent, plan_words, quantity, short_commit, signed


@pytest.mark.parametrize(
    ("loop", "words"),
    [
        (closed_loop(8, seconds=10, warmup=1), "closed loop, 8 users, 10 s, warm-up 1 s"),
        (
            closed_loop(operations=5000, warmup=10),
            "closed loop, 1 user, 5,000 operations, warm-up 10 operations",
        ),
        (closed_loop(2, seconds="5min", think=("1s", "2s")), "closed loop, 2 users, 300 s, think 1 s to 2 s"),
        (closed_loop(2, each=50, warmup=1), "closed loop, 2 users, 50 operations each, warm-up 1 operation"),
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
    assert plan_words({"loop": "open", "faults": ["Reset of x at 1 s"] * 2}) == "open loop, 2 faults"


def test_a_lower_bound_is_shown_as_one() -> None:
    assert quantity(make_measured("response.p99", 1.5, at_least=True)) == "> 1.5 s"
    assert quantity(make_measured("response.p99", at_least=True)) == "-"
    assert quantity(None) == "-"


def test_text_from_outside_can_not_steer_the_terminal() -> None:
    assert clean("a\x1b[31m\r\x07é\n\t") == "a\\x1b[31m\\r\\x07é\n\t"
    assert first_line("\n  first \nsecond") == "first"
    assert first_line("x" * 500, 10) == "x" * 9 + "…"
    assert first_line("") == ""


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.1234, "+12.3 %"),
        (-0.0005, "-0.05 %"),
        (-1e-9, "+0 %"),
        (9.994, "+999 %"),
        (9.996, "+1,000 %"),
        (42.0, "+4,200 %"),
        (math.inf, "from nothing"),
        (-math.inf, "from nothing"),
    ],
)
def test_relative_changes(share: float, words: str) -> None:
    assert percent(share) == words


@given(st.floats(-1, 1e9))
def test_a_percentage_has_no_exponent_and_says_the_change(share: float) -> None:
    number, sign = percent(share).split()
    assert "e" not in number
    assert sign == "%"
    assert float(number.replace(",", "")) == pytest.approx(100 * share, rel=0.006, abs=0.01)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(0.003, "s", "+3 ms"), (-2e6, "B", "-2 MB"), (0.0, "B", "0 B"), (-0.0, "1", "0"), (3, "fps", "+3 fps")],
)
def test_differences_have_a_sign(value: float, unit: str, words: str) -> None:
    assert signed(value, unit) == words


def test_one_is_not_plural() -> None:
    assert [many(count, "run") for count in (0, 1, 1200)] == ["0 runs", "1 run", "1,200 runs"]


def test_a_commit_is_as_long_everywhere() -> None:
    assert short_commit("0123456789abcdef") == "0123456789ab"
    assert short_commit("0123456789abcdef", 8) == "01234567"
    assert short_commit(None) == short_commit("") == "no commit"
    assert short_commit("\x1b[31m") == "\\x1b[31m"
