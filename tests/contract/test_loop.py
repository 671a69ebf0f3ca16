"""Loops: what can be asked for, and that all faults are told at once."""

from typing import Any

import pytest

from suite import closed_loop, open_loop
from suite.contract.loop import ClosedLoop, OpenLoop, resized
from suite.errors import ConfigurationError


def test_a_closed_loop() -> None:
    assert closed_loop(4, operations=100) == ClosedLoop(4, operations=100)
    assert closed_loop(seconds="2s", think="10ms", warmup="500ms") == ClosedLoop(
        1, seconds=2.0, think=0.01, warmup=0.5
    )
    assert closed_loop(2, seconds=1, think=("10ms", 0.02)).think == (0.01, 0.02)
    assert closed_loop(1, operations=1).kind == "closed"


def test_an_open_loop() -> None:
    assert open_loop(rate=200, seconds=30, arrivals="poisson") == OpenLoop(200.0, 30.0, "poisson")
    assert open_loop("600/min", "1min", users=5, busy="drop") == OpenLoop(10.0, 60.0, users=5, busy="drop")
    assert open_loop(1, 1, spin="70us").spin == 70e-6
    assert open_loop(1, 1).kind == "open"


def test_stages_say_rate_and_length_themselves() -> None:
    loop = open_loop(stages=[("10/s", "1min"), (40, 30)])
    assert loop.arrivals == "stages"
    assert loop.stages == ((10.0, 60.0), (40.0, 30.0))
    assert (loop.rate, loop.seconds) == (20.0, 90.0)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({}, "give one of operations="),
        ({"operations": 1, "seconds": 1}, "give one of operations="),
        ({"operations": 1, "each": 1}, "give one of operations="),
        ({"each": 0}, "each must be at least 1"),
        ({"users": 0, "seconds": 1}, "users must be at least 1"),
        ({"operations": 0}, "operations must be at least 1"),
        ({"seconds": 0}, "seconds must be above 0"),
        ({"seconds": 1e300}, r"seconds must be less than 1e\+15"),
        ({"users": 10**20, "seconds": 1}, r"users must be less than 1e\+15"),
        ({"operations": 10**15}, r"operations must be less than 1e\+15"),
        ({"seconds": 1, "warmup": -1}, "warmup can't be negative"),
        ({"seconds": 1, "think": -1}, "think must be"),
        ({"seconds": 1, "think": (2, 1)}, "think must be"),
        ({"seconds": 1, "think": (1, 2, 3)}, "think must be"),
        ({"seconds": "soon"}, "'soon' is not a quantity"),
    ],
)
def test_closed_loops_that_make_no_sense(arguments: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        closed_loop(**arguments)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"seconds": 1}, "rate must be above 0"),
        ({"rate": 1}, "seconds must be above 0"),
        ({"rate": 1, "seconds": 1, "arrivals": "random"}, "arrivals must be one of"),
        ({"rate": 1, "seconds": 1, "arrivals": "stages"}, "needs stages="),
        ({"stages": [(1, 0)]}, "every stage needs"),
        ({"stages": [(-1, 1), (3, 1)]}, "every stage needs"),
        ({"rate": 1, "seconds": 1, "arrivals": "poisson", "stages": [(1, 1)]}, "stages= goes with"),
        ({"rate": 1, "seconds": 1, "users": 0}, "users must be at least 1"),
        ({"rate": 1, "seconds": 1, "busy": "wait"}, "busy must be"),
        ({"rate": 1, "seconds": 1, "burst": 0}, "burst must be at least 1"),
        ({"rate": 1, "seconds": 1, "spin": "2ms"}, "spin must be from 0 to 1 ms"),
        ({"rate": 1, "seconds": 1, "warmup": -1}, "warmup can't be negative"),
    ],
)
def test_open_loops_that_make_no_sense(arguments: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        open_loop(**arguments)


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        (open_loop(10, 3), 30),
        (open_loop(0.25, 4, arrivals="poisson"), 1),
        (open_loop(10, 3, arrivals="ramp"), 15),
        (open_loop(stages=[(0.4, 1), (0, 5), (8, 2)]), 16),
    ],
)
def test_what_an_open_loop_plans(loop: OpenLoop, expected: float) -> None:
    assert loop.expected == pytest.approx(expected)


def test_all_faults_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_loop(0, 0, users=0, burst=0)
    assert len(str(caught.value).splitlines()) == 4


def test_a_resized_loop_is_checked() -> None:
    loop = closed_loop(2, seconds=3)
    assert resized(loop, users=5) == closed_loop(5, seconds=3)
    with pytest.raises(ConfigurationError, match="users"):
        resized(loop, users=0)


def test_a_loop_is_checked_however_it_is_made() -> None:
    with pytest.raises(ConfigurationError, match="closed_loop: users must be at least 1"):
        ClosedLoop(0, operations=1)
    with pytest.raises(ConfigurationError, match="open_loop: rate must be above 0"):
        OpenLoop(0, 1)


def test_the_total_of_a_counted_loop() -> None:
    assert closed_loop(4, operations=100).total == 100
    assert closed_loop(4, each=100).total == 400
    assert closed_loop(4, seconds=1).total is None
