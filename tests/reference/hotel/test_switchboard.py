"""The two legs of a call: what one says the other hears, in order, within a bound."""

import asyncio

import pytest

from suite.reference.backend.problem import BackendProblem
from suite.reference.hotel.counters import HotelCounters
from suite.reference.hotel.switchboard import Switchboard


@pytest.fixture
def counters():
    return HotelCounters()


@pytest.fixture
def board(counters):
    return Switchboard(3, counters)


def heard(leg, count):
    async def take():
        return [await asyncio.wait_for(leg.get(), 1) for _ in range(count)]

    return asyncio.run(take())


def test_what_one_says_the_other_hears(board):
    guest, desk = board.join(1, "guest")
    assert board.join(1, "desk") == (desk, guest)
    assert board.join(2, "guest")[0] is not guest
    for frame in (b"a", b"b"):
        desk.put(frame)
    assert heard(desk, 2) == [b"a", b"b"]


def test_of_too_many_frames_the_oldest_are_lost_and_counted(board, counters):
    _, desk = board.join(1, "guest")
    for number in range(5):
        desk.put(bytes([number]) * 10)
    assert counters["audio_buffered_bytes"] == 30
    assert counters["audio_frames_lost_total"] == desk.lost == 2
    assert heard(desk, 3) == [bytes([number]) * 10 for number in (2, 3, 4)]
    assert counters["audio_buffered_bytes"] == 0


def test_a_leg_is_somebodys_alone(board):
    leg, _ = board.join(1, "desk")
    with pytest.raises(BackendProblem, match="the desk of call 1 is connected already") as told:
        board.join(1, "desk")
    assert told.value.status == 409
    board.leave(1, leg)
    board.join(1, "desk")


def test_nothing_is_kept_of_a_call_when_both_have_hung_up(board, counters):
    guest, desk = board.join(1, "guest")
    board.join(1, "desk")
    guest.put(b"late")
    board.leave(1, guest)
    assert counters["audio_calls"] == 1
    board.leave(1, desk)
    assert counters["audio_calls"] == counters["audio_buffered_bytes"] == 0


def test_who_waits_hears_the_end_after_what_was_said(board):
    guest, desk = board.join(1, "guest")

    async def ended():
        waiting = asyncio.create_task(guest.get())
        desk.put(b"last")
        await asyncio.sleep(0)
        board.end(1)
        return await waiting, await desk.get(), await desk.get()

    assert asyncio.run(ended()) == (None, b"last", None)
