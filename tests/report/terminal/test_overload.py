"""What the terminal shows of a search for the load that a system recovers at."""

import io
from dataclasses import replace

import pytest
from rich.console import Console
from support.overloads import make_recovery, overload_look
from support.resiliences import UNTOLD

from suite.records.capacity import SearchResult
from suite.records.overload import OverloadLook
from suite.records.reason import Reason
from suite.records.resilience import FaultRound
from suite.report.terminal.console import Reporter


def printed(found, code=0):
    out = io.StringIO()
    Reporter(Console(file=out, width=120, force_terminal=False)).print_recovery(found, code)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_a_row_per_look_and_the_answer_over_the_capacity():
    lines = printed(make_recovery())
    assert (
        "shop/checkout 2 s before, 500 ms of 400 /s (2 times its capacity), 15 s after; 4 attempts" in lines
    )
    assert "40 /s 20 % 2 s 10 % 1, 2.5, 1.62 recovered" in lines
    assert "44 /s 22 % > 15 s 100 % 1, 2.5, 3.95 STAYS OVERLOADED" in lines
    assert lines[-1] == (
        "PASSED recovers up to 40 /s (20 %); from 44 /s (22 %) on it stays overloaded, "
        "with 3.95 attempts per operation; capacity 200 /s"
    )


def test_where_nobody_tries_again_there_is_no_word_of_attempts():
    lines = printed(make_recovery(attempts=1))
    assert any("no retries" in line for line in lines)
    assert "40 /s 20 % 2 s 10 % recovered" in lines


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (OverloadLook(50.0, FaultRound(died="out of memory")), "50 /s 25 % - - -, -, - DIED out of memory"),
        (
            overload_look(50.0, reasons=(Reason("failed_before", {"share": 0.1}),)),
            "invalid 10 % failed before the overload too",
        ),
        (OverloadLook(50.0, UNTOLD), "? can't be told too little before it to compare with"),
    ],
)
def test_what_else_becomes_of_a_look(look, said):
    assert any(said in line for line in printed(make_recovery(looks=(look,))))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            SearchResult("range", 180.0, None, None, ()),
            "up to 180 /s (90 %), the highest load looked at",
        ),
        (
            SearchResult("below", None, 44.0, None, ()),
            "at 44 /s (22 %), the lowest load looked at, it stays",
        ),
        (
            SearchResult("budget", 40.0, None, None, (), spent=True),
            "at 40 /s (20 %); more can't be told",
        ),
        (SearchResult("generator", None, None, None, ()), "more can't be told; capacity 200 /s"),
    ],
)
def test_how_it_ended(found, said):
    last = printed(make_recovery(found=found))[-1]
    assert said in last
    assert ("the budget was spent" in last) == found.spent


def test_a_capacity_that_may_be_more():
    assert printed(make_recovery(capacity_at_least=True))[-1].endswith("capacity at least 200 /s")


def test_attempts_that_are_not_known_are_not_told():
    looks = tuple(replace(look, round=FaultRound()) for look in make_recovery().looks)
    assert "on it stays overloaded; capacity 200 /s" in printed(make_recovery(looks=looks))[-1]
