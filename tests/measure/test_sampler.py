"""The sampler on real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from suite.measure import proc
from suite.measure.sampler import Sampler
from suite.measure.track import Track

MB = 1_000_000


@contextmanager
def scripted(script: str) -> Iterator[subprocess.Popen]:
    """A process that runs `script`; `step(p)` lets it go on to its next `pause()`."""
    pause = (
        "import os, sys, mmap, time, threading\n"
        "def pause():\n print('at', flush=True); sys.stdin.readline()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", pause + script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        assert process.stdout.readline() == "at\n"
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def step(process: subprocess.Popen) -> None:
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "at\n"


def test_memory_that_is_allocated_and_given_back():
    script = "pause()\nx = bytearray(50_000_000)\npause()\ndel x\npause()\ny = bytearray(20_000_000)\npause()"
    with scripted(script) as process:
        sampler = Sampler({"system": lambda: [process.pid]})
        begin = time.monotonic_ns()
        idle = sampler.quiet("system").memory
        sampler.reset_peak("system")
        sampler.tick()
        step(process)
        step(process)
        sampler.tick()
        assert sampler.peak("system") - idle == pytest.approx(50 * MB, rel=0.03)
        sampler.reset_peak("system")
        step(process)
        assert sampler.quiet("system").memory - idle == pytest.approx(20 * MB, rel=0.05)
        usage = sampler.resources(begin, time.monotonic_ns()).system
        assert usage.growth == pytest.approx(20 * MB, rel=0.05)
        assert usage.peak - idle == pytest.approx(20 * MB, rel=0.05)
        assert usage.threads == 1
        assert usage.files >= 3
        assert usage.notes == {}


def test_memory_shared_by_forks_counts_once():
    script = (
        "x = bytearray(os.urandom(30_000_000)); m = mmap.mmap(-1, 10_000_000); m[:] = bytes(10_000_000)\n"
        "r, w = os.pipe()\n"
        "for _ in range(3):\n"
        " if os.fork() == 0:\n  sum(m[::4096]); os.write(w, b'.'); time.sleep(60)\n"
        "for _ in range(3): os.read(r, 1)\n"
        "pause()\n"
        "y = bytearray(os.urandom(15_000_000)); pause()\ndel y; pause()"
    )
    with scripted(script) as process:
        sampler = Sampler({"system": lambda: [process.pid]})
        mark = sampler.quiet("system")
        assert mark.memory == pytest.approx(48 * MB, rel=0.15)
        assert mark.counted_twice > 80 * MB
        sampler.reset_peak("system")
        step(process)
        sampler.tick()
        step(process)
        sampler.tick()
        peak = sampler.peak("system")
        assert peak - mark.memory == pytest.approx(30 * MB, rel=0.1)  # urandom's bytes and their copy
        after = sampler.quiet("system").memory  # malloc may have kept what was freed
        now = time.monotonic_ns()
        usage = sampler.resources(now - 10**9, now).system
        assert usage.threads == 4
        assert usage.notes["peak"].startswith("of 4 processes")
        assert usage.memory[-1] == pytest.approx(after, rel=0.02)


def test_recording_columns_are_left_out():
    script = (
        "from suite.measure.column_file import ColumnFile\n"
        "pause()\nc = ColumnFile.create(1_000_000)\nfor s in c: s._map[:] = bytes(len(s._map))\npause()"
    )
    with scripted(script) as process:
        sampler = Sampler({"system": lambda: [process.pid]})
        before = sampler.quiet("system").memory
        step(process)
        assert sampler.quiet("system").memory - before < 2 * MB
        sampler.reset_peak("system")
        assert sampler.peak("system") - before < 2 * MB
        sampler.tick()
        now = time.monotonic_ns()
        assert sampler.resources(now - 1, now).system.memory[-1] - before < 2 * MB


def test_cpu_of_children_that_ended_counts():
    script = (
        "pause()\n"
        "for _ in range(2):\n"
        " if os.fork() == 0:\n"
        "  while time.process_time() < .15: pass\n"
        "  os._exit(0)\n"
        " os.wait()\n"
        "pause()"
    )
    with scripted(script) as process:
        sampler = Sampler({"system": lambda: [process.pid], "workers": list})
        begin = time.monotonic_ns()
        sampler.tick()
        step(process)
        sampler.tick()
        resources = sampler.resources(begin, time.monotonic_ns())
        assert resources.system.cpu == pytest.approx(0.3, abs=0.1)
        assert resources.system.switches > 0
        assert resources.system.run_delay is not None
        assert resources.machine.steal is not None
        assert resources.workers.cpu is None
        assert "no process" in resources.workers.notes["cpu"]


def test_grandchildren_stay_when_their_parent_ends():
    script = (
        "r, w = os.pipe()\n"
        "if os.fork() == 0:\n"
        " pid = os.fork()\n"
        " if pid == 0:\n  time.sleep(60)\n"
        " os.write(w, b'.'); time.sleep(.5); os._exit(0)\n"
        "os.read(r, 1); pause(); os.wait(); pause()"
    )
    with scripted(script) as process:
        sampler = Sampler({"system": lambda: [process.pid]})
        sampler.quiet("system")  # sees all three
        step(process)
        sampler.tick()
        now = time.monotonic_ns()
        assert sampler.resources(now - 1, now).system.threads == 2


def test_zombies_and_vanished_processes_are_no_errors():
    child = subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.DEVNULL)
    sampler = Sampler({"system": lambda: [child.pid]})
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert proc.stat(child.pid).zombie
    assert proc.resident(child.pid) is None
    sampler.tick()
    assert sampler.quiet("system").memory is None
    child.wait()
    sampler.tick()
    sampler.reset_peak("system")
    assert sampler.peak("system") is None
    assert sampler.quiet("system").note
    assert proc.stat(child.pid) is None
    assert proc.threads(child.pid) == []
    assert proc.descriptors(child.pid) == 0
    assert proc.tree([child.pid]) == []
    usage = sampler.resources(0, time.monotonic_ns()).system
    assert (usage.idle, usage.after, usage.peak, usage.growth, usage.cpu) == (None,) * 5
    assert set(usage.notes) >= {"idle", "after", "peak", "cpu"}


def test_what_runs_elsewhere_has_no_process_to_read_and_what_ended_had_one():
    sampler = Sampler({"system": list})
    sampler.quiet("system")
    sampler.tick()
    sampler.quiet("system")
    assert sampler.peak("system") is None
    notes = sampler.resources(0, time.monotonic_ns()).system.notes
    assert {notes[name] for name in ("idle", "after", "peak", "cpu")} == {"there is no process of it to read"}
    with scripted("pause()") as process:
        sampler = Sampler({"system": lambda: [process.pid]})
        sampler.quiet("system")
    sampler.tick()
    assert sampler.peak("system") is None
    notes = sampler.resources(0, time.monotonic_ns()).system.notes
    assert notes["peak"] == "its processes ended before it was read"


def test_refusals_become_notes(monkeypatch):
    def refused(*arguments):
        raise PermissionError(13, "Permission denied")

    for name in ("held", "reset_peak", "resident", "descriptors"):
        monkeypatch.setattr(proc, name, refused)
    sampler = Sampler({"system": lambda: [os.getpid()]})
    sampler.tick()
    sampler.reset_peak("system")
    assert sampler.quiet("system").note == "can't be read: Permission denied"
    assert sampler.peak("system") is None
    sampler.tick()
    usage = sampler.resources(0, time.monotonic_ns()).system
    assert usage.cpu is None
    assert usage.notes["files"] == "can't be read: Permission denied"
    assert usage.notes["peak"].startswith("can't be read")


def test_children_are_found_without_the_kernels_list(monkeypatch):
    script = "if os.fork() == 0:\n time.sleep(60)\npause()"
    with scripted(script) as process:
        usual = proc.tree([process.pid])
        monkeypatch.setattr(proc, "_LISTS_CHILDREN", False)
        assert len(usual) == 2
        assert sorted(proc.tree([process.pid, process.pid])) == sorted(usual)


def test_threads_children_are_found():
    script = "threading.Thread(target=lambda: os.fork() or time.sleep(60)).start(); time.sleep(.3); pause()"
    with scripted(script) as process:
        assert len(proc.tree([process.pid])) == 2


def test_what_is_given_up_costs_no_memory_and_the_processes_stay():
    # Not of this process: what other tests have left may be handed to it.
    with scripted("pause()") as process:
        sampler = Sampler({"system": lambda: [process.pid]})
        for _ in range(5):
            sampler.tick(look=True)
        assert sampler.members("system") == [process.pid]
        begin = time.monotonic_ns()
        sampler.forget(begin)
        group = sampler._groups["system"]
        assert len(group._memory.times) == len(group._cpu.times) == 1
        sampler.tick(look=True)
        used = sampler.resources(begin, time.monotonic_ns()).system
        assert used.cpu is not None
        assert len(used.memory) == 2
        assert used.files == proc.descriptors(process.pid)


def test_a_track_only_grows():
    track = Track()
    assert track.within(0, 10) is None
    for now, total in ((0, 5.0), (10, 7.0), (20, 3.0), (30, 4.0)):  # a process with 4 s of its own ended
        track.add(now, total)
    assert track.values == [0, 2, 2, 3]
    assert track.within(5, 30) == 2
