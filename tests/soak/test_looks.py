"""What is read of a party: of ourselves, where all is known."""

import contextlib
import os
import socket
import threading

from suite.measure import proc
from suite.soak.looks import _look, _middle, disk_used


def test_a_look_counts_what_is_opened_and_begun():
    before = _look([os.getpid()], set())
    with contextlib.ExitStack() as opened:
        for _ in range(3):
            opened.enter_context(socket.socket())
        for _ in range(2):
            opened.enter_context(open(os.devnull))
        going = threading.Event()
        thread = threading.Thread(target=going.wait)
        thread.start()
        after = _look([os.getpid()], set())
        going.set()
        thread.join()
    assert after.descriptors - before.descriptors == 5
    assert after.sockets - before.sockets == 3
    assert after.threads - before.threads == 1
    assert (before.left or 0) - (after.left or 0) == 5
    assert after.processes == 1
    ours = _look([os.getpid()], {os.getpid()}).memory
    assert ours < after.memory + 2**20, "shared memory of a worker is ours; a look itself takes some"


def test_memory_that_several_share_counts_once(monkeypatch):
    first, second, third = nobody = range(2**22 + 1, 2**22 + 4)
    held = {first: (10, 100), second: (20, 70), third: (5, 300)}
    monkeypatch.setattr("suite.soak.looks.proc.stat", lambda pid: proc.Stat(0.0, 1, 0, zombie=False))
    monkeypatch.setattr(
        "suite.soak.looks.proc.resident", lambda pid: proc.Resident(held[pid][0], 0, held[pid][1], 0)
    )
    assert _look(nobody, set()).memory == 35 + 300
    assert _look(nobody, {third}).memory == 35 + 100, "recordings of a worker are no memory of its own"


def test_what_has_ended_is_not_there():
    assert _look([2**22 + 1], set()).processes == 0


def test_the_middle_of_the_looks_is_what_was_held(tmp_path):
    look = _look([os.getpid()], set())
    several = [look._replace(memory=memory, left=left) for memory, left in ((1, None), (9, None), (5, 7))]
    held = _middle(several, tmp_path)
    assert (held.memory, held.descriptors_left, held.processes) == (5, 7, 1)
    assert _middle((), tmp_path).processes is None


def test_disk_is_what_files_take_and_not_what_they_are_long(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "full").write_bytes(os.urandom(100_000))
    with (tmp_path / "hollow").open("wb") as file:
        file.truncate(10**9)
    assert 100_000 <= disk_used(tmp_path) < 10**6
    assert disk_used(tmp_path / "none") == 0
