"""Starts without an end go on as if they were one plan."""

from itertools import islice

import numpy as np
import pytest

from suite import open_loop
from suite.soak.arrivals import pieces


def laid_end_to_end(loop, count, seed=1):
    """Starts of so many pieces in seconds from the beginning, and how long they take together."""
    found, length = [np.empty(0)], 0.0
    for seconds, starts in islice(pieces(loop, seed), count):
        found.append(starts + length)
        length += seconds
    return np.concatenate(found), length


@pytest.mark.parametrize("rate", [0.07, 3, 7.3, 50])
def test_even_starts_stay_even_from_piece_to_piece(rate):
    starts, length = laid_end_to_end(open_loop(rate, 20, warmup=2), 3)
    assert np.diff(starts) == pytest.approx(1 / rate)
    assert starts[-1] + 1 / rate == pytest.approx(length)
    assert length >= 180


def test_bursts_stay_whole():
    starts, _ = laid_end_to_end(open_loop(4, 20, arrivals="burst", burst=7), 3)
    moments, sizes = np.unique(np.round(starts, 6), return_counts=True)
    assert set(sizes) == {7}
    assert np.diff(moments) == pytest.approx(7 / 4, abs=1e-5)


def test_random_starts_go_on_with_others_and_again_the_same_for_a_seed():
    starts, length = laid_end_to_end(open_loop(50, 1, arrivals="poisson"), 4)
    assert len(starts) / length == pytest.approx(50, rel=0.06)
    gaps = np.diff(starts)
    assert np.mean(gaps) == pytest.approx(np.std(gaps), rel=0.06)
    (_, first), (_, second) = islice(pieces(open_loop(50, 1, arrivals="poisson"), 1), 2)
    assert not np.array_equal(first, second)
    assert np.array_equal(starts, laid_end_to_end(open_loop(50, 1, arrivals="poisson"), 4)[0])


def test_stages_come_again_whole():
    loop = open_loop(stages=[(10, 5), (0, 5), (2, 10)])
    starts, length = laid_end_to_end(loop, 2)
    assert length == 40
    assert starts[70:] == pytest.approx(starts[:70] + 20)
    assert len(starts) == 140
