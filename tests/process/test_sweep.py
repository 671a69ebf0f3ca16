"""Nothing of a round outlives it, wherever it went."""

import ctypes
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.scripts import alive, gone, script

from suite.process import sweep as sweeping
from suite.process.sweep import ROUND_VARIABLE, carry, carrying, children, reap, remove, sweep

FAMILY = """
    import os, subprocess, sys, time

    deaf = "import signal, time; signal.signal(15, 1); print('ready', flush=True); time.sleep(600)"
    pids = []
    for session in (False, True):
        child = subprocess.Popen([sys.executable, "-c", deaf], start_new_session=session, stdout=-1)
        child.stdout.readline()
        pids.append(child.pid)
    if os.fork() == 0:
        os.setsid()
        between = os.getpid()
        if os.fork():
            os._exit(0)  # a daemon's way: its parent is gone, its session is its own
        while os.getppid() == between:
            time.sleep(0.001)
        print(*pids, os.getpid(), flush=True)
        time.sleep(600)
    os.wait()
    sys.stdin.readline()
    os._exit(0)
"""


@pytest.fixture
def name() -> str:
    return uuid.uuid4().hex


def test_grandchildren_in_sessions_of_their_own_are_found(tmp_path: Path, name: str) -> None:
    with script(tmp_path, FAMILY, env={ROUND_VARIABLE: name}) as parent:
        pids = [int(word) for word in parent.says().split()]
        assert len(pids) == 3
        assert set(carrying(name)) == {parent.pid, *pids}
        parent.go_on()
        parent.process.wait()  # it leaves three orphans
        assert set(carrying(name)) == set(pids)
        assert set(sweep(name)) == set(pids)
        assert all(gone(pid) for pid in pids)
        assert carrying(name) == []
        assert sweep(name) == []


def test_what_has_neither_our_environment_nor_our_session_is_found(tmp_path: Path, name: str) -> None:
    """As a helper that was started through `env -i setsid`: a dead one is nothing to be found."""
    hidden = subprocess.Popen(
        ["env", "-i", "setsid", "sleep", "600"], env={}, preexec_fn=partial(carry, name)
    )
    try:
        assert carrying(name) == [hidden.pid]
        assert sweep(name) == [hidden.pid]
        assert carrying(name) == []
    finally:
        hidden.wait()


def test_one_that_carries_another_id_is_no_relative(name: str) -> None:
    other = uuid.uuid4().hex
    with subprocess.Popen(["sleep", "600"], env={}, preexec_fn=partial(carry, other)) as stranger:
        assert sweep(name) == sweep("") == []
        assert carrying(other) == [stranger.pid]
        stranger.kill()
        os.waitid(os.P_PID, stranger.pid, os.WEXITED | os.WNOWAIT)
        assert carrying(other) == []  # nor is a zombie, whose limits are there yet


def test_strangers_and_we_ourselves_are_left_alone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(ROUND_VARIABLE, name)
    other = {**os.environ, ROUND_VARIABLE: name + "0"}
    with subprocess.Popen(["sleep", "600"], env=other) as stranger:
        assert sweep(name) == []
        assert alive(stranger.pid)
        stranger.kill()


def test_what_was_swept_is_no_zombie(name: str) -> None:
    child = subprocess.Popen(["sleep", "600"], env={**os.environ, ROUND_VARIABLE: name})
    try:
        assert child.pid in children()
        assert sweep(name) == [child.pid]
        assert child.pid not in children()
    finally:
        child.wait()


def test_reaping_takes_only_what_is_dead_and_ours() -> None:
    with subprocess.Popen(["sleep", "600"]) as child:
        reap([child.pid, 1, 1 << 22])
        assert alive(child.pid)
        assert child.poll() is None
        child.kill()
        assert child.wait() == -signal.SIGKILL


def test_threads_of_ours_have_children_too(tmp_path: Path) -> None:
    threaded = """
        import subprocess, threading
        from suite.process.sweep import children

        def body():
            with subprocess.Popen(["sleep", "600"]) as child:
                print(child.pid in children())
                child.kill()

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
    """
    with script(tmp_path, threaded) as process:
        assert process.finished() == (0, "True\n", "")


HOPS = """
    import os, sys, time
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if os.fork():
            os._exit(0)
        os.setsid()
        os.write(1, b".")
        time.sleep(0.005)
"""
CROWD = """
    import os, time
    for _ in range(200):
        if os.fork() == 0:
            time.sleep(600)
    print("there", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes of others, at each of which a look takes as long as on a busy machine."""

    def slow(pid: int, *marks: bytes) -> bool:
        found = look(pid, *marks)
        if not found:
            time.sleep(0.0002)
        return found

    look = sweeping._carries
    monkeypatch.setattr(sweeping, "_carries", slow)
    with subprocess.Popen(
        [sys.executable, "-S", "-c", textwrap.dedent(CROWD)], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.usefixtures("crowd")
def test_what_goes_on_in_a_new_process_all_the_time_is_ended(tmp_path: Path, name: str) -> None:
    """No look at all processes met it: each was gone before its turn came, or before all others had been
    looked at as well, and the next was not there yet.
    """
    place = tmp_path / "hops"
    with place.open("wb") as hops:
        subprocess.Popen(
            [sys.executable, "-S", "-c", textwrap.dedent(HOPS)],
            stdout=hops, env={ROUND_VARIABLE: name}, preexec_fn=partial(carry, name),
        ).wait()  # fmt: skip
    begun = place.stat().st_size
    while place.stat().st_size < begun + 20:
        time.sleep(0.001)
    sweep(name)
    ended = place.stat().st_size
    time.sleep(0.3)
    assert place.stat().st_size == ended


@pytest.mark.parametrize(("apart", "gone"), [(7, True), (500, False)])
def test_of_shared_memory_only_that_of_the_folder_goes(tmp_path: Path, apart: int, gone: bool) -> None:
    """A system may write a `postmaster.pid` that names what is somebody else's."""
    libc, data = ctypes.CDLL(None), tmp_path / "scratch" / "data"
    data.mkdir(parents=True)
    key = ctypes.c_int(data.stat().st_ino + apart).value
    piece = libc.shmget(key, 56, 0o3600)  # made, and new
    assert piece >= 0
    try:
        lines = ["1", str(data), "2", "5432", "", "127.0.0.1", f"  {key % (1 << 64)}   {piece}", "ready"]
        (data / "postmaster.pid").write_text("\n".join(lines))
        remove(tmp_path / "scratch", "marker")
        assert not data.exists()
        assert (libc.shmget(key, 56, 0) < 0) == gone
    finally:
        libc.shmctl(piece, 0, None)
