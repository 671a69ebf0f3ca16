"""What may be compared with what."""

from __future__ import annotations

import pytest
from support.runs import make_run

from suite.history.likeness import Likeness, likeness, one_plan

ENVIRONMENT = {
    "cpu": "EPYC", "cores": 8, "affinity": 8, "governor": None, "memory": 32_000_000_000, "machine": "x86_64",
    "kernel": "6.1", "container": "docker", "host": "abc", "python": "3.11.2", "implementation": "CPython",
    "packages": {"uvloop": "0.20", "numpy": "1.26"}, "dirty": False,
}  # fmt: skip
PLAN = {"loop": "closed", "users": 8, "seconds": 10.0, "parameters": {"limit": 5}}


def run(environment=None, plan=None, **changes):
    return make_run(environment=ENVIRONMENT | (environment or {}), plan=PLAN | (plan or {}), **changes)


def test_equal_runs_are_alike():
    assert likeness(run(), run()) == Likeness()
    assert likeness(run(), run()).alike


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"cpu": "Xeon"}, "CPU: EPYC v Xeon"),
        ({"cores": 4}, "cores: 8 v 4"),
        ({"affinity": 2}, "usable cores: 8 v 2"),
        ({"container": "none"}, "container class: docker v none"),
        ({"machine": "aarch64"}, "architecture: x86_64 v aarch64"),
        ({"memory": 16_000_000_000}, "memory: 32.0 GB v 16.0 GB"),
    ],
)
def test_other_hardware_is_refused(changed, line):
    found = likeness(run(), run(changed))
    assert found == Likeness(refused=(line,))
    assert not found.alike


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"kernel": "6.6"}, "kernel: 6.1 v 6.6"),
        ({"python": "3.12.1"}, "Python: 3.11.2 v 3.12.1"),
        ({"governor": "performance"}, "CPU governor: unknown v performance"),
        ({"host": "def"}, "host: abc v def"),
        ({"packages": {"uvloop": "0.21", "numpy": "1.26"}}, "package uvloop: 0.20 v 0.21"),
        ({"packages": {"numpy": "1.26"}}, "package uvloop: 0.20 v unknown"),
        ({"dirty": True}, "head had changes that were not committed"),
        ({"cpu": None}, "CPU: EPYC v unknown"),
        ({"memory": None}, "memory: 32000000000 v unknown"),
    ],
)
def test_other_differences_are_notes(changed, line):
    found = likeness(run(), run(changed))
    assert found == Likeness(notes=(line,))
    assert found.alike


def test_a_kernel_s_share_of_memory_makes_no_other_machine():
    assert likeness(run(), run({"memory": 31_900_000_000})) == Likeness()


def test_another_load_is_refused():
    assert likeness(run(), run(plan={"users": 16})).refused == ("load, users: 8 v 16",)
    assert likeness(run(), run(plan={"target": "http://x"})).refused == ("load, target: unknown v http://x",)


def test_lengths_and_parameters_are_notes():
    found = likeness(run(), run(plan={"seconds": 30.0, "parameters": {"limit": 6, "new": 1}}))
    assert found.alike
    assert found.notes == ("seconds: 10.0 v 30.0", "parameter limit: 5 v 6", "parameter new: unknown v 1")


def test_another_number_of_rounds_is_a_note():
    assert likeness(run(rounds=3), run(rounds=1)) == Likeness(notes=("rounds: 3 v 1",))


def test_tuples_that_came_back_from_the_ledger_as_lists_are_equal():
    stages = {"stages": ((10.0, 1.0), (20.0, 1.0))}
    assert likeness(run(plan=stages), run(plan={"stages": [[10.0, 1.0], [20.0, 1.0]]})) == Likeness()


def test_closed_and_open_loops_and_other_workloads_are_never_compared():
    found = likeness(run(), run(plan={"loop": "open", "users": 8}, workload="api/steady"))
    assert found.never == (
        "workload: dicom/receive v api/steady",
        "loop: closed v open; closed and open loops measure different things",
    )
    assert not found.alike


@pytest.mark.parametrize(
    ("plan", "one"),
    [
        ({}, True),
        ({"seconds": 30.0}, False),
        ({"quick": True}, False),
        ({"users": 9}, False),
        ({"seed": 7}, True),
        ({"parameters": {"limit": 6}}, False),
        ({"parameters": {"limit": 5, "new": 1}}, True),
        ({"parameters": None}, True),
        ({"repeated": [{"round": 1}]}, True),
    ],
)
def test_a_spread_is_of_one_plan(plan, one):
    assert one_plan(run(), run(plan=plan)) == one
