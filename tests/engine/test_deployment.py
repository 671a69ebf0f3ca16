"""The order in which a deployment starts and ends."""

import contextlib

import pytest

from suite import Remote, User, Workload, closed_loop, operation
from suite.config.catalog import Reference
from suite.config.settings import Settings
from suite.engine import deployment, preparer
from suite.engine.progress import Silent
from suite.engine.worker_request import WorkerReply
from suite.engine.workload_spec import WorkloadSpec


class Visitor(User):
    @operation
    async def look(self):
        """Look."""


class Party(Remote):
    """Writes down its start and stop."""

    def __init__(self, name, log):
        super().__init__("http://127.0.0.1:1")
        self.name, self.log = name, log

    def begin(self, place):
        self.log.append(f"begin {self.name}")

    def start(self, place):
        self.log.append(f"start {self.name}")

    def stop(self):
        self.log.append(f"stop {self.name}")


class StandIn:
    """A worker without a process."""

    def __init__(self, name, log):
        self.name, self.log = name, log

    def tell(self, order):
        self.log.append(f"{order.step} {self.name}")

    def dismiss(self):
        self.log.append(f"dismiss {self.name}")

    def stop(self):
        self.log.append(f"stop {self.name}")


@pytest.fixture(scope="module")
def log():
    """What happens in one deployment, in its order."""
    log = []

    def prepare(system):
        """Nothing is."""

    workload = Workload(
        "order", Party("system", log), Visitor, loop=closed_loop(users=1, operations=1),
        beside={"first": Party("first", log), "second": Party("second", log)}, prepare=prepare,
    )  # fmt: skip

    def worker(self, _plan, name, _cores):
        one = StandIn(name, log)
        self.stack.callback(one.stop)
        return one

    def answers(workers, *, step, **_):
        log.extend(f"{step} is done" for _ in workers)
        return [WorkerReply(step, result="") for _ in workers]

    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setattr(WorkloadSpec, "workload", lambda _: workload)
        patch.setattr(deployment.Deployment, "_worker", worker)
        patch.setattr(deployment, "gather_reports", answers)
        patch.setattr(preparer, "gather_reports", answers)
        spec = WorkloadSpec(Reference("order"), Settings())
        deployment.Deployment(spec, 0, Silent(), stack).start()
        stack.close()
    return log


def test_workers_build_while_systems_start(log):
    assert log.index("build worker 0") < log.index("start first")
    assert log.index("build preparer") < log.index("start first")
    assert log.index("start system") < log.index("build is done") < log.index("prepare preparer")


def test_all_parties_have_begun_before_the_first_is_waited_for(log):
    assert {"begin first", "begin second", "begin system"} <= set(log[: log.index("start first")])


def test_helpers_start_before_the_system_and_stop_after_it(log):
    assert log.index("start first") < log.index("start second") < log.index("start system")
    assert log.index("stop system") < min(log.index("stop first"), log.index("stop second"))


def test_what_was_prepared_is_undone_before_anybody_is_dismissed(log):
    assert log.index("restore preparer") < log.index("dismiss preparer") < log.index("stop system")


def test_workers_have_ended_by_the_time_they_are_stopped(log):
    assert log.index("dismiss worker 0") < log.index("stop system")
    assert log.index("stop first") < log.index("stop worker 0")
