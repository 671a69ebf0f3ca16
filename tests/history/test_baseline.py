"""Which stored Runs a Run is judged against, and what their spread says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.runs import make_run

from suite.history.baseline import ENOUGH, Spread, baseline, interleaved
from suite.history.store import Ledger
from suite.run import Failure, Validity

A, B, C = ("a" * 40, "b" * 40, "c" * 40)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened


def started(minute):
    return f"2024-05-01T{minute // 60:02}:{minute % 60:02}:00+00:00"


def fill(ledger, commit, count, first=0, **changes):
    for index in range(count):
        minute = first + index
        ledger.add(
            make_run(
                id=f"{commit}-{minute}-{len(changes)}", commit=commit, started=started(minute), **changes
            )
        )


HEAD = make_run(id="head", commit=C, started=started(600))


def test_the_commit_s_own_runs_are_enough(ledger):
    fill(ledger, A, ENOUGH)
    fill(ledger, B, 5, first=100)
    found = baseline(ledger, HEAD, [A, B])
    assert {run.commit for run in found.runs} == {A}
    assert found.origin == f"8 runs of {A[:12]}"


def test_neighbours_fill_up_what_a_commit_lacks(ledger):
    fill(ledger, A, 3)
    fill(ledger, B, 6, first=100)
    fill(ledger, "d" * 40, 6, first=200)
    found = baseline(ledger, HEAD, [A, B, "d" * 40])
    assert [run.commit for run in found.runs].count(A) == 3
    assert [run.commit for run in found.runs].count(B) == 6
    assert len(found.runs) == 9
    assert found.origin == f"9 runs of {A[:12]} and its neighbours"


def test_without_commits_it_is_what_came_before(ledger):
    fill(ledger, A, 2)
    fill(ledger, C, 3, first=50)
    fill(ledger, B, 4, first=700)
    found = baseline(ledger, HEAD)
    assert {run.commit for run in found.runs} == {A}
    assert found.origin == "2 runs before it"


def test_uncommitted_changes_are_another_state(ledger):
    dirty = {"dirty": True}
    fill(ledger, C, 1, environment=dirty)
    fill(ledger, C, 1, first=1, environment={"dirty": False})
    assert len(baseline(ledger, replace(HEAD, environment=dirty)).runs) == 2
    assert len(baseline(ledger, replace(HEAD, environment={"dirty": False})).runs) == 1


def test_runs_that_may_not_count_are_left_out(ledger):
    fill(ledger, A, 1, validity=Validity("invalid", ("late",)))
    fill(ledger, A, 1, first=1, error=Failure("system", "died"), validity=Validity())
    fill(ledger, A, 1, first=2, plan={"loop": "open", "rate": 5})
    fill(ledger, A, 1, first=3, environment={"machine": {"cpu": "z"}})
    fill(ledger, A, 1, first=4, workload="other")
    fill(ledger, A, 1, first=5, plan={**HEAD.plan, "quick": True})
    ledger.add(HEAD)
    assert baseline(ledger, HEAD, [A, C]).runs == ()
    elsewhere = make_run(id="e", commit=A, environment={"machine": {"cpu": "y"}})
    ledger.add(elsewhere)
    assert baseline(ledger, HEAD, [A]).runs == ()
    assert baseline(ledger, HEAD, [A], anywhere=True).runs[0].id == "e"


def test_it_does_not_grow_without_end(ledger):
    fill(ledger, A, 40)
    found = baseline(ledger, HEAD, [A])
    assert len(found.runs) == 30
    assert found.runs[0].started == started(39)


@pytest.mark.parametrize(
    ("base", "head", "taking_turns"),
    [
        ("01234567", "89abcdef", False),
        ("02468", "13579", True),
        ("0347", "1256", True),
        ("0123", "4", True),
        ("0123", "45", False),
    ],
)
def test_turns(base, head, taking_turns):
    sides = [[make_run(started=started(int(letter, 16))) for letter in side] for side in (base, head)]
    assert interleaved(*sides) == taking_turns


EIGHT = np.arange(1.0, 9.0)
ERROR = np.std(EIGHT, ddof=1) * np.sqrt(9 / 8)


def test_spread_is_student_s_with_few_degrees():
    shift = Spread(EIGHT).shift(4.5, 0.95)
    assert (shift.estimate, shift.high) == (0.0, pytest.approx(2.776445 * ERROR, rel=1e-6))
    rose, fell = Spread(EIGHT).p(4.5 + 3.746947 * ERROR)
    assert (rose, fell) == (pytest.approx(0.01, rel=1e-5), pytest.approx(1.0))
    assert Spread(EIGHT).p(4.5 - 3.746947 * ERROR) == (pytest.approx(1.0), pytest.approx(0.01, rel=1e-5))
    assert Spread(np.array([1.0, 2.0])).shift(1.5, 0.95).high == pytest.approx(
        12.7062 * np.sqrt(0.75), rel=1e-5
    )


def test_what_base_had_before_is_never_rare():
    assert Spread(np.array([*[0.0] * 28, 0.01, 9.0])).p(8.9)[0] == pytest.approx(2 / 31)


def test_without_spread_any_difference_is_one():
    spread = Spread(np.array([5.0] * 8))
    assert (spread.p(6.0), spread.p(4.0), spread.p(5.0)) == ((0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
    assert spread.shift(6.0, 0.9).low == 1.0


@given(st.lists(st.floats(-9, 9), min_size=2, max_size=20), st.floats(-20, 20), st.floats(0, 20))
def test_further_out_is_never_likelier_and_sides_mirror(base, head, more):
    spread, mirrored = Spread(np.array(base)), Spread(-np.array(base))
    assert spread.p(head + more)[0] <= spread.p(head)[0] + 1e-9
    assert spread.p(head) == pytest.approx(mirrored.p(-head)[::-1], abs=1e-9)


@pytest.mark.parametrize("heavy", [False, True])
def test_one_more_draw_is_called_rare_about_as_often_as_it_is(heavy):
    """4,000 draws: a standard error is .16 %."""
    rng = np.random.default_rng(3)
    table = rng.standard_t(3, (4000, 9)) if heavy else rng.normal(0, 1, (4000, 9))
    p = np.array([Spread(row[:8]).p(row[8])[0] for row in table])
    assert 0.001 <= (p <= 0.01).mean() <= (0.015 if heavy else 0.01)
