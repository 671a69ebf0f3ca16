"""Rounds of a component, which lives in the one worker."""

import os
import re
import time

import pytest
from examples.load_echo import Nothing

from suite import Component, Metric, Threshold, User, Workload, closed_loop, operation
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.errors import ConfigurationError, MissingExtra

pytestmark = pytest.mark.usefixtures("rounds_once")

ONE = Settings(rounds=1)


class Counter:
    """A component with state, built with a parameter."""

    def __init__(self, step):
        self.total = 0
        self.step = step
        self.process = os.getpid()


class Adder(User):
    def connect(self, system):
        self.counter = system

    @operation
    def add(self):
        self.counter.total += self.counter.step


def total_is_right(system, kept, recording):
    assert system.total == system.step * len(recording.loop_only()), "the total is off"
    assert system.process == os.getpid()


def total(system, kept, recording):
    return system.total


def test_a_component_lives_in_its_worker_where_checks_and_metrics_see_it():
    workload = Workload(
        "a/counter",
        Component(Counter, step=2),
        Adder,
        loop=closed_loop(3, operations=99),
        checks=[total_is_right],
        metrics=[Metric("total", "1", "higher", total)],
        thresholds=[Threshold("total", critical="198")],
    )
    result = run(workload, ONE)
    assert result.checks[0].passed, result.checks
    assert result.metrics["total"].value == 198
    assert result.exit_code in (0, 3)
    assert run(workload, Settings(rounds=1, values={"step": "3"})).metrics["total"].value == 297


def test_a_missing_extra_names_what_to_install():
    workload = Workload(
        "a/extra",
        Component(Nothing, needs=("vision", "no_such_module")),
        Adder,
        loop=closed_loop(operations=1),
    )
    with pytest.raises(MissingExtra, match=r"pip install 'loadledger\[vision\]'"):
        run(workload, ONE)


def test_a_component_has_exactly_one_worker():
    workload = Workload("a/one", Component(Counter, step=1), Adder, loop=closed_loop(operations=1))
    with pytest.raises(ConfigurationError, match="exactly one worker"):
        run(workload, Settings(workers=2))


def test_a_component_that_can_not_be_built_is_the_system_s_failure():
    workload = Workload("a/broken", Component(Counter, step=1, bad=2), Adder, loop=closed_loop(operations=1))
    result = run(workload, ONE)
    assert result.exit_code == 4
    assert "unexpected keyword argument 'bad'" in result.error.message


class Closing(Counter):
    """Closes itself in one of many ways."""

    def __init__(self, step, way):
        super().__init__(step)
        self.way = way

    def close(self):
        return {"raises": self.raises, "awaits": self.awaits, "dies": self.dies, "hangs": self.hangs}[
            self.way
        ]()

    def raises(self):
        raise OSError("the pool still has 3 connections")

    async def awaits(self):
        raise OSError("the pool still has 3 connections")

    def dies(self):
        os._exit(7)

    def hangs(self):
        time.sleep(60)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("raises", "the object did not close: OSError: the pool still has 3 connections"),
        ("awaits", "the object did not close: OSError: the pool still has 3 connections"),
        pytest.param("hangs", "the object did not close: not done within 5 s", marks=pytest.mark.exhaustive),
        ("dies", "the object did not close: worker 0 ended with status 7"),
    ],
)
def test_an_object_that_does_not_close_is_a_failed_check(way, said):
    """The deadline is for building it, too."""
    system = Component(Closing, step=2, way=way, deadline="5s")
    result = run(Workload("a/closing", system, Adder, loop=closed_loop(3, operations=99)), ONE)
    (check,) = result.checks
    assert (check.name, check.passed) == ("the object closes", False)
    assert re.sub(r" \(pid \d+\)", "", check.detail) == said
    assert result.exit_code == 1
    assert result.outcomes["ok"] == 99
