"""What a round had measured when something ended it stays, as a part that nobody compares."""

import os
import signal

import multiprocess
import pytest
from examples.load_echo import Talker, echo_server

from suite import Workload, closed_loop
from suite.config.settings import Settings
from suite.engine.coordinator import RunInterrupted, run
from suite.engine.progress import Silent


class Fault(Silent):
    """Does something once, when so many operations were started."""

    def __init__(self, act, operations=200):
        self.act = act
        self.operations = operations
        self.phases = []

    def phase(self, workload, index, rounds, phase):
        self.phases.append(phase)

    def tick(self, seconds, total, operations):
        if operations >= self.operations and self.act:
            act, self.act = self.act, None
            act()


def killed(name):
    """Kill that worker, or the system."""

    def act():
        (pid,) = [
            child.pid
            for child in multiprocess.active_children()
            if (child.name if child.name.startswith("worker") else "system") == name
        ]
        os.kill(pid, signal.SIGKILL)

    return act


def measured(act, **settings):
    workload = Workload("cut/short", echo_server(), Talker, loop=closed_loop(4, seconds=600))
    return run(workload, Settings(rounds=1, **settings), progress=Fault(act))


def partial(found):
    """It has figures, and says why they count for nothing."""
    (reason,) = [one for one in found.validity.reasons if one.kind == "cut_short"]
    assert (found.partial, found.validity.verdict) == (True, "invalid")
    assert reason.figures["operations"] == sum(found.outcomes.values()) >= 200
    assert 0 < reason.figures["seconds"] < 600
    assert found.metrics["response.p50"].value > 0
    assert found.metrics["throughput"].value > 0
    return True


def test_a_worker_that_is_killed_leaves_what_all_of_them_measured():
    found = measured(killed("worker 1"), workers=2)
    assert partial(found)
    assert (found.error.kind, found.exit_code) == ("worker", 3)
    assert found.validity.reasons[0].kind == "worker_died"
    assert found.outcomes["ok"] >= 190
    assert found.outcomes["failed"] == 0


def test_a_system_that_is_killed_leaves_what_was_measured_until_then():
    found = measured(killed("system"))
    assert partial(found)
    assert (found.error.kind, found.exit_code) == ("system", 4)
    assert found.outcomes["ok"] >= 190


@pytest.mark.parametrize("number", [signal.SIGHUP])
def test_a_closed_terminal_in_the_first_round_leaves_what_was_measured(number):
    with pytest.raises(RunInterrupted) as caught:
        measured(lambda: os.kill(os.getpid(), number))
    assert caught.value.exit_code == 128 + number
    assert partial(caught.value.run)
    assert caught.value.run.error.kind == "interrupted"
    assert caught.value.run.outcomes["ok"] >= 190
