"""Counting who was right, and the goals."""

import pytest
from studies.leaks_accuracy import summary
from studies.leaks_accuracy.cases import BOUNDED, LEAK, Case
from studies.leaks_accuracy.ours import Said
from studies.leaks_accuracy.summary import Trials


def said(outcome, function=None, load=3.0, held=False):
    return Said(outcome, outcome, load, 2 * load, held, function=function)


def trials(case, *verdicts):
    return Trials(case, list(verdicts))


LEAKING = Case("python-100", {}, LEAK, "remember_python", 100.0)
CLEAN = Case("clean", {}, BOUNDED)
UNNAMED = Case("malloc-100", {}, LEAK, None, 100.0)
SPORADIC = Case("sporadic", {}, LEAK | {"sporadic"}, "remember_sometimes", 100.0)
FOUND = said("unbounded", "remember_python")


def judged(*all_trials):
    return {goal.name: goal.kept for goal in summary.goals(all_trials)}


def test_what_is_counted():
    each = trials(LEAKING, FOUND, FOUND, said("unbounded", "<module>"), said("unsettled", load=30.0))
    assert (each.right, each.accused, each.named) == (3, 3, 2)
    assert each.outcomes == [("unbounded", 3), ("unsettled", 1)]
    assert (each.load, each.wall) == (3.0, 6.0)


def test_a_bounded_one_may_be_said_to_be_either():
    each = trials(CLEAN, said("no growth"), said("bounded"), said("unsettled"), said("unbounded", "x"))
    assert (each.right, each.accused, each.named) == (2, 1, None)


def test_growth_with_held_connections_is_to_be_called_that():
    each = trials(
        Case("held", {}, LEAK, None, 1000.0, held=True), said("unbounded"), said("unbounded", held=True)
    )
    assert each.right == 1


def test_goals_that_are_kept():
    assert judged(
        trials(LEAKING, *[FOUND] * 19, said("no growth")),
        trials(UNNAMED, said("unbounded")),
        trials(CLEAN, said("no growth"), said("bounded"), said("no growth", load=20.0)),
    ) == {"found": True, "accused": True, "seconds": True, "function": True}


@pytest.mark.parametrize(
    ("each", "name", "found"),
    [
        (trials(LEAKING, *[FOUND] * 18, *[said("no growth")] * 2), "found", "python-100 18/20"),
        (trials(CLEAN, said("no growth"), said("unbounded", "x")), "accused", "clean 1/2"),
        (trials(CLEAN, *[said("no growth", load=16.0)] * 2), "seconds", "clean 16.0 s"),
        (trials(LEAKING, FOUND, said("unbounded")), "function", "python-100 1/2"),
    ],
)
def test_goals_that_are_missed(each, name, found):
    missed = [goal for goal in summary.goals([each]) if not goal.kept]
    assert [(goal.name, goal.found) for goal in missed] == [(name, found)]


def test_the_sporadic_one_must_be_named_but_not_always_found():
    each = trials(SPORADIC, said("sporadic"), said("no growth"), said("unbounded", "remember_sometimes"))
    assert each.right == 2
    assert judged(each) == {"function": True}


def test_without_ours_there_is_nothing_to_judge():
    each = trials(LEAKING)
    each.add("RSS +50 MB", False)
    assert list(summary.goals([each])) == []
    assert each.load is None
