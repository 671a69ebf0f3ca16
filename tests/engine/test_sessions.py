"""Sessions of a replayed log: one request after another, a user of its own each, none before its time."""

import asyncio
import os
import time
from types import SimpleNamespace

import numpy as np
import pytest
from support.access_logs import exact

from suite import Command, User, Workload, open_loop, operation
from suite.contract.replay import Replay
from suite.engine.error_counts import ErrorCounts
from suite.engine.nested import Nested
from suite.engine.numbering import Numbering
from suite.engine.open import OpenUsers
from suite.engine.plan import RoundPlan
from suite.engine.replaying import resolved
from suite.engine.script import Script
from suite.engine.user_group import UserGroup
from suite.measure.column_file import ColumnFile
from suite.records.outcome import Outcome

LINES = (
    exact(0.000, "a", target="/a/1/slow"),
    exact(0.002, "a", target="/a/2"),
    exact(0.003, "b", target="/b/1"),
    exact(0.040, "a", target="/a/3"),
    exact(0.041, "c", "HEAD", "/c/1", status=404),
)
"""Three clients; the second request of the first comes due while its first one runs."""


class Visitor(User):
    done: list = []  # noqa: RUF012  # of all users, for the test to see
    left: list = []  # noqa: RUF012
    refusing = False

    def connect(self, _):
        if self.refusing:
            raise ConnectionRefusedError

    def close(self):
        self.left.append(self.index)

    @operation
    async def visit(self):
        self.done.append((self, self.logged))
        if self.logged.target.endswith("/slow"):
            await asyncio.sleep(0.02)


@pytest.fixture
def replayed(tmp_path):
    def run(users=None, busy="queue", refusing=False):
        path = tmp_path / "access.log"
        path.write_text("".join(LINES))
        kind = type("Visitor", (Visitor,), {"done": [], "left": [], "refusing": refusing})
        loop = resolved(open_loop(users=users, busy=busy, arrivals=Replay(str(path))))
        workload = Workload("shop/tuesday", Command("true"), kind, loop=loop, grace=0.5)
        plan = RoundPlan(workload, 1, 1)
        try:
            return asyncio.run(_run(workload, plan, kind))
        finally:
            plan.close()

    return run


async def _run(workload, plan, kind):
    (worker,) = plan.workers
    (told,) = worker.groups
    owner, errors = os.getpid(), ErrorCounts()
    nested = Nested(ColumnFile.open(owner, *worker.nested), plan.names, errors)
    group = UserGroup(
        workload, told, ColumnFile.open(owner, *told.columns), nested, errors,
        Numbering.open(owner, worker.numbering, worker.most), None, names=plan.names, target=None,
        prepared=None, kept=-1, seed=1, component=False, alone=True, script=Script.open(owner, told.script),
    )  # fmt: skip
    if not kind.refusing:
        await group.connect()
    start = time.monotonic_ns() + 5_000_000
    plan.begin_at(start)
    await OpenUsers(group, workload.loop, start).run()
    gone = len(kind.left)
    await group.close()
    (columns,) = plan.group_files[0]
    names = ("intended", "dispatched", "started", "finished", "outcome")
    rows = {name: np.array(getattr(columns, name)[: told.due].tolist()) for name in names}
    return SimpleNamespace(done=kind.done, gone=gone, **rows)


def test_each_client_is_a_user_of_its_own_that_asks_in_order(replayed):
    found = replayed()
    assert sorted(one.target for _, one in found.done) == ["/a/1/slow", "/a/2", "/a/3", "/b/1", "/c/1"]
    by_client = {}
    for user, one in found.done:
        by_client.setdefault(one.target[1], []).append((user, one))
    assert [one.target for _, one in by_client["a"]] == ["/a/1/slow", "/a/2", "/a/3"]
    users = [{user for user, _ in asked} for asked in by_client.values()]
    assert all(len(one) == 1 for one in users)
    assert len(set.union(*users)) == 3
    assert by_client["c"][0][1] == ("HEAD", "/c/1", 404)
    assert (found.outcome == Outcome.ok).all()
    # The second waited for the first, its intended time kept; nothing began before its time.
    assert found.started[1] >= found.finished[0]
    assert found.intended[1] - found.intended[0] == pytest.approx(2e6, abs=2_000)
    assert (found.started >= found.intended).all()


def test_users_leave_when_their_session_is_over(replayed):
    assert replayed().gone == 3


def test_with_one_user_sessions_wait_for_one_another(replayed):
    found = replayed(users=1)
    assert (found.outcome == Outcome.ok).all()
    assert [one.target for _, one in found.done] == ["/a/1/slow", "/a/2", "/a/3", "/b/1", "/c/1"]


def test_a_session_that_finds_no_user_is_dropped_where_that_is_wanted(replayed):
    found = replayed(users=1, busy="drop")
    assert {one.target[1] for _, one in found.done} <= {"a", "c"}
    assert found.started[2] == 0


def test_a_session_whose_user_can_not_connect_has_failed(replayed):
    found = replayed(refusing=True)
    assert (found.outcome == Outcome.failed).all()
    assert found.done == []
