"""Counting who was right, and the goals."""

import pytest
from studies.costs import summary, table


def start(instructions, statements=1.0):
    """What a fresh start counted."""
    return {"costs": {"cost.instructions": instructions, "cost.statements": statements}, "seconds": 40.0}


def judged(*, code=0, named=False):
    """What `suite ab --costs` said."""
    return {"code": code, "accused": code == 1, "named": named}


SHOP, THREADED = ("shop/browse", ""), ("dicom/receive", "")


def kept(found):
    """Whether each goal was, by its name."""
    return {goal.name: goal.kept for goal in summary.goals(found)}


@pytest.mark.parametrize(
    ("key", "trials", "wanted"),
    [
        (SHOP, [start(1000.0), start(1002.0), start(998.0)], True),
        (SHOP, [start(1000.0), start(1000.0), start(1004.0)], False),
        (THREADED, [start(1000.0), start(1000.0), start(1009.0)], True),
        (SHOP, [start(1000.0), start(1000.0, 2.0)], False),
        (SHOP, [start(1000.0), start(1000.0), start(None)], False),
    ],
)
def test_fresh_starts_have_to_agree(key, trials, wanted):
    assert kept({key: trials}) == {key[0]: wanted}


def test_one_start_agrees_with_nothing():
    assert kept({SHOP: [start(1000.0)]}) == {}


def test_a_commit_costs_the_same_as_itself():
    assert kept({("itself", "costs"): [judged(), judged()]}) == {"itself": True}
    assert kept({("itself", "costs"): [judged(), judged(code=3)]}) == {"itself": False}


def test_what_was_planted_is_to_be_found_and_named():
    key = ("a statement", "costs")
    assert kept({key: [judged(code=1, named=True)]}) == {"a statement": True}
    assert kept({key: [judged(code=1, named=True), judged(code=1)]}) == {"a statement": False}


def test_how_far_the_farthest_lies():
    assert summary.apart([100.0, 101.0, 98.0]) == 0.02
    assert summary.apart([0.0, 0.0]) is None
    assert summary.apart([]) is None


def test_rivals_are_told_by_limit(capsys):
    timed = {"accused_at": {"1": True, "5": False}}
    found = {SHOP: [start(1000.0)], ("itself", "median"): [timed, timed], ("itself", "costs"): [judged()]}
    table.comparison(found, summary.goals(found))
    said = capsys.readouterr().out
    assert "median 1 %" in said
    [row] = [line for line in said.splitlines() if "nothing" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["nothing", "2/2", "0/2", "0/1"]
