"""The shop with a change in it."""

import pytest
from studies.costs.cells import JUDGES, REPEATED, cells
from studies.costs.planted import _EXTRA, CHANGES, branch, changed
from studies.costs.rivals import accused


@pytest.mark.parametrize("case", CHANGES)
def test_each_change_is_one_line_of_a_module_that_runs(case):
    text = changed(CHANGES[case])
    before, after = _EXTRA.splitlines(), text.splitlines()
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    names = {}
    exec(compile(text, "extra.py", "exec"), names)
    names["extra"]()
    names["_journal"].close()
    names["_stock"].close()
    assert callable(names[CHANGES[case].function])


def test_branches_are_names_that_git_takes():
    assert branch("itself") == "base"
    assert [branch(case) for case in CHANGES] == [
        "instructions-1-percent",
        "a-statement",
        "100-objects",
        "an-fsync",
    ]


def test_each_judge_has_all_cases():
    assert len(cells()) == len(REPEATED) + len(JUDGES) * (1 + len(CHANGES))
    assert [cell.name for cell in cells(["median"], ["itself"])] == ["itself@median"]


def test_a_median_may_grow_by_so_many_percent():
    assert accused(1, 1.0, 1.011)
    assert not accused(5, 1.0, 1.011)
    assert not accused(1, 1.0, 0.9)
