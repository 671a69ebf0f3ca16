"""How long a soak is, and how it is cut into windows."""

import math

import pytest

from suite.errors import ConfigurationError
from suite.soak.plan import LEAST, MOST, SoakLength


@pytest.mark.parametrize(
    ("seconds", "window"), [(60, 1.0), (120, 1.0), (3600, 30.0), (8 * 3600, 240.0), (86400, 300.0)]
)
def test_windows_are_about_120_of_a_second_to_five_minutes(seconds, window):
    length = SoakLength.of(seconds)
    assert (length.window, length.warmup) == (window, 2 * window)


def test_a_year_has_no_more_windows_than_can_be_compared():
    assert SoakLength.of(365 * 86_400).windows == MOST


def test_windows_of_a_load_that_comes_again_are_whole_cycles():
    assert SoakLength.of(3600, cycle=20).window == 40
    assert SoakLength.of(3600, 25, cycle=20).window == 25, "who asks for others gets them"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((0,), "a soak of more than 0 seconds is wanted"),
        ((1e300,), "a soak of less than a century is wanted"),
        ((math.nan,), "a soak of less than a century is wanted"),
        (
            (10,),
            f"10 s are 10 windows of 1 s, and drift needs {LEAST}; .* longer time, or --window 0.5s or less",
        ),
        ((3600, 600), "3600 s are 6 windows of 600 s, and drift needs 20; .* --window 180s or less"),
        (
            (86_400, 1),
            "86400 s are 86,400 windows of 1 s, and 3,000 can be compared; give --window 28.8s or more",
        ),
        ((60, 0), "--window: a time above 0 is wanted"),
        ((60, 1, -1), "--warmup: a time can't be negative"),
    ],
)
def test_what_says_nothing_is_refused_with_what_would(given, said):
    with pytest.raises(ConfigurationError, match=said):
        SoakLength.of(*given)
