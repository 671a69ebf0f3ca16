"""A round's id, in a program that is its user's."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

from support.scripts import alive, script

from suite.process.child import start_command
from suite.process.identity import round_identity
from suite.process.sweep import carrying


def test_a_program_that_measures_adopts_and_reaps_nothing(tmp_path: Path) -> None:
    """Once pytest, or a notebook, became a subreaper, and its own children's exit statuses were lost."""
    host = """
        import ctypes, subprocess, sys
        from pathlib import Path
        from suite.process.identity import round_identity

        with round_identity(Path("nowhere")):
            own = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"])
            assert own.stdin is None
            import os
            os.waitid(os.P_PID, own.pid, os.WEXITED | os.WNOWAIT)
        adopts = ctypes.c_int(7)
        ctypes.CDLL(None).prctl(37, ctypes.byref(adopts), 0, 0, 0)
        print(own.wait(), adopts.value)
    """
    with script(tmp_path, host) as process:
        assert process.finished() == (0, "7 0\n", "")


def test_what_is_started_carries_the_id_whatever_becomes_of_its_environment(tmp_path: Path) -> None:
    with round_identity(tmp_path):
        child = start_command(["env", "-i", "setsid", "sleep", "600"], log=tmp_path / "log", env={})
        while "setsid" in (line := Path(f"/proc/{child.pid}/cmdline").read_text()) or not line:
            os.sched_yield()
    assert child.wait(30)


def test_what_runs_where_even_the_watchman_was_killed_ends_with_the_next_round(tmp_path: Path) -> None:
    name = uuid.uuid4().hex
    killed = f"""
        import os, subprocess
        from functools import partial
        from suite.process.scratch import note_round, scratch_directory
        from suite.process.sweep import carry

        with scratch_directory() as folder:
            note_round(folder, "{name}")
            one = subprocess.Popen(["sleep", "600"], env={{}}, preexec_fn=partial(carry, "{name}"), stdout=2)
            print(one.pid, flush=True)
            os.kill(os.getpid(), 9)
    """
    with script(tmp_path, killed, env={"TMPDIR": str(tmp_path)}) as process:
        pid = int(process.says())
        process.process.wait()
        assert alive(pid)
        assert carrying(name) == [pid]
        with_it = "from suite.process.scratch import scratch_directory\nwith scratch_directory(): pass"
        subprocess.run(
            [sys.executable, "-c", with_it], env={**os.environ, "TMPDIR": str(tmp_path)}, check=True
        )
        assert not alive(pid)
        assert not [*tmp_path.glob("loadledger-*")]
