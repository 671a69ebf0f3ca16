"""What the terminal shows of a system while something failed around it."""

import io

import pytest
from rich.console import Console
from support.resiliences import BORNE, DIED, NEVER, UNMET, UNTOLD, fault_round, make_resilience

from suite.records.reason import Reason
from suite.records.resilience import FaultCourse, FaultTrial
from suite.report.terminal.console import Reporter


def printed(found, code=1):
    out = io.StringIO()
    Reporter(Console(file=out, width=120, force_terminal=False)).print_resilience(found, code)
    return out.getvalue()


def row(text, name):
    return next(row for line in text.splitlines() if name in (row := " ".join(line.split())))


def of(*rounds, **changes):
    return make_resilience(FaultTrial("reset", "database", rounds), **changes)


def test_a_row_per_fault_names_the_weakness():
    text = printed(make_resilience())
    assert row(text, "slow by 200 ms") == "database slow by 200 ms 0 % max 20 ms - < 200 ms none ✓ bears it"
    assert row(text, "NEVER").startswith(
        "reset 100 % max 20 ms 11 ms > 4.8 s none NEVER CAME BACK, users see"
    )
    assert row(text, "LOST") == "mail reset 0 % max 20 ms - < 200 ms 1 check LOST WORK"
    assert row(text, "black hole").startswith("black hole 10 % max 1.95 s - 400 ms none users wait")
    assert row(text, "none 0 %") == "- none 0 % max 20 ms"
    assert "2 s before, 2 s with the fault, 4 s after it; times to 200 ms" in text


def test_below_it_what_was_lost_and_what_never_ended():
    text = printed(make_resilience())
    assert "reset, mail: all mail is there: 12 of 900 are not there" in text
    assert "reset, database: 700 × failed, reset: the database is gone" in text
    assert "not tried: dead, search: this search runs already" in text
    assert "FAILED  came back from 3 of 4 faults; lost work: 1; users wait for its end: 1; users see" in text


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (UNMET, "nobody spoke with it so"),
        (UNTOLD, "too little before it to compare with"),
        (fault_round(reasons=(Reason("no_samples"),)), "? can't be told"),
        (fault_round(impact={"recovery": None}), "too little load came after it to tell"),
        (DIED, "the system died: the system died: exit code 1"),
    ],
)
def test_what_else_may_become_of_it(one, said):
    assert said in printed(of(one), 3)


def test_of_several_rounds_the_worst_is_shown_and_how_many_came_back():
    text = printed(of(BORNE, NEVER, BORNE, course=FaultCourse(rounds=3)))
    assert "(2 of 3 came back)" in " ".join(text.split())
    assert "of 3 rounds the worst" in text


def test_why_all_of_it_is_in_doubt():
    usual = fault_round(reasons=(Reason("restless_without"),))
    assert "can't be judged: without a fault it looks as if one had stayed" in printed(
        of(BORNE, usual=usual), 3
    )


def test_what_ended_early_says_that_it_did():
    early = "ended early: more was not tried"
    assert early in printed(of(BORNE, partial=True), 3)
    assert early not in printed(of(BORNE), 0)
