"""The rivals' rules on a leak that each of them sees, and on something bounded that each takes for one."""

import pytest
from examples import leaky
from studies.leaks_accuracy import memray_rule, resident_rule
from studies.leaks_accuracy.cases import CASES

KNOWN = {case.name: case for case in CASES}


def test_the_cases_name_functions_that_there_are():
    assert len(KNOWN) == len(CASES)
    for case in CASES:
        assert case.function is None or callable(getattr(leaky, case.function))
        assert case.parameters["behaviour"] in leaky.BEHAVIOURS
        assert bool(case.bytes) is case.leaks


def test_every_behaviour_has_a_case():
    assert {case.parameters["behaviour"] for case in CASES} == set(leaky.BEHAVIOURS)


@pytest.mark.exhaustive
def test_the_resident_rule_takes_a_ring_for_a_leak_and_misses_one():
    assert resident_rule.accuses(KNOWN["ring"])
    assert not resident_rule.accuses(KNOWN["python-10000"])
    assert not resident_rule.accuses(KNOWN["clean-fork"])


def test_the_exit_of_a_test_is_read():
    assert not memray_rule.read(0, "1 passed")
    assert memray_rule.read(
        1, "Test was allowed to leak 1.0MiB per location but at least one location leaked more"
    )
    for status, output in ((1, "ImportError: no memray"), (2, "interrupted"), (5, "no tests ran")):
        with pytest.raises(memray_rule.Failed, match=output):
            memray_rule.read(status, output)


def test_one_process_is_all_that_a_test_has():
    assert memray_rule.can_express(KNOWN["python-100"])
    assert not memray_rule.can_express(KNOWN["fork-100"])


@pytest.mark.skipif(memray_rule.missing() is not None, reason="pytest-memray is not installed")
@pytest.mark.parametrize(
    ("name", "limit", "accused"),
    [("python-1000", "1 MB", False), ("python-1000", "10 KB", True), ("cache-late", "10 KB", True)],
)
def test_the_limit_of_memray(name, limit, accused):
    assert memray_rule.accuses(KNOWN[name], limit) is accused
