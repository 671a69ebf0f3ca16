"""The agent in processes of others: what it counts, what it records, and that it is not noticed."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.injecting import FAMILY, HOARDER, counts, running

from suite.process import injection
from suite.process.agent_answers import Counts
from suite.process.child import Child, start_command
from suite.process.identity import round_identity
from suite.process.injection import Injection, injected

NO_AGENT = "no agent answers: not Python, or it ignores PYTHONPATH (-I, -E, -S)"


def suspend(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    while any(
        task.read_text().rpartition(")")[2].split()[0] != "T"
        for task in Path(f"/proc/{pid}/task").glob("*/stat")
    ):
        time.sleep(0.001)


def program(argv: list[str], folder: Path) -> Child:
    return start_command(argv, log=folder / "log", env={})


def held(agents: Injection, pids: Sequence[int]) -> dict[int, Counts]:
    found = {pid: told for pid, told in agents.mark(pids).items() if isinstance(told, Counts)}
    assert list(found) == list(pids)
    return found


def test_what_stays_is_counted_and_nothing_else(tmp_path: Path) -> None:
    with running(tmp_path, HOARDER) as (agents, process):
        marks: list[Counts] = []
        while len(marks) < 15 or len(set(marks[-15:])) > 1:  # an idle process moves no block and no byte
            marks.append(counts(agents, process.pid))
            assert len(marks) < 500, marks
        for _ in range(3):
            process.go_on()
            assert process.says() == "kept"
            marks.append(counts(agents, process.pid))
        last, before = marks[-1], marks[-2]  # it may be back at reading, or not yet: that takes a little
        assert 95 <= last.blocks - before.blocks <= 110
        if last.malloc is not None and before.malloc is not None:
            assert 70_000 <= last.malloc - before.malloc <= 140_000
        assert process.finished() == (0, "", "")


def test_a_parent_with_forked_and_spawned_children(tmp_path: Path) -> None:
    with round_identity(tmp_path), running(tmp_path, FAMILY) as (agents, process):
        pids = [int(word) for word in process.says().split()]
        before = held(agents, pids)
        process.go_on()
        assert process.says() == "done"
        after = held(agents, pids)
        grown = [after[pid].blocks - before[pid].blocks for pid in pids]
        assert [round(count / 1000) for count in grown] == [0, 1, 1], "each process has a counter of its own"
        assert set(agents.collections(pids)) == set(pids)
        process.go_on()
        assert process.finished() == (0, "", "")


def test_who_has_no_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injection, "_START", 0.05)
    with round_identity(tmp_path), injected(tmp_path / "agents", "counters") as agents:
        deaf = program([sys.executable, "-I", "-c", "import time; time.sleep(600)"], tmp_path)
        other = program(["sleep", "600"], tmp_path)
        ended = program(["true"], tmp_path)
        assert ended.wait(30)
        pids = [deaf.pid, other.pid, ended.pid, 2**22 + 1]
        assert list(agents.mark(pids).values()) == [NO_AGENT, NO_AGENT, "it has ended", "it has ended"]
        assert list(agents.stop(pids).values()) == [NO_AGENT, NO_AGENT, "it has ended", "it has ended"]
        assert agents.collections(pids) == {}
        agents.forget_longest(pids)
        deaf.kill()
        other.kill()


def test_a_process_whose_name_is_no_text_has_not_ended() -> None:
    """The kernel cuts names after 15 bytes, in the midst of a letter too."""
    comm = Path("/proc/self/comm")
    before = comm.read_bytes()
    comm.write_bytes("имя-имя-имя-имя".encode()[:15])
    try:
        assert not injection._ended(os.getpid())
    finally:
        comm.write_bytes(before)


def test_an_agent_that_comes_late_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injection, "_START", 60.0)
    with injected(tmp_path / "agents", "counters") as agents:
        child = program([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path)
        assert isinstance(agents.mark([child.pid], timeout=60)[child.pid], Counts)
        child.kill()


def test_a_process_that_stands_still(tmp_path: Path) -> None:
    with running(tmp_path, HOARDER) as (agents, process):
        assert isinstance(agents.mark([process.pid])[process.pid], Counts)
        suspend(process.pid)
        reason = "did not answer in 0.1 s: is its main thread stuck in C code?"
        assert agents.mark([process.pid], timeout=0.1) == {process.pid: reason}
        found = {str(agents.mark([process.pid], timeout=0.01)[process.pid]) for _ in range(12)}
        assert "it does not take questions: is its main thread stuck in C code?" in found
        os.kill(process.pid, signal.SIGCONT)
        while not isinstance(agents.mark([process.pid])[process.pid], Counts):
            pass  # it still takes the questions that nobody waits for
        process.process.kill()
        process.process.wait()
        assert agents.mark([process.pid]) == {process.pid: "it has ended"}


def test_a_directory_too_deep_for_a_socket(tmp_path: Path) -> None:
    with running(tmp_path, HOARDER, directory="/".join(["x" * 50] * 4)) as (agents, process):
        assert len(str(agents.directory)) > 200
        counts(agents, process.pid)


def test_a_folder_that_is_gone_is_a_reason_and_no_fault(tmp_path: Path) -> None:
    """Somebody empties the folder of temporary files: `suite costs` ended with a traceback."""
    assert Injection(tmp_path / "gone").mark([7]) == {
        7: f"its agent can't be asked: {tmp_path / 'gone'}: No such file or directory"
    }
