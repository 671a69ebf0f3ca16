"""Which stored Runs a Run is judged against, and what their spread says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.runs import make_run, validity_of

from suite.compare.baseline import baseline, interleaved
from suite.compare.reference_distribution import ENOUGH
from suite.ledger.store import Ledger
from suite.records.run import Failure, Validity

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
    assert found.commits == (A,)


def test_neighbours_fill_up_what_a_commit_lacks(ledger):
    fill(ledger, A, 3)
    fill(ledger, B, 6, first=100)
    fill(ledger, "d" * 40, 6, first=200)
    found = baseline(ledger, HEAD, [A, B, "d" * 40])
    assert [run.commit for run in found.runs].count(A) == 3
    assert [run.commit for run in found.runs].count(B) == 6
    assert len(found.runs) == 9
    assert found.commits == (A, B)


def test_without_commits_it_is_what_came_before(ledger):
    fill(ledger, A, 2)
    fill(ledger, C, 3, first=50)
    fill(ledger, B, 4, first=700)
    found = baseline(ledger, HEAD)
    assert {run.commit for run in found.runs} == {A}
    assert (len(found.runs), found.commits) == (2, ())


def test_uncommitted_changes_are_another_state(ledger):
    fill(ledger, C, 1, dirty=True)
    fill(ledger, C, 1, first=1)
    assert len(baseline(ledger, replace(HEAD, dirty=True)).runs) == 2
    assert len(baseline(ledger, HEAD).runs) == 1


def test_runs_that_may_not_count_are_left_out(ledger):
    fill(ledger, A, 1, validity=validity_of("invalid", "late"))
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
