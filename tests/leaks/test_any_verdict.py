"""A search for leaks ends, and does not mind how processes are called, whatever it is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.leak_cases import CLEAN, LEAK, SMALL, system_of
from support.leaking import System, adds, drive, jitters, usual
from support.leaking_amounts import done, held
from support.leaking_processes import recycled

from suite.leaks.verdict import Idle, Reading, Rules, Window, search
from suite.records.reason import Reason
from suite.report.reasons import verdict_words

MOST = 98
"""Steps of a search by the usual rules, at the very most."""


class Moved(System):
    """The same under other process ids, and with other levels to begin with."""

    ids = ()
    more = 0

    def marks(self):
        return {
            self.ids[pid]: Reading(
                reading.blocks + self.more, reading.malloc + 48 * self.more, reading.resident + self.more
            )
            for pid, reading in super().marks().items()
        }


@given(
    st.permutations([7, 11, 200, 3]),
    st.integers(0, 10**6),
    st.sampled_from([(), (adds(done, 2, **SMALL),), (adds(held, 2, **SMALL),), (jitters(1, blocks=150),)]),
    st.integers(0, 100),
)
def test_ids_and_first_levels_do_not_matter(ids, more, parts, seed):
    parts = (usual(0), usual(1), usual(2), usual(3), *parts)
    moved = Moved(seed, *parts)
    moved.ids, moved.more = ids, more
    plain = drive(System(seed, *parts))
    other = drive(moved)
    assert (other.outcome, other.operations) == (plain.outcome, plain.operations)


@given(st.integers(1, 50), st.integers(0, 20))
def test_a_larger_leak_is_a_leak_too(factor, seed):
    leak = adds(done, blocks=2 * factor, malloc=100 * factor)
    assert drive(System(seed, usual(), leak)).outcome in LEAK
    assert drive(System(seed, usual(), recycled(500), leak)).outcome in LEAK


levels = st.none() | st.integers(0, 10**9) | st.floats()
readings = st.builds(Reading, levels, levels, levels, st.booleans())
several = st.dictionaries(st.integers(1, 4), readings, min_size=1, max_size=4)


def driven(marks, rules):
    """A search that is sent `marks`, the last ones for ever; its steps and the verdict."""
    course = search(rules)
    steps = [next(course)]
    try:
        while True:
            steps.append(course.send(marks[min(len(steps), len(marks)) - 1]))
    except StopIteration as end:
        return steps, end.value


@given(st.lists(several, min_size=1, max_size=40), st.booleans())
def test_it_ends_whatever_it_is_sent(marks, twice):
    steps, verdict = driven(marks, Rules(held=twice))
    assert len(steps) <= MOST
    assert verdict.operations == sum(step.operations for step in steps if isinstance(step, Window))
    assert verdict_words(verdict)
    assert (verdict.detectable is None) or verdict.detectable > 0


rising = st.lists(st.integers(0, 400), min_size=1, max_size=60)


@given(rising, rising, st.sets(st.integers(0, 59), max_size=6))
def test_it_ends_on_what_rises_and_breaks_off(first, second, gaps):
    """More like real marks: levels that rise, some that can't be read, a process that is replaced."""
    marks, blocks, malloc = [], 0, 0
    for index in range(60):
        blocks += first[index % len(first)]
        malloc += 50 * second[index % len(second)]
        known = index not in gaps
        marks.append(
            {
                1: Reading(blocks if known else None, malloc if known else None, 10**7 + malloc),
                2 + index // 25: Reading(500 + blocks // 3, malloc, 10**7, python=known),
            }
        )
    steps, verdict = driven(marks, Rules())
    assert len(steps) <= MOST
    assert verdict.outcome != "released" or any(isinstance(step, Idle) for step in steps)
    assert verdict.outcome != "unbounded" or any(isinstance(step, Idle) for step in steps)


def test_counters_that_fail_in_turn_settle_nothing():
    marks = [{1: Reading(1, None, None)}, {1: Reading(None, 1, None)}]
    _, verdict = driven(marks * 50, Rules())
    assert verdict.outcome == "unsettled"
    assert Reason("no_whole_counter") in verdict.reasons
    assert verdict.detectable is None


def test_nothing_at_all_ends_at_once():
    steps, verdict = driven([{}], Rules())
    assert len(steps) == 1
    assert verdict.outcome == "unsettled"


@pytest.mark.parametrize("wrong", [{"requests": 0}, {"windows": 3}, {"confirm": 0}, {"sporadic": 0}])
def test_rules_that_can_not_decide_are_refused(wrong):
    with pytest.raises(ValueError, match="windows"):
        Rules(**wrong)


@pytest.mark.parametrize("windows", [4, 12, 20])
def test_other_numbers_of_windows_decide_too(windows):
    rules = Rules(windows=windows, requests=200)
    for seed in range(5):
        assert drive(system_of("clean", seed), rules).outcome in CLEAN
        assert drive(system_of("100 B", seed), rules).outcome in LEAK
        assert drive(system_of("held connections", seed), rules).outcome in LEAK
