"""Operations of an open loop that had to connect first."""

from dataclasses import replace

import numpy as np
import pytest

from suite import closed_loop, open_loop
from suite.measure.dialling import Dials, adds_users, without
from suite.measure.evidence import gather
from suite.measure.resources import Resources
from suite.measure.tcp import TcpUsage
from suite.measure.validity import judge
from suite.records.recording import Recording

MS, START = 1_000_000, 50 * 10**9
LOOP = open_loop(1000, 2)


def recording_of(dial: np.ndarray) -> Recording:
    """1,000/s; operation i connects for `dial[i]` ns first (0: it has a user), and takes 2 ms then."""
    count = len(dial)
    intended = START + np.arange(count, dtype=np.int64) * MS
    dispatched = intended + 20_000
    started = dispatched + dial + np.where(dial > 0, 30_000, 10_000)
    begun, ended = (dispatched + 5_000)[dial > 0], (dispatched + 5_000 + dial)[dial > 0]
    none, many = np.zeros(len(begun), np.int64), len(begun)
    return Recording(
        ("get", "connect"), np.repeat([0, 1], [count, many]).astype(np.uint16),
        np.zeros(count + many, np.uint8), np.append(intended, begun), np.append(dispatched, none),
        np.append(started, begun), np.append(started + 2 * MS, ended),
        np.repeat([True, False], [count, many]), START, START + 2 * 10**9,
    )  # fmt: skip


def dials(slow: int = 0) -> np.ndarray:
    """50 of 2,000 connect for 3 ms, the last of them for a second."""
    dial = np.zeros(2000, np.int64)
    dial[:1000:20] = 3 * MS
    dial[1000 - 20 * slow : 1000 : 20] = 1000 * MS
    return dial


def judged(recording: Recording, tcp: TcpUsage | None):
    evidence = gather(recording, Resources(2.0, tcp=tcp), loop=LOOP)
    found = judge(recording, evidence, loop=LOOP, component=False, cores_apart=True, worker_deaths=0)
    return evidence, [reason for reason in found.reasons if reason.kind in ("dialled", "backlog_full")]


def test_what_was_connecting_is_told_apart():
    dial, recording = dials(), recording_of(dials())
    rows = recording.loop_only()
    assert np.array_equal(Dials(recording).ns(rows) > 0, dial > 0)
    assert Dials(recording).ns(rows).max() == pytest.approx(3 * MS, rel=0.02)
    name, reported, fair = without(rows, Dials(recording))
    assert name == "response.p99"
    assert reported == pytest.approx(0.00505, rel=0.01)
    assert fair == pytest.approx(0.00203, rel=0.01)


def test_operations_that_found_a_user_did_not_connect():
    recording = recording_of(np.zeros(2000, np.int64))
    assert gather(recording, Resources(2.0), loop=LOOP).dialled == 0
    evidence, reasons = judged(recording, TcpUsage(200, 200, 200, 0, 0))  # that was somebody else
    assert (evidence.overflows, reasons) == (200, [])


def test_users_of_a_fixed_number_never_connect_for_an_operation():
    assert not adds_users(open_loop(1000, 2, users=8))
    assert not adds_users(closed_loop(8, seconds=2))
    recording = recording_of(dials())
    assert gather(recording, Resources(2.0), loop=open_loop(1000, 2, users=8)).dialled is None


def test_a_full_listen_backlog_is_named_with_its_figures():
    """An open loop that adds users dials during a stall: p90 said 1.0 s, and nothing said why."""
    evidence, (reason,) = judged(recording_of(dials(slow=40)), TcpUsage(40, 41, 42, 1, 0))
    assert (evidence.dialled, evidence.slow_connects) == (50, 40)
    assert reason.figures["reported"] == pytest.approx(1.002, rel=0.01)
    assert reason.figures["without"] == pytest.approx(0.00203, rel=0.01)
    kernel = {"overflows": 40, "syns": 41, "timeouts": 42, "resets": 1}
    assert {name: reason.figures[name] for name in kernel} == kernel


def test_users_that_a_full_backlog_kept_from_connecting_before_the_load():
    recording = recording_of(dials(slow=4))
    recording = replace(recording, started=recording.started.copy())
    loop = closed_loop(8, seconds=2)
    evidence = gather(recording, Resources(2.0, tcp=TcpUsage(4, 4, 4, 0, 0)), loop=loop)
    found = judge(recording, evidence, loop=loop, component=False, cores_apart=True, worker_deaths=0)
    (reason,) = [reason for reason in found.reasons if reason.kind == "backlog_full"]
    assert (reason.figures["slow"], reason.figures["overflows"]) == (4, 4)
