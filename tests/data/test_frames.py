"""Seeded frames: distinct, incompressible, each reproducible on its own."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.data.frames import HEADER_BYTES, frame, frame_id, frames

words = st.integers(0, 2**64 - 1)


@given(number=words, seed=words, size=st.integers(HEADER_BYTES, 5_000))
def test_a_frame_has_its_size_and_names_itself(number, seed, size):
    data = frame(number, size, seed=seed)
    assert len(data) == size
    assert frame_id(data) == (seed, number)
    assert data == frame(number, size, seed=seed)


def test_frames_are_distinct_even_without_their_headers():
    made = [*frames(300, 1_000, seed=1), *frames(300, 1_000, seed=2)]
    assert len(set(made)) == 600
    assert len({data[HEADER_BYTES:] for data in made}) == 600


def test_frames_do_not_compress_alone_or_together():
    made = list(frames(20))
    assert all(len(zlib.compress(data, 9)) >= len(data) for data in made)
    together = b"".join(made)
    assert len(zlib.compress(together, 9)) > 0.999 * len(together)


def test_frames_start_where_asked():
    assert list(frames(3, 64, first=7)) == [frame(7, 64), frame(8, 64), frame(9, 64)]


@pytest.mark.parametrize("size", [-1, 0, HEADER_BYTES - 1])
def test_too_small_a_frame_is_refused(size):
    with pytest.raises(ValueError, match="at least 16"):
        frame(0, size)


@pytest.mark.parametrize(("number", "seed"), [(-1, 1), (2**64, 1), (0, -1), (0, 2**64)])
def test_numbers_that_do_not_fit_are_refused(number, seed):
    with pytest.raises(ValueError, match="64 bits"):
        frame(number, seed=seed)


def test_a_stump_is_no_frame():
    with pytest.raises(ValueError, match="at least 16"):
        frame_id(b"short")
