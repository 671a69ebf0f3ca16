"""How a backend is told to deal with its property management system."""

import pytest

from suite.reference.hotel.pms.settings import PmsSettings


def test_what_is_there_from_the_start_can_work():
    assert list(PmsSettings().pms_faults()) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"pms_attempts": 0}, "pms_attempts is a whole number from 1, not 0"),
        ({"pms_threshold": 1.5}, "pms_threshold is a whole number from 1, not 1.5"),
        ({"pms_timeout": 0}, "pms_timeout is a time above 0, not 0"),
        ({"pms_budget": -0.1}, "pms_budget can't be negative, as -0.1 is"),
    ],
)
def test_what_can_not_work_is_told(given, told):
    assert list(PmsSettings(**given).pms_faults()) == [told]
