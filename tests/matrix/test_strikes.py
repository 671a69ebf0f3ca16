"""Strikes, by their numbers."""

import signal

import pytest
from matrix.faults import endings
from matrix.strikes import Strike, strike


def test_a_number_is_always_the_same_strike_and_all_commands_are_struck():
    every = [Strike(seed) for seed in range(300)]
    assert [one.name for one in every] == [Strike(seed).name for seed in range(300)]
    assert len({one.cell().command for one in every}) == 10
    assert not any(one.cell().left_out() for one in every)
    blows = [blow for one in every for blow in one.blows()]
    assert {blow.whom for blow in blows} == {"command", "group", "any"}
    assert all(0 <= blow.after <= 1 for blow in blows)
    assert {len(one.blows()) for one in every} == {1, 2}


def test_a_command_ends_with_the_code_of_its_signal():
    assert [endings(number) for number in (signal.SIGTERM, signal.SIGKILL)] == [{143, -15}, {137, -9}]


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_lost_or_left_whenever_who_is_struck(seed):
    found = strike(Strike(seed))
    assert found.good, found
