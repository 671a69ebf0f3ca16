import math
from itertools import accumulate
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.leaks.rule import (
    COARSE,
    FLOORS,
    Floor,
    Suspicion,
    confirms,
    detectable,
    scattered,
    settled,
    slowing,
    suspicion,
)
from suite.records.leak import MEMORY

BLOCKS, MALLOC = FLOORS["blocks"], FLOORS["malloc"]
TRACED = Floor(8, 4_096)
"""What call stacks are judged by."""


def levels_of(*deltas):
    return [0, *accumulate(deltas)]


def injected(levels, per_operation, operations):
    return [level + per_operation * operations * i for i, level in enumerate(levels)]


growth = st.lists(st.integers(-300, 1_000), min_size=4, max_size=24)
floors = st.sampled_from([BLOCKS, MALLOC, FLOORS["resident"], TRACED])


def spelled_out(levels, operations, floor):
    """The rule, word by word."""
    deltas = np.diff(levels)
    half = len(deltas) // 2
    return (
        8 * (deltas > 0).sum() >= 7 * len(deltas)
        and (deltas[-2:] > 0).all()
        and deltas[-half:].sum() >= 0.5 * deltas[:half].sum()
        and median(deltas.tolist()) / operations >= floor.per_operation
        and levels[-1] - levels[0] >= floor.total
    )


@given(growth, st.sampled_from([1, 4, 100]), floors)
def test_the_rule_is_what_it_says(deltas, operations, floor):
    levels = levels_of(*deltas)
    found = suspicion(levels, operations, floor)
    assert (found is not None) == spelled_out(levels, operations, floor)
    if found is not None:
        assert found.total == levels[-1] - levels[0]
        assert found.per_operation == pytest.approx(found.total / (len(deltas) * operations))


def test_two_blocks_per_operation_are_suspected():
    assert suspicion(levels_of(*[200] * 8), 100, BLOCKS) == Suspicion(2.0, 1_600)


@pytest.mark.parametrize(
    ("deltas", "why"),
    [
        ([200] * 3, "too few windows"),
        ([200, 0, 200, 200, 0, 200, 200, 200], "two windows do not rise"),
        ([200] * 7 + [0], "the last does not rise"),
        ([200] * 6 + [-1, 200], "the last but one does not rise"),
        ([300, 300, 300, 300, 100, 100, 100, 100], "it slows down"),
        ([4] * 8, "too little for an operation"),
        ([1, 1, 1, 1, 1, 1, 1, 20_000], "a step is no trend"),
    ],
)
def test_what_is_not_suspected(deltas, why):
    assert suspicion(levels_of(*deltas), 100, BLOCKS) is None, why


def test_one_window_of_eight_need_not_rise():
    assert suspicion(levels_of(200, 200, -50, 200, 200, 200, 200, 200), 100, BLOCKS)


def test_floors_hold_for_the_total_too():
    assert suspicion(levels_of(*[3] * 4), 1, BLOCKS) is None
    assert suspicion(levels_of(*[4] * 4), 1, BLOCKS)
    assert MALLOC.shared(4) == Floor(2, 2_000)
    assert COARSE["resident"].total > FLOORS["resident"].total
    assert all(COARSE[name] == FLOORS[name] for name in COARSE.keys() - {*MEMORY}), "things are whole numbers"


@given(growth, st.integers(-(10**9), 10**9), floors)
def test_a_constant_more_changes_nothing(deltas, constant, floor):
    levels = levels_of(*deltas)
    moved = [level + constant for level in levels]
    for rule in (suspicion, scattered, detectable, settled):
        assert rule(levels, 100, floor) == rule(moved, 100, floor)


@st.composite
def leaking(draw):
    """Noise with a leak on top that is found: levels over windows of 10 operations, and the floor."""
    levels, floor = levels_of(*draw(growth)), draw(floors)
    leak = math.floor(detectable(levels, 10, floor)) + 1 + draw(st.integers(0, 1_000))
    return injected(levels, leak, 10), floor


@given(leaking(), st.integers(2, 50))
def test_longer_windows_with_as_much_more_growth_keep_a_suspicion(leak, factor):
    levels, floor = leak
    found = suspicion(levels, 10, floor)
    longer = suspicion([factor * level for level in levels], factor * 10, floor)
    assert longer.per_operation == pytest.approx(found.per_operation)


@given(leaking(), st.lists(st.floats(0.6, 1.6), min_size=4, max_size=4), st.integers(1, 10**6))
def test_more_growth_never_hides_a_leak(leak, shares, more):
    """`more` of an operation on top, in both stages; the confirming one has `shares` of what is expected."""
    levels, floor = leak
    first = suspicion(levels, 10, floor)
    later = levels_of(*(math.ceil(share * first.per_operation * 40) for share in shares))
    steeper = suspicion(injected(levels, more, 10), 10, floor)
    assert steeper.per_operation == pytest.approx(first.per_operation + more)
    if confirms(later, 40, floor, first):
        assert confirms(injected(later, more, 40), 40, floor, steeper)


# --- warm-up


def test_three_flat_windows_settle():
    assert settled(levels_of(900, 400, 0, 1, -1), 100, BLOCKS)
    assert not settled(levels_of(0, 0), 100, BLOCKS)
    assert not settled(levels_of(900, 400, 0, 1, 60), 100, BLOCKS)


def test_what_jitters_settles_once_it_makes_no_new_high():
    assert settled(levels_of(300, -200, 150, -100, 50, -80), 100, BLOCKS)
    assert not settled(levels_of(300, -200, 150, -100, 50, 500), 100, BLOCKS)
    assert not settled(levels_of(*[200] * 20), 100, BLOCKS)


# --- confirmation

FIRST = Suspicion(2.0, 1_600)


@pytest.mark.parametrize("deltas", [[800] * 4, [500] * 4, [700, 300, 900, 600], [1_500, 900, 700, 700]])
def test_growth_that_goes_on_is_confirmed(deltas):
    assert confirms(levels_of(*deltas), 400, BLOCKS, FIRST)


@pytest.mark.parametrize(
    "deltas",
    [
        [800, 800, 0, 800],
        [800, 800, 800, 0],
        [390] * 4,
        [900, 900, 900, 300],
        [800, 650, 500, 390],  # slower than before, and slowing
        [1, 1, 1, 1],
        [],
    ],
)
def test_what_ends_is_not_confirmed(deltas):
    assert not confirms(levels_of(*deltas), 400, BLOCKS, FIRST)


# --- irregular growth


def test_irregular_growth_that_stays_is_scattered():
    assert scattered(levels_of(0, 0, 40, 0, 0, 0, 40, 0), 100, BLOCKS)
    assert scattered(levels_of(0, 0, 1_000, 0, 0, 0, 0, 0), 100, BLOCKS)
    assert not scattered(levels_of(0, 0, 8, 0, 0, 0, 7, 0), 100, BLOCKS), "below the floor"
    assert not scattered(levels_of(0, 0, 40, 0, 0, 0, 40, -60), 100, BLOCKS), "given back"
    assert not scattered(levels_of(*[200] * 8), 100, BLOCKS), "steady"


def test_slowing_compares_halves():
    assert slowing(levels_of(100, 100, 30, 40))
    assert not slowing(levels_of(100, 100, 50, 40))
    assert not slowing(levels_of(100, 100, 999, 50, 40))


@pytest.mark.parametrize("spread", [20, 300, 5_000])
def test_noise_is_rarely_scattered_and_hardly_ever_suspected(spread):
    random = np.random.default_rng(spread)
    looks = [random.integers(-spread, spread, 9, endpoint=True).tolist() for _ in range(5_000)]
    assert sum(scattered(levels, 100, BLOCKS) for levels in looks) <= 15
    assert sum(suspicion(levels, 100, BLOCKS) is not None for levels in looks) <= 5


# --- what would have been noticed


@given(growth, st.sampled_from([10, 100, 500]), floors)
def test_the_detectable_growth_is_noticed_over_the_same_noise(deltas, operations, floor):
    levels = levels_of(*deltas)
    least = detectable(levels, operations, floor)
    total = floor.total / (len(deltas) * operations)
    assert least >= max(floor.per_operation, total) - 1e-9
    assert suspicion(injected(levels, least * 1.000001 + 1e-9, operations), operations, floor)


@pytest.mark.parametrize("spread", [0, 3, 20, 300])
def test_the_detectable_growth_is_noticed_over_other_noise_and_a_third_is_not(spread):
    random = np.random.default_rng(spread)
    noticed, third = 0, 0
    for _ in range(500):
        before, after, again = (random.integers(-spread, spread, 9, endpoint=True) for _ in range(3))
        least = detectable(before.tolist(), 100, BLOCKS) * 1.001
        noticed += suspicion(injected(after.tolist(), least, 100), 100, BLOCKS) is not None
        third += suspicion(injected(again.tolist(), least / 3, 100), 100, BLOCKS) is not None
    assert noticed >= 0.8 * 500
    assert third <= 0.2 * 500


def test_too_few_windows_notice_nothing():
    assert math.isinf(detectable(levels_of(1, 1, 1), 100, BLOCKS))


def test_quiet_levels_notice_what_passes_the_floor():
    assert detectable([5] * 9, 100, BLOCKS) == pytest.approx(0.05)
    assert detectable([5] * 9, 100, MALLOC) == pytest.approx(8)
    assert detectable([5] * 5, 10, BLOCKS) == pytest.approx(16 / 40)
