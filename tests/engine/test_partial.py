"""What a round had measured when something ended it stays, as a part that nobody compares."""

import os
import signal

import multiprocess
import psutil
import pytest
from examples.load_echo import Talker, echo_server

from suite import Component, User, Workload, closed_loop, operation
from suite.config.settings import Settings
from suite.engine.coordinator import RunInterrupted, run
from suite.engine.progress import Silent


class Fault(Silent):
    """Does something, and something more, whenever so many operations more were started."""

    def __init__(self, acts, operations=200):
        self.acts = [*acts]
        self.operations = operations
        self.due = operations

    def tick(self, seconds, total, operations, so_far=None):
        if operations >= self.due and self.acts:
            self.due = operations + self.operations
            self.acts.pop(0)()


def ours():
    """Our children by name; others that have ended stay in the list, and their ids may be anybody's."""
    alive = {child.pid for child in psutil.Process().children()}
    return [(child.name, child.pid) for child in multiprocess.active_children() if child.pid in alive]


def killed(name, by=signal.SIGKILL):
    """Kill that worker, or the system."""

    def act():
        (pid,) = [pid for one, pid in ours() if (one if one.startswith("worker") else "system") == name]
        os.kill(pid, by)

    return act


def hung_up():
    """As the kernel signals all that a closed terminal had, but for us."""
    for _, pid in ours():
        os.kill(pid, signal.SIGHUP)


def measured(*acts, **settings):
    workload = Workload("cut/short", echo_server(), Talker, loop=closed_loop(4, seconds=600))
    return run(workload, Settings(rounds=1, **settings), progress=Fault(acts))


def partial(found, least=200):
    """It has figures, and says why they count for nothing."""
    (reason,) = [one for one in found.validity.reasons if one.kind == "cut_short"]
    assert (found.partial, found.validity.verdict) == (True, "invalid")
    assert reason.figures["operations"] == sum(found.outcomes.values()) >= least
    assert 0 < reason.figures["seconds"] < 600
    assert found.metrics["response.p50"].value > 0
    assert found.metrics["throughput"].value > 0
    return True


def test_a_worker_that_is_killed_leaves_what_all_of_them_measured():
    found = measured(killed("worker 1"), workers=2)
    assert partial(found, least=1)  # until the dead one was last at work, and that may be a while ago
    assert (found.error.kind, found.exit_code) == ("worker", 3)
    assert found.validity.reasons[0].kind == "worker_died"
    assert found.outcomes["ok"] >= sum(found.outcomes.values()) - 4  # users
    assert found.outcomes["failed"] == 0


class Counts(User):
    """Its operations never wait: a signal comes in the midst of one."""

    @operation
    def count(self):
        sum(range(2_000))


@pytest.mark.parametrize("users", [1, 2])
def test_a_worker_that_is_asked_to_end_does_and_no_operation_failed(users):
    """SIGTERM was one failed operation of the system's, and the worker went on."""
    workload = Workload("cut/asked", Component(object), Counts, loop=closed_loop(users, seconds=600))
    found = run(workload, Settings(rounds=1), progress=Fault([killed("worker 0", signal.SIGTERM)]))
    assert partial(found)
    assert (found.error.kind, found.exit_code, found.outcomes["failed"]) == ("worker", 3, 0)


def test_a_system_that_is_killed_leaves_what_was_measured_until_then():
    found = measured(killed("system"))
    assert partial(found)
    assert (found.error.kind, found.exit_code) == ("system", 4)
    assert found.outcomes["ok"] >= 190


def test_a_closed_terminal_in_the_first_round_leaves_what_was_measured():
    """Its signal reaches workers and systems too, and the coordinator alone decides."""
    with pytest.raises(RunInterrupted) as caught:
        measured(hung_up, lambda: os.kill(os.getpid(), signal.SIGHUP))
    assert caught.value.exit_code == 129
    assert partial(caught.value.run)
    assert caught.value.run.error.kind == "interrupted"
    assert caught.value.run.outcomes["ok"] >= 390
