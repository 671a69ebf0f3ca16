"""What a round's evidence says of recordings whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from suite import Threshold, closed_loop, open_loop
from suite.measure.evidence import gather
from suite.measure.resources import Busiest, MachineUsage, Resources, Usage, Waiting
from suite.records.evidence import Evidence
from suite.records.outcome import Outcome
from suite.records.recording import Recording

SECOND = 10**9
START = 50 * SECOND


def queue(rate: float, service: float, servers: int, seconds: float = 4.0) -> Recording:
    """Constant arrivals at `servers` slots, first come first served, each operation `service` seconds."""
    count = round(rate * seconds)
    intended = START + np.round(np.arange(count) * SECOND / rate).astype(np.int64)
    free = np.full(servers, START, np.int64)
    ended = np.empty(count, np.int64)
    for i, due in enumerate(intended):
        slot = int(free.argmin())
        ended[i] = free[slot] = max(free[slot], due) + round(service * SECOND)
    return Recording(
        ("a",), np.zeros(count, np.uint16), np.zeros(count, np.uint8), intended, intended, intended.copy(),
        ended, np.ones(count, np.bool_), START, START + round(seconds * SECOND),
    )  # fmt: skip


def test_littles_law_holds_where_nothing_piles_up():
    found = gather(queue(100, 0.05, 8), Resources(), loop=open_loop(100, 4))
    assert found.in_flight == pytest.approx(5, rel=0.03)
    assert found.little == pytest.approx(5, rel=0.03)
    assert found.at_once == pytest.approx(5, rel=0.03)
    assert abs(found.backlog) <= 1
    assert (found.planned, found.dispatched) == (100, 100)
    assert found.completed == pytest.approx(100, rel=0.02)


def test_a_growing_backlog_shows():
    found = gather(queue(200, 0.05, 8), Resources(), loop=open_loop(200, 4))  # 160/s is all it can do
    assert found.backlog == pytest.approx(80, abs=10)
    assert found.delivered == pytest.approx(160, rel=0.03)
    assert found.at_once == pytest.approx(8, rel=0.05)
    assert found.in_flight > 1.5 * found.little / found.delivered


def test_what_was_dropped_was_not_in_flight():
    recording = queue(100, 0.05, 8)
    for column in (recording.started, recording.finished):
        column[::2] = 0
    recording.outcome[::2] = Outcome.dropped
    found = gather(recording, Resources(), loop=open_loop(100, 4, busy="drop", users=8))
    assert found.in_flight == pytest.approx(2.5, rel=0.03)
    assert (found.dropped, found.due, found.samples) == (200, 400, 400)
    waiting = gather(recording, Resources(), loop=open_loop(100, 4, users=8))
    assert waiting.in_flight > 90


def test_users_at_work_think_too():
    recording = queue(100, 0.005, 1)
    assert gather(recording, Resources(), loop=closed_loop(1, seconds=4)).busy == pytest.approx(0.5, rel=0.02)
    thinking = closed_loop(2, seconds=4, think=(0.004, 0.006))
    assert gather(recording, Resources(), loop=thinking).busy == pytest.approx(1.0, rel=0.02)


def closed(users: int, service: float, think: dict[str, float], seconds: float = 2.0) -> Recording:
    """Users who take operations in turn, each `service` seconds, and think after it as that one says."""
    names, rows = tuple(think), []
    for user in range(users):
        moment, turn = 0.0, user
        while moment < seconds:
            code = turn % len(names)
            rows.append((code, moment, moment + service))
            moment += service + think[names[code]]
            turn += 1
    codes, begun, ended = np.array(sorted(rows, key=lambda row: row[1])).T
    started, finished = (START + np.round(times * SECOND).astype(np.int64) for times in (begun, ended))
    none = np.zeros(len(rows), np.int64)
    return Recording(
        names, codes.astype(np.uint16), none.astype(np.uint8), started, none, started, finished,
        np.ones(len(rows), np.bool_), START, START + round(seconds * SECOND),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("think", "loop", "thinking"),
    [
        ({"get": 0.05}, closed_loop(4, seconds=2), 4 * 0.05 / 0.06),
        ({"get": 0.05}, closed_loop(4, seconds=2, think=1.0), 4 * 0.05 / 0.06),
        ({"get": 0.0}, closed_loop(4, seconds=2, think=0.05), 0.0),
        ({"read": 0.0, "write": 0.08}, closed_loop(4, seconds=2, think=0.5), 4 * 0.08 / 0.1),
        ({"get": 5.0}, closed_loop(4, seconds=2), 4 * 1.99 / 2),  # nobody comes back within the window
    ],
)
def test_each_operation_has_its_own_think_time(think, loop, thinking):
    found = gather(closed(4, 0.01, think), Resources(), loop=loop, thinks=think)
    assert found.busy == pytest.approx(4, rel=0.02)
    assert found.thinking == pytest.approx(thinking, rel=0.02)


def test_an_operation_that_varies_by_itself_is_no_queue():
    """Half of the operations take twenty times as long, whoever else is there."""
    recording = closed(8, 0.01, {"get": 0.0}, seconds=4)
    service = np.where(np.random.default_rng(1).random(len(recording)) < 0.5, 10_000_000, 200_000_000)
    recording = replace(recording, finished=recording.started + service)
    found = gather(recording, Resources(), loop=closed_loop(8, seconds=4))
    assert found.at_once > 0.9 * found.busy
    behind = gather(queue(200, 0.05, 2), Resources(), loop=open_loop(200, 4))  # 40/s is all it can do
    assert behind.at_once == pytest.approx(2, rel=0.05)
    assert behind.busy > 1.9


def test_a_lock_that_lets_newcomers_overtake_is_a_queue():
    """Whoever just had it often gets it again at once, as short as if nobody waited: a threading.Lock."""
    rng, service = np.random.default_rng(1), 5_000_000
    asked, rows, at, holder = dict.fromkeys(range(16), 0), [], 0, 0
    while at < 2 * SECOND:
        at += service + int(rng.exponential(200_000))
        rows.append((asked[holder], at))
        asked[holder] = at
        waiting = min(asked, key=asked.__getitem__)
        holder = holder if rng.random() < 0.4 else waiting
    started, finished = (START + np.array(times) for times in zip(*sorted(rows), strict=True))
    none, every = np.zeros(len(rows), np.int64), np.ones(len(rows), np.bool_)
    recording = Recording(
        ("get",), none.astype(np.uint16), none.astype(np.uint8), started, none, started, finished, every,
        START, START + 2 * SECOND,
    )  # fmt: skip
    found = gather(recording, Resources(), loop=closed_loop(16, seconds=2))
    assert found.busy > 14
    assert found.at_once == pytest.approx(1, rel=0.1)


def test_who_connects_anew_is_at_work():
    recording = closed(2, 0.01, {"get": 0.0, "connect": 0.0})
    connects = recording.operation == 1
    recording.by_loop[connects] = False
    loop = closed_loop(2, seconds=2)
    assert gather(recording, Resources(), loop=loop).busy == pytest.approx(2, rel=0.02)


def test_resources_become_shares():
    system = Usage(cpu=2.0, run_delay=0.4, busiest=Busiest(1.6, 0.2, 1.8), waiting=Waiting(3.5, 0.25))
    workers = Usage(cpu=5.0, run_delay=0.1, processes={7: (3.9, 0.08), 8: (1.1, 0.02)})
    machine = MachineUsage(steal=0.1, busy=10.0, pressure={"io": 0.4}, retransmitted=0.02, line=0.9)
    resources = Resources(4.0, machine, {"system": system, "workers": workers, "db": Usage(cpu=1.0)})
    found = gather(
        queue(100, 0.01, 4), resources, loop=open_loop(100, 4), cores=3,
        metrics={"lateness.p99": 0.001, "served": 500.0},
        thresholds=[Threshold("response.p999", critical="1s")],
    )  # fmt: skip
    assert (found.system_cpu, found.system_cores, found.system_delay) == (0.5, 3, 0.4)
    assert (found.busiest_thread, found.busiest_process) == pytest.approx((0.4, 0.45))
    assert found.worker_cpu == pytest.approx((0.975, 0.275))
    assert found.worker_delay == pytest.approx((0.02, 0.005))
    assert found.saturated == 0
    assert (found.threads_locked, found.threads_blocked) == (3.5, 0.25)
    assert found.others == pytest.approx(0.5)
    assert (found.pressure_io, found.pressure_cpu) == (0.4, None)
    assert (found.retransmitted, found.line, found.steal) == (0.02, 0.9, 0.1)
    assert (found.lateness_p99, found.served, found.answered) == (0.001, 500, 400)
    assert (found.samples, found.samples_wanted) == (400, 100_000)


def test_what_can_not_be_read_is_none():
    found = gather(queue(10, 0.01, 4), Resources(), loop=closed_loop(4, seconds=4), cores=2)
    assert (found.system_cpu, found.system_cores, found.busiest_thread, found.others) == (None,) * 4
    assert (found.planned, found.dispatched, found.backlog, found.trend) == (None,) * 4
    assert (found.worker_cpu, found.saturated) == ((), None)


def test_an_empty_window_is_no_error():
    recording = queue(10, 0.01, 1).where(np.zeros(40, np.bool_))
    found = gather(recording, Resources(), loop=open_loop(10, 4))
    assert (found.due, found.delivered, found.in_flight, found.at_once) == (0, 0, 0, None)
    assert Evidence().saturated is None
