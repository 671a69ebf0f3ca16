"""A plan that nobody can read is no plan."""

import pytest
from support.runs import make_run


@pytest.mark.parametrize(
    "plan",
    [{"loop": ["x"]}, {"users": "many"}, {"seconds": {}}, {"stages": [[1, 2], 3]}, {"think": [1, 2, 3]},
     {"faults": 5}, {"parameters": []}, {"warmup": -1}, {"operations": 10**400}, {"rate": float("nan")},
     {"replay": []}, {"replay": {"lines": 4, "used": "all"}}, {"replay": {"skipped": {"method": "x"}}}],
    ids=str,
)  # fmt: skip
def test_what_is_of_another_form_than_its_name_says_is_refused(plan):
    with pytest.raises(ValueError, match=f"plan.{next(iter(plan))} is no "):
        make_run(plan=plan)


def test_environments_too():
    with pytest.raises(ValueError, match=r"environment\.memory is no number from 0 on: 'much'"):
        make_run(environment={"memory": "much"})


def test_what_our_loops_say_is_right():
    plan = {
        "loop": "open",
        "stages": ((10.0, 5.0), (20.0, 5.0)),
        "think": (0.1, 0.2),
        "users": None,
        "own": {},
    }
    assert make_run(plan=plan).plan == plan
