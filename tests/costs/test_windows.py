"""Windows of real operations: what goes by the clock, what fails."""

import threading
import time
from dataclasses import replace

import pytest

from suite import Component, User, Workload, closed_loop, operation
from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.contract.loop import ClosedLoop
from suite.costs.calls import CallCounter
from suite.costs.details import functions
from suite.costs.kernel import Kernel
from suite.costs.passes import count
from suite.costs.windows import CountedWindow
from suite.engine.progress import Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.leaks.site import Sites
from suite.process.guard import interruptible
from suite.records.reason import Reason

_TICK = 0.01


def tick():
    """What is done by the clock."""


def asked():
    """What is done when somebody asks."""


class Ticking:
    """Does something by the clock."""

    def __init__(self):
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            time.sleep(_TICK)
            tick()


class Asker(User):
    @operation
    async def ask(self):
        asked()
        time.sleep(_TICK * 2)


class Stuck(User):
    @operation
    async def wait(self):
        raise TimeoutError


ASK = Workload("ticking/ask", Component(Ticking), Asker, loop=closed_loop(1, operations=1))
WAIT = Workload("ticking/wait", Component(Ticking), Stuck, loop=closed_loop(1, operations=1))


def spec(workload, operations):
    return WorkloadSpec(reference_to(workload), Settings(loop=ClosedLoop(1, operations=operations), rounds=1))


def test_what_goes_by_the_clock_is_taken_off_in_proportion_to_time():
    rest = CountedWindow([], {"cost.calls": {7: 30.0}}, 0.5)
    window = CountedWindow([], {"cost.calls": {7: 200.0, 8: 5.0}, "cost.statements": {7: 3.0}}, 2.0)
    assert window.without(rest.rates()) == {"cost.calls": {7: 80.0, 8: 5.0}, "cost.statements": {7: 3.0}}
    assert rest.without(replace(rest, seconds=0.4).rates()) == {"cost.calls": {7: 0.0}}


@pytest.mark.exhaustive
def test_an_object_that_works_by_the_clock_costs_what_is_asked_of_it():
    counter = CallCounter(Sites())
    with interruptible():
        found = count(spec(ASK, 40), Silent(), counter)
    assert sum(found.rates["cost.calls"].values()) > 30, "it ticks a hundred times a second"
    cost = found.costs(Reason("not_counted"), CallCounter.metrics)["cost.calls"]
    assert cost.by_clock == sum(found.rates["cost.calls"].values())
    calls = {one.function: one.calls for one in functions(counter, 40)}
    assert calls["asked"] == 1
    assert calls.get("tick", 0.0) < 1, "while it was asked it ticked twice as often"


@pytest.mark.exhaustive
def test_a_window_ends_where_an_operation_fails():
    with interruptible():
        found = count(spec(WAIT, 100_000), Silent(), Kernel())
    assert found.counts == []
    assert 0 < found.bad == sum(found.mix.values()) < 100_000
    assert {one.kind for one in found.details} == {"TimeoutError"}
