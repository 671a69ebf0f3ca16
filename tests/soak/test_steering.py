"""Users and starts of load that has no end, on a round that only listens."""

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from suite import Command, User, Workload, closed_loop, open_loop, operation
from suite.soak.steering import steering


class Caller(User):
    @operation
    async def call(self):
        pass


class Listening:
    """A live round that does nothing but remember."""

    def __init__(self, loop):
        self.workload = Workload("x/y", Command("true"), Caller, loop=loop)
        self.spec = SimpleNamespace(settings=SimpleNamespace(workers=1, seed=1))
        self.connected = self.changing = 0
        self.sizes = []
        self.starts = np.zeros(0, np.int64)

    def resize(self, users):
        self.sizes.append(users)

    def schedule(self, starts):
        assert not len(self.starts) or starts[0] >= self.starts[-1], "in order"
        self.starts = np.append(self.starts, starts)


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set."""
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(time, "monotonic", lambda: now.seconds)
    monkeypatch.setattr(time, "monotonic_ns", lambda: round(now.seconds * 1e9))
    return now


def test_a_closed_loop_has_its_users_and_those_turned_away_try_again_each_second(clock):
    running: Any = Listening(closed_loop(5, seconds=1))
    user_load = steering(running)
    for _ in range(8):
        clock.seconds += 0.25
        user_load.tick(3)
    assert running.sizes == [5, 5, 5]
    running.connected = 5
    clock.seconds += 5
    user_load.tick(3)
    assert len(running.sizes) == 3


def test_an_open_loop_goes_on_beyond_its_own_length(clock):
    running: Any = Listening(open_loop(10, 2, users=3))
    user_load = steering(running)
    running.connected = 3
    for _ in range(600):
        clock.seconds += 0.25
        user_load.tick(2)
    assert running.sizes == [3]
    assert np.diff(running.starts) == pytest.approx(1e8)
    assert running.starts[-1] / 1e9 == pytest.approx(clock.seconds + 1, abs=0.2), "told a second ahead"
    assert running.starts[0] / 1e9 == pytest.approx(1000.1)


def test_users_come_while_operations_pile_up_and_only_then(clock):
    running: Any = Listening(open_loop(100, 2))
    user_load = steering(running)
    first = running.connected = running.sizes[-1]
    clock.seconds += 0.1
    for _ in range(40):
        clock.seconds += 0.25
        user_load.tick(25)
    assert running.sizes == [first]
    for _ in range(4):
        clock.seconds += 0.25
        user_load.tick(0)
        running.connected = running.sizes[-1]
    most = running.sizes[-1]
    assert most > 100, "all that wait have a user, and some to spare"
    clock.seconds += 0.25
    user_load.tick(125)
    for _ in range(100):
        clock.seconds += 0.25
        running.connected = running.sizes[-1]
        user_load.tick(25)
    assert running.sizes[-1] == first, "and go when nobody needs them"
    assert len(running.sizes) <= 6
