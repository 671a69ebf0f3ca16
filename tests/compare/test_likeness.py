"""What may be compared with what."""

from __future__ import annotations

import pytest
from support.runs import make_run

from suite.compare.likeness import Likeness, likeness, one_plan
from suite.records.classes import machine_class, memory_class
from suite.records.reason import Reason

ENVIRONMENT = {
    "cpu": "EPYC", "cores": 8, "affinity": 8, "governor": None, "memory": 32_000_000_000, "machine": "x86_64",
    "kernel": "6.1", "container": "docker", "host": "abc", "python": "3.11.2", "implementation": "CPython",
    "packages": {"uvloop": "0.20", "numpy": "1.26"},
}  # fmt: skip
PLAN = {"loop": "closed", "users": 8, "seconds": 10.0, "parameters": {"limit": 5}}


def run(environment=None, plan=None, **changes):
    return make_run(environment=ENVIRONMENT | (environment or {}), plan=PLAN | (plan or {}), **changes)


def differs(kind, base, head, fact=None):
    return Reason(kind, {**({} if fact is None else {"fact": fact}), "base": base, "head": head})


def test_equal_runs_are_alike():
    assert likeness(run(), run()) == Likeness()
    assert likeness(run(), run()).alike


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cpu": "Xeon"}, differs("other_hardware", "EPYC", "Xeon", "cpu")),
        ({"cores": 4}, differs("other_hardware", 8, 4, "cores")),
        ({"affinity": 2}, differs("other_hardware", 8, 2, "affinity")),
        ({"container": "none"}, differs("other_hardware", "docker", "none", "container")),
        ({"machine": "aarch64"}, differs("other_hardware", "x86_64", "aarch64", "machine")),
        ({"memory": 16_000_000_000}, differs("other_hardware", 32_000_000_000, 16_000_000_000, "memory")),
    ],
)
def test_other_hardware_is_refused(changed, reason):
    found = likeness(run(), run(changed))
    assert found == Likeness(refused=(reason,))
    assert not found.alike


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"kernel": "6.6"}, differs("other_software", "6.1", "6.6", "kernel")),
        ({"python": "3.12.1"}, differs("other_software", "3.11.2", "3.12.1", "python")),
        ({"governor": "performance"}, differs("other_software", None, "performance", "governor")),
        ({"host": "def"}, differs("other_software", "abc", "def", "host")),
        (
            {"packages": {"uvloop": "0.21", "numpy": "1.26"}},
            differs("other_package", "0.20", "0.21", "uvloop"),
        ),
        ({"packages": {"numpy": "1.26"}}, differs("other_package", "0.20", None, "uvloop")),
        ({"cpu": None}, differs("other_hardware", "EPYC", None, "cpu")),
        ({"memory": None}, differs("other_hardware", 32_000_000_000, None, "memory")),
    ],
)
def test_other_differences_are_notes(changed, reason):
    found = likeness(run(), run(changed))
    assert found == Likeness(notes=(reason,))
    assert found.alike


def test_changes_that_were_not_committed_are_a_note():
    assert likeness(run(), run(dirty=True)).notes == (Reason("uncommitted", {"side": "head"}),)


def test_a_kernel_s_share_of_memory_makes_no_other_machine():
    assert likeness(run(), run({"memory": 31_900_000_000})) == Likeness()


def test_a_history_and_a_comparison_know_the_same_machines():
    """One rule for memory: what is no other machine to one of them is none to the other."""
    for size in range(1_000_000_000, 70_000_000_000, 370_000_000):
        one, other = ENVIRONMENT | {"memory": size}, ENVIRONMENT | {"memory": int(size * 1.03)}
        alike = likeness(run(one), run(other)).alike
        assert alike == (machine_class(one) == machine_class(other))


@pytest.mark.parametrize("nominal", [1, 1.125, 1.25, 1.375, 1.5, 1.75, 1.875])
def test_another_kernel_makes_no_other_machine(nominal):
    """Of each usual size it leaves 93 % or more."""
    for doublings in range(30, 41):
        left = {memory_class(nominal * 2**doublings * share / 1000) for share in range(932, 998)}
        assert len(left) == 1
    assert memory_class(16e9) != memory_class(8e9) != memory_class(12e9)


def test_of_many_packages_a_handful_is_named():
    versions = {f"package{at}": "1" for at in range(9)}
    newer = {"packages": dict.fromkeys(versions, "2") | {"same": "1"}}
    found = likeness(run({"packages": versions | {"same": "1"}}), run(newer)).notes
    assert found == (
        *(differs("other_package", "1", "2", f"package{at}") for at in range(5)),
        Reason("other_packages", {"more": 4}),
    )


def test_packages_that_only_one_side_recorded_are_no_difference():
    """As where one process imported more than another, or a Run is from before more were recorded."""
    more = {"uvloop": "0.21", "numpy": "1.26"} | {f"package{at}": "1" for at in range(9)}
    found = likeness(run(), run({"packages": more})).notes
    assert found == (differs("other_package", "0.20", "0.21", "uvloop"),)


def test_another_load_is_refused():
    assert likeness(run(), run(plan={"users": 16})).refused == (differs("other_load", 8, 16, "users"),)
    assert likeness(run(), run(plan={"target": "http://x"})).refused == (
        differs("other_load", None, "http://x", "target"),
    )


def test_lengths_and_parameters_are_notes():
    found = likeness(run(), run(plan={"seconds": 30.0, "parameters": {"limit": 6, "new": 1}}))
    assert found.alike
    assert found.notes == (
        differs("other_plan", 10.0, 30.0, "seconds"),
        differs("other_parameter", 5, 6, "limit"),
        differs("other_parameter", None, 1, "new"),
    )


def test_other_limits_of_good_operations_are_a_note():
    found = likeness(run(plan={"good": {"gap": 0.05}}), run(plan={"good": {"gap": 0.1}}))
    assert found.alike
    assert found.notes == (differs("other_plan", "{'gap': 0.05}", "{'gap': 0.1}", "good"),)


def test_another_number_of_rounds_is_a_note():
    assert likeness(run(rounds=3), run(rounds=1)) == Likeness(notes=(differs("other_rounds", 3, 1),))


def test_tuples_that_came_back_from_the_ledger_as_lists_are_equal():
    stages = {"stages": ((10.0, 1.0), (20.0, 1.0))}
    assert likeness(run(plan=stages), run(plan={"stages": [[10.0, 1.0], [20.0, 1.0]]})) == Likeness()


def test_closed_and_open_loops_and_other_workloads_are_never_compared():
    found = likeness(run(), run(plan={"loop": "open", "users": 8}, workload="api/steady"))
    assert found.never == (
        differs("other_workload", "dicom/receive", "api/steady"),
        differs("other_loop", "closed", "open"),
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


def test_a_load_with_faults_is_another_one():
    """Nobody compares a round in which the database was killed with one in which it was not."""
    killed = run(plan={"faults": ["Kill of database at 5 s for 1 s"]})
    assert likeness(killed, killed).alike
    (reason,) = likeness(run(), killed).refused
    assert reason == differs("other_load", None, "['Kill of database at 5 s for 1 s']", "faults")
