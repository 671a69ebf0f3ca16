"""A loop shared out over workers and classes of users."""

import numpy as np
import pytest
from examples.load_echo import Refused, Talker, echo_server
from hypothesis import given
from hypothesis import strategies as st

from suite import Workload, closed_loop, open_loop
from suite.engine.plan import RoundPlan
from suite.engine.worker_plan import split
from suite.errors import ConfigurationError


@given(st.integers(0, 500), st.lists(st.floats(0.1, 10), min_size=1, max_size=6))
def test_split_keeps_the_total_and_leaves_none_empty(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    assert total < len(weights) or all(parts)


@given(st.integers(10, 1_000))
def test_split_of_equal_weights_is_even(total):
    assert max(split(total, [1, 1, 1])) - min(split(total, [1, 1, 1])) <= 1


@pytest.fixture
def planned(request):
    plans = []

    def make(workload, workers=1, seed=1):
        plans.append(RoundPlan(workload, workers, seed))
        return plans[-1]

    yield make
    for plan in plans:
        plan.close()


def test_every_planned_start_goes_to_exactly_one_lane(planned):
    workload = Workload(
        "a/b", echo_server(), {Talker: 1, Refused: 3}, loop=open_loop(1_000, 1, arrivals="poisson")
    )
    plan = planned(workload, workers=3)
    plan.begin_at(10**9)
    intended = [
        np.concatenate([np.frombuffer(c.intended, np.int64, rows).copy() for c, rows in file.parts(due)])
        for file, due in zip(plan.files, plan.due, strict=True)
        if due
    ]
    together = np.sort(np.concatenate(intended))
    alone = RoundPlan(Workload("a/b", echo_server(), Talker, loop=workload.loop), 1, 1)
    alone.begin_at(10**9)
    assert np.array_equal(
        together, np.frombuffer(next(iter(alone.files[0])).intended, np.int64, alone.due[0])
    )
    alone.close()
    assert all(np.all(np.diff(part) >= 0) for part in intended if len(part))


def test_users_are_numbered_across_workers_and_classes(planned):
    plan = planned(
        Workload("a/b", echo_server(), {Talker: 15, Refused: 5}, loop=closed_loop(20, seconds=1)), 2
    )
    groups = [group for worker in plan.workers for group in worker.groups]
    assert sorted(group.users for group in groups) == [2, 2, 8, 8]
    numbers = [n for group in groups for n in range(group.first, group.first + group.users)]
    assert numbers == list(range(20))


def test_operations_are_drawn_by_weight(planned):
    plan = planned(Workload("a/b", echo_server(), Refused, loop=closed_loop(1, operations=20_000)))
    (columns,) = plan.files[0]
    np.frombuffer(columns.started, np.int64)[:] = 1
    plan.name_operations()
    codes = np.frombuffer(columns.operation, np.uint16, 20_000)
    share = np.mean(codes == plan.names.index("yes"))
    assert share == pytest.approx(0.75, abs=0.02)


def test_a_counted_loop_has_its_total_and_its_warm_up_beside(planned):
    plan = planned(Workload("a/b", echo_server(), Talker, loop=closed_loop(4, operations=100, warmup=20)), 2)
    assert sum(group.rows for worker in plan.workers for group in worker.groups) == 120
    assert sum(group.warm for worker in plan.workers for group in worker.groups) == 20


def test_too_few_users_to_share_is_said():
    with pytest.raises(ConfigurationError, match="give at least 4"):
        RoundPlan(
            Workload("a/b", echo_server(), {Talker: 1, Refused: 1}, loop=closed_loop(3, seconds=1)), 2, 1
        )
