"""What a search for the load that a system recovers at comes to."""

import pytest
from support.overloads import make_recovery, overload_look

from suite.records.capacity import SearchResult
from suite.records.overload import OverloadCourse


@pytest.mark.parametrize(
    ("end", "low", "high", "at_least", "code"),
    [
        ("found", 40.0, 44.0, None, 0),
        ("range", 180.0, None, None, 0),
        ("below", None, 20.0, None, 1),
        ("budget", 40.0, None, None, 3),
        ("generator", None, None, None, 3),
        ("found", 40.0, 44.0, 0.2, 0),
        ("found", 40.0, 44.0, 0.5, 1),
        ("budget", 40.0, None, 0.5, 3),
        ("budget", 120.0, None, 0.5, 0),
    ],
)
def test_exit_codes(end, low, high, at_least, code):
    found = SearchResult(end, low, high, None, ())
    assert make_recovery(found=found, course=OverloadCourse(at_least=at_least)).exit_code == code


def test_it_is_over_its_capacity_with_its_attempts():
    assert make_recovery().share == 0.2
    assert make_recovery(found=SearchResult("below", None, 20.0, None, ())).share is None
    assert overload_look(44, False).attempts("after") == 3.95
    assert overload_look(44, incident=None).attempts("after") is None
