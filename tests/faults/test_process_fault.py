"""Which processes a fault means, and what it does to them."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.processes import wait_for

from suite.faults import At, Fault, Kill, Pause


@pytest.fixture
def two():
    """Two processes, told apart by their command lines."""
    made = [
        subprocess.Popen([sys.executable, "-c", f"import time; time.sleep(60)  # {name}"]) for name in "ab"
    ]
    for one in made:  # a program that is being started has no command line yet
        wait_for(Path(f"/proc/{one.pid}/cmdline").read_bytes)
    yield made
    for one in made:
        one.kill()
        one.wait()


def state(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def becomes(pid, wanted):
    end = time.monotonic() + 5
    while state(pid) not in wanted and time.monotonic() < end:
        time.sleep(0.005)
    return state(pid) in wanted


def test_all_of_them_the_root_or_the_one_that_says_so(two):
    pids = [one.pid for one in two]
    for fault, meant in (
        (Pause("system"), pids),
        (Pause("system", process=0), pids[:1]),
        (Pause("system", process=1), pids[1:]),
        (Pause("system", process="# b"), pids[1:]),
        (Pause("system", process=2), []),
        (Pause("system", process="nobody"), []),
    ):
        assert fault.meant(pids) == meant


def test_a_pause_stops_and_lets_go_on(two):
    pids = [one.pid for one in two]
    fault = Pause("system", 1, process=1)
    assert fault.begin(pids) == pids[1:]
    assert becomes(pids[1], "T")
    assert state(pids[0]) != "T"
    fault.end(pids[1:])
    assert becomes(pids[1], "RS")


def test_a_kill_ends_them_without_a_word(two):
    pids = [one.pid for one in two]
    assert Kill("system").begin(pids) == pids
    assert [one.wait(30) for one in two] == [-signal.SIGKILL] * 2
    Kill("system").begin(pids)  # those that are gone are no error


def test_a_kill_is_done_when_they_are_dead_be_it_that_nobody_has_asked_for_their_status(two):
    pids = [one.pid for one in two]
    fault = Kill("system")
    assert not fault.settled(pids)
    fault.begin(pids)
    assert all(becomes(pid, "Z") for pid in pids)
    assert fault.settled(pids)
    two[0].wait()
    assert fault.settled(pids)


def test_a_fault_of_ones_own_is_told_with_its_settings():
    class Renice(Fault):
        def __init__(self, party, lasting=None, *, by=5):
            super().__init__(party, lasting)
            self.by = by

        def begin(self, processes):
            return list(processes[:1])

    fault = Renice("system", "2s", by=7)
    assert (fault.kind, fault.lasting, fault.settings()) == ("Renice", 2.0, {"by": 7})
    assert At(1, fault).described() == "Renice of system at 1 s for 2 s by=7"
    assert fault.begin([1, 2]) == [1]
    assert fault.settled([1])
    fault.end([1])
