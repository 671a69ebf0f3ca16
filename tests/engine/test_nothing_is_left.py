"""However a round ends, no process, socket, shared memory or temporary file of it is left."""

import json
import os
import signal
from pathlib import Path

import pytest
from support.processes import EXAMPLES, Suite, command_line, wait_for
from support.variants import exhaustive

ECHO = str(EXAMPLES / "load_echo.py")


@pytest.fixture
def started(tmp_path):
    """A long run in full swing: system, its grandchild and the worker are there."""
    suite = Suite(tmp_path, "run", ECHO, "-k", "long", "--rounds", "2", "--json", "out.json")
    wait_for(lambda: any("time.sleep(600)" in command_line(pid) for pid in suite.processes()))
    wait_for(lambda: suite.files("kept.jsonl"))
    yield suite
    if suite.process.poll() is None:
        suite.process.kill()
        suite.process.communicate()


def state(pid):
    """As the kernel has it: R, S, T for stopped; nothing of what is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def spawned(suite, who):
    """Pids of the round's own processes, by what they are: "worker" or "system"."""

    def log_of(pid):
        try:
            return os.readlink(f"/proc/{pid}/fd/1")
        except OSError:
            return ""

    logs = {pid: Path(log_of(pid)) for pid in suite.processes() if "time.sleep" not in command_line(pid)}
    return [pid for pid, log in logs.items() if log.name.startswith(who) or log.parent.name == who]


@pytest.mark.exhaustive
def test_after_a_normal_end(tmp_path):
    suite = Suite(tmp_path, "run", ECHO, "-k", "closed", "--quick")
    assert suite.finish() == 0, suite.err
    assert suite.left_behind() == []


@pytest.mark.exhaustive
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), exhaustive(signal.SIGINT, 130)])
def test_after_a_signal(started, number, code):
    started.process.send_signal(number)
    assert started.finish() == code, started.err
    assert "INTERRUPTED" in started.out
    assert "Traceback" not in started.out + started.err
    assert started.left_behind() == []


def test_after_ctrl_c_to_the_whole_group(started):
    """The terminal signals every process of the group; the coordinator alone decides."""
    os.killpg(started.process.pid, signal.SIGINT)
    assert started.finish() == 130, started.err
    assert "Traceback" not in started.out + started.err
    assert started.left_behind() == []


@pytest.mark.exhaustive
def test_after_two_ctrl_c(started):
    os.killpg(started.process.pid, signal.SIGINT)
    os.killpg(started.process.pid, signal.SIGINT)
    assert started.finish() == 130, started.err
    assert started.left_behind() == []


@pytest.mark.exhaustive
def test_after_a_worker_was_killed(started):
    (worker,) = wait_for(lambda: spawned(started, "worker"))
    os.kill(worker, signal.SIGKILL)
    assert started.finish() == 3, started.err
    assert "was killed by SIGKILL" in started.out
    assert started.left_behind() == []


@pytest.mark.exhaustive
def test_after_the_system_was_killed(started):
    (system,) = wait_for(lambda: spawned(started, "system"))
    os.kill(system, signal.SIGKILL)
    assert started.finish() == 4, started.err
    assert "the system died" in started.out
    assert "was killed by SIGKILL" in started.out
    assert json.loads((started.folder / "out.json").read_text())["exit_code"] == 4
    assert started.left_behind() == []


@pytest.mark.exhaustive
def test_after_a_deadline(tmp_path):
    """One of 2 s and a little, where it is 15 s and a little."""
    load = tmp_path / "load_echo.py"
    sooner = "from suite.engine import round_load\nround_load.STEP_SECONDS = 2.0\n"
    load.write_text(Path(ECHO).read_text() + sooner)
    suite = Suite(tmp_path, "run", str(load), "-k", "hanging")
    assert suite.finish() == 3, suite.err
    assert "in time" in suite.out
    assert suite.left_behind() == []


def test_after_the_coordinator_itself_was_killed(started):
    """The kernel ends our children; the watchman ends theirs and removes the files."""
    started.process.kill()
    started.finish()
    assert started.left_behind() == []


def test_after_the_whole_group_was_killed_files_go_with_the_next_run(started, tmp_path):
    """The watchman stands outside of it, and ends a grandchild in a session of its own too."""
    os.killpg(started.process.pid, signal.SIGKILL)
    started.finish()
    assert started.left_behind() == []
    following = Suite(tmp_path, "run", ECHO, "-k", "closed", "--quick")
    assert following.finish() == 0, following.err
    assert following.left_behind() == []


@pytest.mark.exhaustive
def test_after_a_system_that_would_not_start(tmp_path):
    suite = Suite(tmp_path, "run", ECHO, "-k", "dead")
    assert suite.finish() == 4, suite.err
    assert "would not start" in suite.out
    assert suite.left_behind() == []


@pytest.mark.exhaustive
def test_after_a_kill_amid_faults(tmp_path):
    """The proxy goes with the others, and so does a helper that can't hear because it is stopped."""
    suite = Suite(tmp_path, "run", str(EXAMPLES / "load_faulty.py"), "-k", "held", "--rounds", "1")
    wait_for(lambda: any(state(pid) == "T" for pid in suite.processes()))
    suite.process.kill()
    suite.finish()
    assert suite.left_behind() == []
