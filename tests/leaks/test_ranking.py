"""The rule on call sites, with stacks made up."""

import numpy as np
import pytest

from suite.leaks.ranking import Ranking
from suite.leaks.recorded import Stack
from suite.leaks.site import Sites

OPERATIONS = [100] * 8
STEADY = np.arange(9.0)


def stack(function, sizes, *callers, file="/app.py", native=()):
    """A stack that holds `sizes` in blocks of 100 bytes."""
    python = tuple((name, file, 1 + line) for line, name in enumerate((function, *callers)))
    sizes = np.asarray(sizes, float)
    return Stack(python if function else (), native, np.stack([sizes, sizes / 100, sizes * 1.12]))


def ranked(*stacks, operations=OPERATIONS):
    ranking = Ranking(Sites(), operations)
    for one in stacks:
        ranking.add(one)
    return ranking


def names(ranking):
    return [suspect.function for suspect in ranking.suspects()]


def test_two_leaks_are_ranked_by_size():
    found = ranked(stack("small", 1000 * STEADY), stack("large", 10_000 * STEADY)).suspects()
    assert [suspect.function for suspect in found] == ["large", "small"]
    assert [suspect.bytes_per_operation for suspect in found] == pytest.approx([100, 10])
    assert [suspect.blocks_per_operation for suspect in found] == pytest.approx([1, 0.1])
    assert [suspect.share for suspect in found] == pytest.approx([10 / 11, 1 / 11])


def test_a_leak_spread_over_stacks_below_the_floor_shows_with_its_sum():
    spread = [stack("leaks", 60 * STEADY, f"caller{index}") for index in range(40)]
    assert names(ranked(spread[0])) == []
    (found,) = ranked(*spread).suspects()
    assert found.bytes_per_operation == pytest.approx(24)


def test_the_heaviest_stack_is_kept_with_its_line():
    one, two = stack("leaks", 1000 * STEADY, "a"), stack("leaks", 3000 * STEADY, "b", "c")
    (found,) = ranked(one, two).suspects()
    assert [frame.function for frame in found.stack] == ["leaks", "b", "c"]
    assert found.line == 1


def test_deep_stacks_are_cut():
    (found,) = ranked(stack("leaks", 1000 * STEADY, *["leaks"] * 80)).suspects()
    assert len(found.stack) == 25


def test_the_same_stack_of_several_processes_is_one():
    alone = stack("leaks", 500 * STEADY, "main")  # 5 bytes per operation: below the floor
    assert names(ranked(alone)) == []
    assert names(ranked(alone, alone)) == ["leaks"]


def test_a_noisy_site_does_not_hide_the_stack_that_leaks():
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 9000, 9)
    noise[-1] = noise[0]
    leak = stack("site", 10_000 * STEADY, "leaks")
    found = ranked(leak, stack("site", 1e6 + 6 * noise, "churns"))
    assert names(found) == ["site"]
    assert found.suspects()[0].bytes_per_operation == pytest.approx(100)


def test_a_full_cache_that_is_filled_from_elsewhere_is_no_leak():
    before = stack("put", 80_000 - 10_000 * STEADY, "warm_up")
    now = stack("put", 10_000 * STEADY, "operation")
    assert names(ranked(before, now)) == []


def test_a_place_taken_over_from_another_site_is_said():
    found = ranked(stack("warm_up", 80_000 - 10_000 * STEADY), stack("put", 10_000 * STEADY))
    assert names(found) == ["put"]
    (fall,) = found.falls()
    assert fall.kind == "gave_back"
    assert fall.figures == {"function": "warm_up", "file": "/app.py", "bytes": pytest.approx(100)}


@pytest.mark.parametrize(
    "sizes",
    [
        7 * 100 * STEADY,  # 7 bytes per operation
        np.minimum(10_000 * STEADY, 40_000),  # fills early
        [0, 90_000, 0, 90_000, 0, 90_000, 0, 90_000, 0],
        np.full(9, 1e9),
        80_000 - 10_000 * STEADY,
    ],
)
def test_what_does_not_go_on_growing_is_no_suspect(sizes):
    assert names(ranked(stack("innocent", sizes))) == []


def test_windows_of_different_lengths_are_compared_per_operation():
    operations = [100, 100, 100, 100, 400, 400, 400, 400]
    leak = np.concatenate([[0], np.cumsum(operations)]) * 50.0
    (found,) = ranked(stack("leaks", leak), operations=operations).suspects()
    assert found.bytes_per_operation == pytest.approx(50)
    filled = np.concatenate([np.arange(5) * 5000.0, 20_000 + np.arange(1, 5) * 1000])
    assert names(ranked(stack("slows", filled), operations=operations)) == []


def test_without_a_python_frame_the_symbol_is_the_site():
    symbol = ("grow", "/build/machine/lib.c", 12)
    (found,) = ranked(stack("", 1000 * STEADY, native=(symbol,))).suspects()
    assert (found.function, found.file, found.line) == ("grow", "lib.c", 12)


def test_without_any_frame_it_is_nameless():
    found = ranked(stack("", 1000 * STEADY), stack("known", 2000 * STEADY))
    assert names(found) == ["known"]
    assert found.nameless == pytest.approx(11.2)
    assert found.explained == pytest.approx(22.4)
