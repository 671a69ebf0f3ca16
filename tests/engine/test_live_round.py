"""Rounds whose users come and go while they run."""

import asyncio
import json
import os
import signal
import time

import numpy as np
import pytest
from examples.load_echo import Nothing, Talker, echo_server

from suite import Component, User, Workload, closed_loop, open_loop, operation
from suite.config.catalog import reference_to
from suite.config.settings import Settings
from suite.engine.live_round import live_round
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, SystemFailed
from suite.measure import proc
from suite.measure.joined import joined


class Guest(Talker):
    """Says hello, and tells when it comes and goes."""

    async def connect(self, system):
        await super().connect(system)
        self.keep(["comes", self.index])

    async def close(self):
        self.keep(["goes", self.index])
        await super().close()


class Thinker(User):
    """Plain, so that nothing gives the loop a turn by itself."""

    @operation
    def think(self):
        """Return at once."""


guests = Workload("live/guests", echo_server(delay=0.002), Guest, loop=closed_loop(2, seconds=1))
pausing = Workload("live/pausing", echo_server(), Guest, loop=closed_loop(2, seconds=1, think=600.0))
plain = Workload("live/plain", Component(Nothing), Thinker, loop=closed_loop(2, seconds=1))
impatient = Workload("live/impatient", echo_server(), Guest, loop=open_loop(10, 1, busy="drop"))
planned = Workload("live/planned", echo_server(), Guest, loop=open_loop(10, 1))


def live(workload, workers=1):
    return live_round(WorkloadSpec(reference_to(workload), Settings(workers=workers)))


def settled(running, users, parts):
    """Wait until there are `users`, reading on."""
    end = time.monotonic() + 20
    while running.connected != users:
        assert time.monotonic() < end, running.reports
        time.sleep(0.02)
        parts.append(running.take())


def kept(running):
    return [json.loads(line) for line in (running.directory / "kept.jsonl").read_text().splitlines()]


def test_users_come_and_go_and_every_operation_is_read_once():
    parts = []
    with live(guests, workers=2) as running:
        for users in (5, 2, 4, 0, 3):
            running.resize(users)
            settled(running, users, parts)
        settled(running, 3, parts)
        parts.append(running.stop())
        told = kept(running)
        written = running.plan.used()
        pids = [worker.child.pid for worker in running.workers]
        failed = running.reports
    assert sum(len(part.loop_only()) for part in parts) == written > 0
    assert sum(part.of("connect").counts()["ok"] for part in parts) == 5 + 2 + 3
    assert sum(part.counts()["unfinished"] + part.counts()["failed"] for part in parts) == 0
    assert not any(report.details for report in failed)
    present = set()
    for what, number in told:  # a number is used by one at a time, and the lowest are used again
        assert number < 5
        assert (number in present) == (what == "goes")
        present ^= {number}
    assert not present
    assert not any(proc.stat(pid) for pid in pids)


@pytest.mark.exhaustive
def test_who_thinks_goes_at_once_and_an_end_waits_for_nobody():
    parts, begun = [], time.monotonic()
    with live(pausing) as running:
        running.resize(3)
        settled(running, 3, parts)
        running.resize(1)
        settled(running, 1, parts)
        parts.append(running.stop())
    assert time.monotonic() - begun < 60  # of 600 s that they think
    assert sum(len(part.loop_only()) for part in parts) <= 3


def test_users_of_an_object_hear_what_they_are_told():
    parts = []
    with live(plain) as running:
        running.resize(1)
        settled(running, 1, parts)
        parts.append(running.stop())
    assert sum(part.counts()["ok"] for part in parts) > 0


def test_a_system_that_dies_is_told_and_nothing_is_left():
    with live(guests) as running:
        running.resize(1)
        pids = [*running.processes(), *(worker.child.pid for worker in running.workers)]
        for pid in running.workload.system.roots():
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(SystemFailed, match="died"):
            settled(running, 1000, [])
    assert not any(proc.stat(pid) for pid in pids)


def test_planned_starts_come_when_they_are_told():
    parts = []
    with live(planned, workers=2) as running:
        running.resize(3)
        settled(running, 3, parts)
        first = time.monotonic_ns() + 50_000_000
        starts = first + np.arange(40, dtype=np.int64) * 5_000_000
        running.schedule(starts[:25])
        running.schedule(starts[25:])
        running.schedule(np.array([first + 10**12]))  # long after the end
        while time.monotonic_ns() < starts[-1] + 20_000_000:
            time.sleep(0.02)
            parts.append(running.take())
        parts.append(running.stop())
        assert not running.whole
    rows = joined([part.loop_only() for part in parts], parts[0].names, 0, 0)
    assert sorted(rows.intended.tolist()) == starts.tolist()
    assert rows.counts()["ok"] == 40
    assert (rows.started >= rows.intended).all()


@pytest.mark.exhaustive
def test_a_start_that_finds_nobody_waits_or_is_dropped():
    kept_waiting, dropping = [], []
    for workload, parts in ((planned, kept_waiting), (impatient, dropping)):
        with live(workload) as running:
            running.schedule(time.monotonic_ns() + np.arange(5, dtype=np.int64))
            time.sleep(0.1)
            running.resize(1)
            settled(running, 1, parts)
            time.sleep(0.1)
            parts.append(running.stop())
    waited = joined([part.loop_only() for part in kept_waiting], kept_waiting[0].names, 0, 0)
    assert waited.counts()["ok"] == 5
    assert (waited.response_ns() > 50_000_000).all()
    assert sum(part.counts()["dropped"] for part in dropping) == 5


class Slow(Guest):
    """Takes its time to connect."""

    async def connect(self, system):
        await asyncio.sleep(0.2)
        await super().connect(system)


class Counted(Guest):
    """Would have done its part after two operations in a round of its own."""


slow = Workload("live/slow", echo_server(), Slow, loop=closed_loop(2, seconds=1))
both = Workload("live/both", echo_server(), {Guest: 1, Talker: 3}, loop=closed_loop(4, seconds=1))
counted = Workload("live/counted", echo_server(), Counted, loop=closed_loop(1, each=2))


@pytest.mark.exhaustive
def test_users_that_still_connect_are_counted_and_the_last_word_holds():
    parts = []
    with live(slow) as running:
        for users in (1, 3, 6, 2):
            running.resize(users)
            time.sleep(0.03)
        settled(running, 2, parts)
        while running.changing:
            parts.append(running.take())
        assert running.connected == 2
        running.stop()


@pytest.mark.exhaustive
def test_each_class_has_its_own_number_of_users_and_news_is_told():
    parts = []
    with live(both) as running:
        running.resize(3, 1)
        settled(running, 4, parts)
        running.ask_for_news()
        assert len([each for each in kept(running) if each[0] == "comes"]) == 3
        with pytest.raises(ConfigurationError, match="one for each class of users"):
            running.resize(1, 2, 3)
        running.stop()


@pytest.mark.exhaustive
def test_operations_of_each_user_have_no_end_there():
    parts = []
    with live(counted) as running:
        running.resize(1)
        settled(running, 1, parts)
        time.sleep(0.1)
        parts.append(running.stop())
    assert sum(len(part.loop_only()) for part in parts) > 2
