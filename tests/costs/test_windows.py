"""Windows of real operations: what goes by the clock, what fails."""

import threading
import time

import pytest

from suite import Component, User, Workload, closed_loop, operation
from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.contract.loop import ClosedLoop
from suite.costs.calls import CallCounter
from suite.costs.clock_work import NONE, ClockWork
from suite.costs.counted_window import CountedWindow, by_clock
from suite.costs.counter import Span
from suite.costs.counting import count
from suite.costs.details import functions
from suite.costs.kernel import Kernel
from suite.engine.progress import Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.leaks.site import Sites
from suite.process.guard import interruptible
from suite.records.reason import Reason

_TICK, _BUSY = 0.05, 0.1
SPANS = [Span("ask", at, at + 1) for at in range(10)]


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
        end = time.thread_time() + _BUSY
        while time.thread_time() < end:
            pass


class Stuck(User):
    @operation
    async def wait(self):
        raise TimeoutError


ASK = Workload("ticking/ask", Component(Ticking), Asker, loop=closed_loop(1, operations=1))
WAIT = Workload("ticking/wait", Component(Ticking), Stuck, loop=closed_loop(1, operations=1))


def spec(workload, operations):
    return WorkloadSpec(reference_to(workload), Settings(loop=ClosedLoop(1, operations=operations), rounds=1))


def counted(seconds, **counts):
    return CountedWindow(SPANS, {f"cost.{name}": parts for name, parts in counts.items()}, seconds)


def test_what_goes_by_the_clock_is_what_is_more_where_the_same_takes_longer():
    usual = counted(2.0, calls={7: 300.0, 8: 50.0}, statements={7: 30.0})
    held = counted(4.0, calls={7: 360.0, 8: 40.0}, statements={7: 30.0})
    rates = by_clock([usual, held])
    assert rates == {"cost.calls": {7: ClockWork(30.0), 8: NONE}}
    assert usual.without(rates) == {"cost.calls": {7: 240.0, 8: 50.0}, "cost.statements": {7: 30.0}}
    assert held.without(rates)["cost.calls"] == {7: 240.0, 8: 40.0}
    assert by_clock([held, usual]) == rates, "the first one was held up by others"
    between = counted(3.0, calls={7: 327.0, 8: 46.0}, statements={7: 30.0})
    assert by_clock([usual, held, between])["cost.calls"][7].rate == pytest.approx(30)


def test_what_is_late_under_load_is_done_less_often_than_the_time_would_have_it():
    """Of a server's ticks a third stayed in the bill, the more the busier the machine was."""
    ticks = ClockWork(100.0, 0.2)
    usual = counted(2.0, calls={7: 240.0 + ticks.within(2.0)})
    held = counted(4.0, calls={7: 240.0 + ticks.within(4.0)})
    idle = CountedWindow([], {"cost.calls": {7: 300.0}}, 3.0)
    assert usual.without(by_clock([usual, held]))["cost.calls"][7] > 260
    clock = by_clock([usual, held], idle)
    assert clock["cost.calls"][7].late == pytest.approx(0.2)
    assert usual.without(clock)["cost.calls"][7] == pytest.approx(240)


def test_what_falls_from_window_to_window_is_no_work_of_the_clock():
    """A cache that filled was taken for it where the machine held the first window up: .5 % went."""
    seconds, counts = (6.73, 12.64, 5.54, 6.12), (12_601_020, 12_526_518, 12_471_200, 12_441_234)
    windows = [
        counted(time, instructions={7: float(count)}) for time, count in zip(seconds, counts, strict=True)
    ]
    nothing = CountedWindow([], {"cost.instructions": {7: 0.0}}, 2.0)
    assert by_clock(windows)["cost.instructions"][7].rate > 5_000
    assert by_clock(windows, nothing) == {"cost.instructions": {7: NONE}}


def test_what_the_clock_does_under_load_alone_is_told():
    windows = [counted(time, calls={7: 240 + 30 * time}) for time in (2.0, 4.0, 2.2, 2.1)]
    nothing = CountedWindow([], {"cost.calls": {7: 0.0}}, 2.0)
    assert by_clock(windows, nothing)["cost.calls"][7].rate == pytest.approx(30)


def test_what_takes_as_long_tells_nothing_of_the_clock():
    usual, held = counted(2.0, calls={7: 300.0}), counted(2.4, calls={7: 360.0})
    assert by_clock([usual, held]) == {"cost.calls": {7: NONE}}
    usual, held = counted(0.01, calls={7: 300.0}), counted(0.15, calls={7: 360.0})
    assert by_clock([usual, held]) == {"cost.calls": {7: NONE}}


@pytest.mark.exhaustive
@pytest.mark.rounds
def test_an_object_that_works_by_the_clock_costs_what_is_asked_of_it():
    counter = CallCounter(Sites())
    with interruptible():
        found = count(spec(ASK, 10), Silent(), counter)
    assert found.ticks
    cost = found.costs(Reason("not_counted"), CallCounter.metrics)["cost.calls"]
    (work,) = found.clock["cost.calls"].values()
    assert cost.by_clock == work.rate == pytest.approx(1 / _TICK, rel=0.2)
    calls = {one.function: one.calls for one in functions(counter, 10)}
    assert calls["asked"] == pytest.approx(1)
    ticks = [
        sum(times for place, times in one.calls.items() if place.function == "tick")
        for one in counter.windows
    ]
    assert calls.get("tick", 0.0) < min(ticks) / 10 / 1.5


@pytest.mark.exhaustive
def test_a_window_ends_where_an_operation_fails():
    with interruptible():
        found = count(spec(WAIT, 100_000), Silent(), Kernel())
    assert found.counts == []
    assert 0 < found.bad == sum(found.mix.values()) < 100_000
    assert {one.kind for one in found.details} == {"TimeoutError"}
