"""What is done by the clock: told from the same operations taking longer, and from nothing being asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.costs.clock_work import NONE, ClockWork, fitted

RATES, TIMES, FACTORS = st.floats(0.1, 1e6), st.floats(0.1, 60), st.floats(1.3, 5)


@given(rate=RATES, late=st.floats(0, 2), short=TIMES, factor=FACTORS)
def test_how_late_it_comes_is_found(rate, late, short, factor):
    work, long = ClockWork(rate, late), short * factor
    more = work.within(long) - work.within(short)
    assert fitted(rate, short, long, more).within(short) == pytest.approx(work.within(short), rel=1e-3)


@given(rate=RATES, short=TIMES, factor=FACTORS, share=st.floats(0.01, 10))
def test_more_of_it_is_taken_off_the_more_of_it_there_is(rate, short, factor, share):
    long = short * factor
    less, most = (fitted(rate, short, long, one * rate * (long - short)) for one in (share, 1.05 * share))
    assert 0 < less.within(short) <= most.within(short) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("idle", "more", "found"),
    [
        (10.0, 0.0, NONE),  # not under load
        (10.0, -3.0, NONE),
        (10.0, 44.0, ClockWork(10.0)),  # a few ticks are chance
        (10.0, 60.0, ClockWork(15.0)),  # what is done only under load
        (0.0, 60.0, ClockWork(15.0)),
    ],
)
def test_what_is_done_under_load_decides(idle, more, found):
    assert fitted(idle, 4.0, 8.0, more) == found
