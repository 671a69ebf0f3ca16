"""The limit on associations: exact over threads and processes, and free again when its holder dies."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from suite.reference.dicom.slots import AssociationSlots

HOLD = (
    "import sys, time; from pathlib import Path; from suite.reference.dicom.slots import AssociationSlots\n"
    "slots = AssociationSlots(Path(sys.argv[1]), 3); print(slots.take(), slots.take(), flush=True)\n"
    "sys.stdin.read()"
)


@pytest.fixture
def slots(tmp_path):
    slots = AssociationSlots(tmp_path / "slots", 3)
    yield slots
    slots.close()


def test_there_are_as_many_as_were_said_and_what_is_given_back_is_there_again(slots):
    assert [slots.take() for _ in range(4)] == [0, 1, 2, None]
    assert slots.taken == 3
    slots.free(1)
    slots.free(1)
    assert [slots.take(), slots.take()] == [1, None]


def test_threads_never_get_more(slots):
    got, lock = [], threading.Lock()

    def some():
        for _ in range(50):
            slot = slots.take()
            if slot is not None:
                with lock:
                    got.append(slot)
                    assert len(got) <= 3
                    got.remove(slot)
                slots.free(slot)

    threads = [threading.Thread(target=some) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slots.taken == 0


def test_processes_share_them_and_a_dead_one_holds_none(tmp_path, slots):
    command = [sys.executable, "-c", HOLD, str(tmp_path / "slots")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "0 1\n"
        assert [slots.take(), slots.take()] == [2, None]
        os.kill(process.pid, signal.SIGKILL)
    assert [slots.take(), slots.take(), slots.take()] == [0, 1, None]
