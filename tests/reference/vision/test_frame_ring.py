"""Frames in memory that processes share: what is held, what a reader sees, and that nothing is torn."""

import os
import random
import threading
import time
from bisect import bisect_left, bisect_right

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.broken_vision import EvictsTooLate

from suite.data.frames import frame
from suite.reference.vision.frame_reader import Evicted, FrameReader
from suite.reference.vision.frame_watcher import ComingFrame
from suite.reference.vision.frame_writer import FrameWriter

SECOND = 1_000_000_000


def pair(budget, bell=False, kind=FrameWriter, **options):
    writer = kind(budget, **options)
    return writer, FrameReader(writer.path, writer.bell() if bell else None)


def copy(reader, number):
    return reader.read(number, lambda view, stamp: (bytes(view), stamp))


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(1, 60), max_size=60),
    budget=st.integers(60, 300),
    slots=st.integers(1, 12),
    age=st.none() | st.integers(0, 30),
)
def test_it_holds_the_newest_frames_that_budget_slots_and_age_allow(sizes, budget, slots, age):
    writer, reader = pair(budget, slots=slots, max_age=age)
    frames = [bytes([number % 251]) * size for number, size in enumerate(sizes)]
    for number, data in enumerate(frames):
        assert writer.add(data, number * SECOND) == number
        held = writer.held
        assert reader.held == held
        assert held.stop == number + 1
        assert 0 < len(held) <= slots
        kept = frames[held.start : held.stop]
        assert writer.raw_bytes == sum(map(len, kept)) <= budget
        assert age is None or held.start >= number - age
        assert [copy(reader, each) for each in held] == [(frames[each], each * SECOND) for each in held]
        if held.start:  # what went had to: with it there would be too many, too much or something too old
            gone = held.start - 1
            # A lap's end may be left free, less than the frame that did not fit there.
            full = sum(map(len, frames[gone : number + 1])) + 60 >= budget - 60
            assert full or len(held) == slots or (age is not None and gone < number - age)
    reader.close()
    writer.close()


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=20).map(sorted),
    st.integers(-5, 55),
    st.integers(-5, 55),
)
def test_a_window_has_what_was_taken_in_it(stamps, since, until):
    writer, reader = pair(1_000, slots=8)
    for stamp in stamps:
        writer.add(b"frame", stamp)
    held = list(reader.held)
    taken = [stamps[number] for number in held]
    window = held[bisect_left(taken, since) : bisect_right(taken, until)]
    assert list(reader.window(max(since, 0), until)) == window or since > until
    reader.close()
    writer.close()


def torn_by_force(kind):
    """A writer that never rests, and a reader of frames that are about to go."""
    writer, reader = pair(4_000, kind=kind)
    done = threading.Event()

    def write():
        number = 0
        while not done.is_set():
            writer.add(frame(number, 600 + number % 300))
            time.sleep(0)
            number += 1

    thread = threading.Thread(target=write)
    thread.start()
    whole = torn = evicted = 0
    end = time.monotonic() + 1.0
    try:
        while time.monotonic() < end and not torn:
            held = reader.held
            if not held:
                continue
            number = held[round(len(held) * random.random() ** 3) % len(held)]  # mostly those to go next

            def look(view, _stamp, number=number):
                early = bytes(view[: len(view) // 2])
                time.sleep(0)  # another thread's turn, in the middle of the frame
                return ComingFrame().is_whole(memoryview(early + bytes(view[len(view) // 2 :])), number)

            try:
                if reader.read(number, look):
                    whole += 1
                else:
                    torn += 1
            except Evicted:
                evicted += 1
    finally:
        done.set()
        thread.join()
    reader.close()
    writer.close()
    return whole, torn, evicted


def test_a_reader_never_takes_a_torn_frame_for_whole():
    whole, torn, evicted = torn_by_force(FrameWriter)
    assert torn == 0
    assert whole > 20
    assert evicted > 20


def test_a_writer_that_evicts_too_late_is_found_out_by_force():
    assert torn_by_force(EvictsTooLate)[1] > 0


def test_what_is_not_held_is_told_and_what_fails_on_a_torn_one_is_no_other_error():
    writer, reader = pair(100, slots=3)
    for _ in range(5):
        writer.add(b"x" * 30)
    for number in (0, 1, 5, 99):
        with pytest.raises(Evicted, match=f"frame {number} is not held"):
            copy(reader, number)

    def fail(view, stamp):
        raise ValueError("no picture")

    with pytest.raises(ValueError, match="no picture"):
        reader.read(4, fail)

    def fail_late(view, stamp):
        writer.add(b"y" * 90)
        raise ValueError("no picture")

    with pytest.raises(Evicted, match="frame 4 was evicted while it was read"):
        reader.read(4, fail_late)
    reader.close()
    writer.close()


def test_frames_that_do_not_fit_and_rings_without_room_are_refused():
    writer, reader = pair(10)
    with pytest.raises(ValueError, match="a frame of 11 bytes does not fit into 10"):
        writer.add(b"x" * 11)
    with pytest.raises(ValueError, match="a frame without a byte"):
        writer.add(b"")
    assert writer.held == range(0)
    writer.add(b"x" * 10)
    assert copy(reader, 0)[0] == b"x" * 10
    for sizes in ((0, 1), (1, 0)):
        with pytest.raises(ValueError, match="at least 1 of each"):
            FrameWriter(sizes[0], slots=sizes[1])
    reader.close()
    writer.close()


def test_a_bell_wakes_and_the_end_is_heard():
    writer, reader = pair(1_000, bell=True)
    assert reader.wait(0, timeout=0.01) is False
    threading.Timer(0.05, writer.add, [b"frame"]).start()
    assert reader.wait(0, timeout=10)
    for _ in range(70_000):  # more than a pipe takes: a writer never waits for a reader
        writer.add(b".")
    assert reader.wait(70_000, timeout=0)
    writer.close()
    assert reader.wait(70_000)
    with pytest.raises(EOFError, match="the writer is gone"):
        reader.wait(70_001)
    assert len(reader.held) > 0, "what was held can still be read"
    reader.close()


def test_a_reader_without_a_bell_and_one_that_comes_too_late():
    writer, reader = pair(1_000)
    with pytest.raises(ValueError, match="no bell"):
        reader.wait(0)
    path = writer.path
    reader.close()
    writer.close()
    with pytest.raises(OSError, match=r"No such file|Invalid argument"):
        FrameReader(path)


def test_nothing_is_left_in_shared_memory():
    before = set(os.listdir("/dev/shm"))
    writer, reader = pair(100_000)
    assert set(os.listdir("/dev/shm")) == before
    reader.close()
    writer.close()


def test_a_frame_that_was_made_before_it_came_is_told_from_others():
    coming = ComingFrame()
    first, longer = frame(0, 60_000, seed=7), frame(1, 90_000, seed=7)
    assert coming.is_whole(memoryview(first), 0)
    coming.prepare(1)
    assert coming.is_whole(memoryview(longer), 1)
    coming.prepare(2)
    assert coming.is_whole(memoryview(frame(2, 70_000, seed=7)), 2)
    coming.prepare(3)
    right = frame(3, 90_000, seed=7)
    assert not coming.is_whole(memoryview(right[:-1] + bytes([right[-1] ^ 1])), 3)
    assert not coming.is_whole(memoryview(frame(3, 90_000, seed=8)[:16] + right[16:]), 3)
    assert not coming.is_whole(memoryview(right), 4)
