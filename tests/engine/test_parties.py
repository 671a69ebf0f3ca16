"""Systems end together."""

from threading import Barrier, BrokenBarrierError

import pytest

from suite import System
from suite.engine.parties import stop_together


class Meeting(System):
    """Its stop() ends when that of all others has begun."""

    def __init__(self, barrier, error=None):
        super().__init__()
        self.barrier, self.error, self.stopped = barrier, error, False

    def stop(self):
        self.barrier.wait(30)
        self.stopped = True
        if self.error:
            raise self.error


def test_all_are_stopped_at_the_same_time():
    barrier = Barrier(3)
    systems = [Meeting(barrier) for _ in range(3)]
    stop_together(systems)
    assert all(one.stopped for one in systems)


def test_one_that_fails_keeps_no_other_from_being_stopped():
    barrier = Barrier(2)
    systems = [Meeting(barrier, BrokenBarrierError("first")), Meeting(barrier)]
    with pytest.raises(BrokenBarrierError, match="first"):
        stop_together(systems)
    assert systems[1].stopped


def test_of_no_systems_nothing_is_stopped():
    stop_together([])
