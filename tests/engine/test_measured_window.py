"""Who had work in the part of a round that is measured."""

from __future__ import annotations

import asyncio

import pytest
from examples.load_echo import echo_server

from suite import User, Workload, closed_loop, open_loop, operation
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.engine.measured_window import employed

pytestmark = pytest.mark.usefixtures("rounds_once")


def test_users_have_work_until_each_of_them_has_ended() -> None:
    loop = closed_loop(4, each=10)
    assert employed(loop, [], 100, 200) == 4
    assert employed(loop, [150, 200, 250, 300], 100, 200) == pytest.approx(3.5)
    assert employed(loop, [50, 125], 100, 200) == pytest.approx(2.25)  # one within the warm-up
    assert employed(closed_loop(4, seconds=1), [150], 100, 200) is None
    assert employed(open_loop(10, 1), [], 100, 200) is None


class Uneven(User):
    """The first one takes long, the others are done at once."""

    @operation
    async def ask(self) -> None:
        await asyncio.sleep(0.1 if self.index == 0 else 0.002)


def test_users_that_end_long_before_another_are_not_idle() -> None:
    """They once counted until the last operation of them all had begun: a result that was invalid."""
    result = run(
        Workload("uneven/each", echo_server(), Uneven, loop=closed_loop(4, each=5)), Settings(rounds=1)
    )
    assert result.outcomes["ok"] == 20
    assert result.validity.verdict != "invalid"
    assert not [reason for reason in result.validity.reasons if reason.kind == "idle_users"]
