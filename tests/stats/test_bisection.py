"""Halving a line of commits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.records.comparison import Shift
from suite.stats.bisection import Bounds, bisect, questions, side

WHOLE = Shift(0.30, 0.22, 0.38)


@given(st.integers(1, 500), st.data())
def test_the_commit_is_found_in_as_many_questions_as_halving_takes(length, data):
    first_bad = data.draw(st.integers(0, length - 1))
    asked = []

    def ask(place):
        asked.append(place)
        return "bad" if place >= first_bad else "good"

    assert bisect(length, ask) == Bounds(first_bad - 1, first_bad)
    assert len(asked) <= math.ceil(math.log2(length)) == questions(Bounds(-1, length - 1))


@given(st.integers(1, 60), st.data())
def test_what_is_unclear_widens_the_range_by_no_more_than_itself(length, data):
    first_bad = data.draw(st.integers(0, length - 1))
    unclear = data.draw(st.sets(st.integers(0, length - 2))) if length > 1 else set()
    asked = []

    def ask(place):
        asked.append(place)
        return "unclear" if place in unclear else "bad" if place >= first_bad else "good"

    found = bisect(length, ask)
    assert found.good < first_bad <= found.bad
    assert set(range(found.good + 1, found.bad)) <= unclear
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(
    ("shift", "like"),
    [
        (Shift(0.01, -0.03, 0.05), "good"),
        (Shift(0.28, 0.20, 0.36), "bad"),
        (Shift(0.12, 0.02, 0.20), "unclear"),
        (Shift(-0.40, -0.45, -0.35), "good"),
        (Shift(0.28, -math.inf, math.inf), "unclear"),
    ],
)
def test_a_commit_is_like_the_end_whose_half_its_interval_lies_in(shift, like):
    assert side(shift, WHOLE) == like
    assert side(shift.negated(), WHOLE.negated()) == like
