"""What the collector did between two readings, over all processes."""

from hypothesis import given
from hypothesis import strategies as st

from suite.measure.garbage import Garbage, between
from suite.process.injection import Generation

counts = st.integers(0, 10**6)
generations = st.builds(Generation, counts, counts, counts, st.floats(0, 100), st.floats(0, 1))
accounts = st.lists(generations, min_size=3, max_size=3)


def test_nobody_keeps_an_account():
    assert between({}, {}) is None


def test_sums_over_processes_and_the_longest_of_all():
    before = {1: [Generation(10, 5, 0, 1.0, 0.5)]}
    after = {1: [Generation(12, 9, 1, 1.5, 0.2)], 2: [Generation(3, 4, 0, 0.25, 0.1)]}
    assert between(before, after) == Garbage((5,), (8,), 1, 0.75, 0.2)


@given(accounts, accounts)
def test_readings_add_up(first, more):
    then = {1: first}
    now = {
        1: [
            Generation._make([*(a + b for a, b in zip(one[:4], two[:4], strict=True)), two.longest])
            for one, two in zip(first, more, strict=True)
        ]
    }
    found = between(then, now)
    assert found.collections == tuple(one.collections for one in more)
    assert found.freed == tuple(one.collected for one in more)
    assert abs(found.pause - sum(one.pause for one in more)) < 1e-6
    assert found.longest == max(one.longest for one in more)
