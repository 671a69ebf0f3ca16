"""Threads of real processes, and the machine around them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from suite.measure import proc
from suite.measure.machine import MachineWatch
from suite.measure.sampler import Sampler
from suite.measure.threads import Threads
from suite.measure.track import Track

_SCRIPT = """
import sys, threading, time
lock = threading.Lock()
lock.acquire()
def spin():
    end = time.monotonic() + 60
    while time.monotonic() < end:
        pass
def start(*bodies):
    for body in bodies:
        threading.Thread(target=body, daemon=True).start()
start(lock.acquire)
print("at", flush=True)
sys.stdin.readline()
start(lock.acquire, lock.acquire, lock.acquire, spin)
print("at", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def process():
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout.readline() == "at\n"
        yield started
        started.kill()


@pytest.mark.rounds
def test_the_busiest_thread_and_those_that_wait_for_a_lock(process):
    sampler = Sampler({"system": lambda: [process.pid]})
    sampler.tick()
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "at\n"
    time.sleep(0.1)
    begin = time.monotonic_ns()
    end = begin + 600_000_000
    while time.monotonic_ns() < end + 100_000_000:
        sampler.tick()
        time.sleep(0.05)
    sampler.tick(look=True)
    usage = sampler.resources(begin, end).system
    ran = usage.busiest.cpu + usage.busiest.delay
    assert ran == pytest.approx(0.6, rel=0.2)  # it never slept, whoever had the core
    assert usage.busiest.process == pytest.approx(usage.cpu, abs=0.05)
    assert usage.processes[process.pid][0] == usage.busiest.process
    if usage.waiting.locks is None:
        pytest.skip("the kernel does not tell where threads sleep")
    assert usage.waiting.locks == pytest.approx(3, abs=0.5)  # the one that waited before is not news
    assert usage.waiting.disk < 1


def test_threads_that_come_and_go_are_forgotten():
    threads = Threads()
    for i in range(100):
        threads.look(i, {1: [proc.Thread(i, 0.001, 0.0, 1, "S", "0")]})
    assert len(threads._lives) == 1
    assert threads.waiting(0, 99).locks is None
    assert threads.waiting(200, 300) is None


def test_threads_that_ended_are_forgotten_with_what_was_before():
    """Of a server that replaces its workers a soak kept every one for ever."""
    threads = Threads()
    for now in range(10, 100, 10):
        busy = proc.Thread(now, now / 10 + 1.0, 0.0, 1, "S", "0")
        threads.look(now, {now: [busy], 7: [proc.Thread(7, now / 100, 0.0, 1, "S", "0")]})
    assert len(threads._lives) == 9
    threads.forget(95)
    assert set(threads._lives) == {(90, 90), (7, 7)}
    threads.look(110, {7: [proc.Thread(7, 1.1, 0.0, 1, "S", "0")]})
    assert threads.processes(90, 110)[7] == (pytest.approx(0.2), 0.0)


def test_a_threads_samples_are_thinned_out_and_keep_their_sum():
    track = Track(16)
    for now in range(1001):
        track.add(now, now * 0.5)
    assert len(track.times) <= 17
    assert track.within(0, 1000) == 500
    assert track.within(250, 750) == pytest.approx(250)


def test_the_machine_shows_what_a_busy_process_does():
    watch = MachineWatch()
    watch.look()
    begin = time.monotonic_ns()
    used = time.process_time()
    while time.process_time() < used + 0.3:
        pass
    end = time.monotonic_ns()
    watch.look()
    found = watch.within(begin, end)
    assert found.busy > 0.25
    assert found.steal is not None
    assert all(0 <= share <= 1 for share in found.pressure.values())
    if Path("/proc/pressure/io").exists():
        assert set(found.pressure) == {"cpu", "memory", "io"}


def test_a_machine_that_tells_nothing(monkeypatch):
    monkeypatch.setattr("suite.measure.machine._read", lambda path: b"")
    watch = MachineWatch()
    watch.look()
    watch.look()
    found = watch.within(0, 10**9)
    assert (found.steal, found.busy, found.pressure, found.retransmitted) == (None, None, {}, None)
