"""What is told of a change."""

import math

import pytest

from suite.report.terminal.ab import so_far
from suite.report.terminal.history import change_text
from suite.stats.changepoint import ChangePoint


def make_point(**changes):
    sizes = {"change": 0.2, "low": 0.1, "high": 0.3, "status": "confirmed", "direction": "worse", **changes}
    return ChangePoint(index=9, earliest=9, latest=9, before=1.0, after=1.2, p=1e-6, **sizes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "+20 % ✗ worse (+10 % to +30 %, confirmed)"),
        ({"status": "provisional"}, "+20 % ✗ worse (+10 % to +30 %, provisional)"),
        ({"change": 0.01, "low": 0.005, "high": 0.015}, "+1 % ✗ worse (+0.5 % to +1.5 %, confirmed, small)"),
        ({"change": -0.2, "low": -0.3, "high": -0.1, "direction": "better"},
         "-20 % ✓ better (-30 % to -10 %, confirmed)"),
        ({"change": 42.0, "low": 41.0, "high": 43.0}, "+4,200 % ✗ worse (+4,100 % to +4,300 %, confirmed)"),
    ],
)  # fmt: skip
def test_a_change_is_told_with_its_interval(changes, words):
    assert change_text(make_point(**changes)).plain == words


def test_a_change_from_nothing_has_no_interval():
    nothing = make_point(change=math.inf, low=math.inf, high=math.inf)
    assert change_text(nothing).plain == "from nothing ✗ worse (confirmed)"


def test_medians_so_far_are_told_from_nothing_too():
    middles = {"response.p50": (1.0, 1.2), "failures": (0.0, 0.1), "rejected": (0.0, 0.0), "x": None}
    assert so_far(middles) == "response.p50 +20 %, failures from nothing, rejected +0 %"
