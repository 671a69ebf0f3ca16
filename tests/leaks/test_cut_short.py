"""A search for leaks that something ends early tells of the windows that it had."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from examples.load_echo import Talker, echo_server
from support.keeping import Kept

from suite import Workload, closed_loop
from suite.errors import CutShort, Interrupted
from suite.leaks.session import find_leaks
from suite.leaks.window_series import Reading
from suite.report.reasons import words

WORKLOAD = Workload("leaks/cut", echo_server(), Talker, loop=closed_loop(2, seconds=1))


@pytest.fixture
def interrupted(monkeypatch):
    """A system that grows by ten blocks an operation, and a signal after some steps."""

    def after(steps):
        taken = []
        system = SimpleNamespace(agents=None, seconds=0.0, processes=lambda: [1], cut_short=lambda: None)

        def take(step):
            if len(taken) == steps:
                raise Interrupted(2)
            taken.append(step)
            system.seconds += 1.0

        @contextmanager
        def watched(*_):
            system.take = take
            yield system

        def read(_processes):
            done = sum(getattr(step, "operations", 0) for step in taken)
            return {1: Reading(1000.0 + 10 * done, 50_000.0 + 640 * done, 10.0**6)}

        monkeypatch.setattr("suite.leaks.session.watched", watched)
        counters = SimpleNamespace(read=read, python=True, notes={})
        monkeypatch.setattr("suite.leaks.session.LeakCounters", lambda _: counters)

    return after


def test_an_interrupt_keeps_the_windows_that_there_were(interrupted):
    interrupted(after := 6)
    kept = Kept()
    with pytest.raises(CutShort) as caught:
        find_leaks(WORKLOAD, keeper=kept)
    found = caught.value.found
    assert (caught.value.exit_code, found.partial, found.exit_code) == (130, True, 3)
    assert found.verdict.outcome == "unsettled"
    assert found.verdict.operations == 100 * (after - 1)  # the first mark comes before any
    assert {growth.per_operation for growth in found.verdict.growths if growth.counter == "blocks"} == {10}
    assert words(found.verdict.reasons[0]) == "the search ended early, after 5 windows"
    assert [one.verdict.operations for one in kept] == [0, 100, 200, 300, 400, 500]
    assert {one.id for one in kept} == {found.id}


def test_an_interrupt_before_the_first_window_is_just_that(interrupted):
    interrupted(0)
    with pytest.raises(Interrupted):
        find_leaks(WORKLOAD)
