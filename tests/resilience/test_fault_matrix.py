"""Which faults of which parties are tried, and what is refused."""

import pytest
from examples.load_fragile import weak

from suite import Component, Remote
from suite.errors import ConfigurationError
from suite.faults import First
from suite.records.resilience import FaultCourse
from suite.resilience.fault_matrix import FAULTS, fault_matrix

COURSE = FaultCourse()


def cells(*arguments):
    return [(cell.fault, cell.party) for cell in fault_matrix(*arguments).cells]


def test_every_fault_of_every_helper():
    assert cells(weak, COURSE) == [(fault, party) for party in weak.beside for fault in FAULTS]


def test_what_is_chosen_in_the_order_of_the_house():
    assert cells(weak, COURSE, ["mail", "system", "mail"], ["restart", "slow"]) == [
        ("slow", "mail"), ("restart", "mail"), ("slow", "system"), ("restart", "system"),
    ]  # fmt: skip


def test_without_helpers_the_way_to_the_system_fails():
    alone = weak.copy()
    alone.beside = {}
    assert {party for _, party in cells(alone, COURSE)} == {"system"}


def test_the_course_says_when_for_how_long_and_how_much():
    course = FaultCourse(before=3, during=1, after=4, delay=0.3, first=5)
    found = {cell.fault: cell.at for cell in fault_matrix(weak, course, ["mail"]).cells}
    assert {at.begins for at in found.values()} == {3.0}
    assert {name: at.fault.lasting for name, at in found.items()} == dict.fromkeys(FAULTS, 1.0) | {
        "restart": 0.0
    }
    assert found["slow"].fault.settings()["delay"] == 0.3
    assert str(found["first"].fault.settings()["requests"]) == str(First(5))


def test_what_can_not_be_made_of_a_party_is_skipped_and_says_why():
    elsewhere = weak.copy()
    elsewhere.system = Remote("http://127.0.0.1:1")
    found = fault_matrix(elsewhere, COURSE, ["system"])
    assert [one.fault for one in found.skipped] == ["dead", "restart"]
    assert "runs elsewhere" in found.skipped[0].why
    assert {cell.fault for cell in found.cells} == {"slow", "blackhole", "reset", "first"}
    with pytest.raises(ConfigurationError, match=r"dead of system can't be: .* runs elsewhere"):
        fault_matrix(elsewhere, COURSE, ["system"], ["dead"])


def test_all_that_makes_no_sense_is_told_at_once():
    course = FaultCourse(before=0, first=0)
    with pytest.raises(ConfigurationError) as error:
        fault_matrix(weak, course, ["databse"], ["slow", "quick"])
    assert str(error.value).splitlines() == [
        "fragile/weak has no party 'databse'; there are 'database', 'prices', 'mail', 'system'",
        "no fault is called 'quick'; there are slow, dead, blackhole, reset, first, restart",
        "before must be above 0",
        "first must be at least 1",
    ]


def test_a_component_has_nothing_around_it():
    alone = weak.copy()
    alone.system, alone.beside = Component(list), {}
    with pytest.raises(ConfigurationError, match="is a Component: it has no way to it"):
        fault_matrix(alone, COURSE)
