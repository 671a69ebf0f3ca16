"""A workload made anew, with more patience for a slower system."""

import pytest

from suite import Component, User, Workload, closed_loop, operation
from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.engine.workload_spec import WorkloadSpec


class Waiter(User):
    @operation
    async def wait(self):
        """Wait."""


WAIT = Workload(
    "spec/wait", Component(list, deadline=30), Waiter, loop=closed_loop(1, operations=1), timeout=20, grace=5
)


@pytest.mark.parametrize(
    ("slower", "longest", "starting", "wanted"),
    [
        (1.0, 0.0, 0.0, (20, 5, 30)),
        (5.0, 0.0, 0.0, (100, 25, 150)),
        (60.0, 0.0, 0.0, (600, 300, 600)),  # a hang is told after ten minutes
        (60.0, 0.01, 0.5, (60, 60, 60)),  # of what is known to be quick after one
        (60.0, 3.0, 4.0, (900, 300, 240)),  # but what takes long by itself has its time
        (60.0, 9.0, 90.0, (1200, 300, 1800)),
    ],
)
def test_patience_grows_with_a_slower_system_and_ends(slower, longest, starting, wanted):
    found = WorkloadSpec(reference_to(WAIT), Settings(), slower, longest, starting).workload()
    assert (found.timeout, found.grace, found.system.deadline) == wanted
    assert (WAIT.timeout, WAIT.system.deadline) == (20, 30)


def test_patience_that_is_long_already_is_kept():
    patient = Workload(
        "spec/patient", Component(list), Waiter, loop=closed_loop(1, operations=1), timeout=3600
    )
    assert WorkloadSpec(reference_to(patient), Settings(), 60.0).workload().timeout == 3600
