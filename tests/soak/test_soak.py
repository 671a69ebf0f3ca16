"""What a soak is before it has any window."""

from dataclasses import replace

import pytest

from suite import Component, User, Workload, closed_loop, open_loop, operation
from suite.config.settings import Settings
from suite.errors import ConfigurationError
from suite.soak.plan import SoakLength
from suite.soak.soak import check_same, cycle_of, soak_head

HOUR = SoakLength.of(3600)


class Caller(User):
    @operation
    def call(self):
        pass


def head(loop, **settings):
    return soak_head(Workload("x/y", Component(list), Caller, loop=loop), Settings(**settings), HOUR)


def test_where_a_loop_ends_and_warms_up_is_no_matter_of_a_soak():
    assert head(closed_loop(3, each=5, warmup=2)).plan == head(closed_loop(3, seconds=60)).plan
    assert head(closed_loop(3, seconds=60)).plan["seconds"] == 3600


def test_a_load_that_comes_again_tells_after_how_long():
    stages = open_loop(stages=[(10, 5), (20, 15)])
    assert head(stages).plan["cycle"] == 20
    assert head(stages).plan["stages"] == [[10, 5], [20, 15]]
    assert "cycle" not in head(open_loop(10, 5)).plan
    assert cycle_of(Workload("x/y", Component(list), Caller, loop=stages), Settings()) == 20


def test_what_began_otherwise_does_not_go_on_and_all_that_differs_is_told():
    before = head(closed_loop(3, seconds=60), seed=1)
    check_same(before, head(closed_loop(3, seconds=60), seed=1))
    other = replace(head(closed_loop(4, seconds=60, think="1s"), seed=2), window=7.0)
    with pytest.raises(ConfigurationError) as raised:
        check_same(before, other)
    assert [line.removeprefix("--resume: ").split(";")[0] for line in str(raised.value).splitlines()] == [
        "users was 3 and would be 4",
        "think was 0.0 and would be 1.0",
        "seed was 1 and would be 2",
        "it has windows of 30 s after 60 s of warm-up, and not of 7 s after 60 s",
    ]
