"""The coordinator is killed in the midst of a round: its watchman has the columns, the next command a Run."""

import json
import os
import signal

from support.processes import Suite, wait_for

LOAD = """
import time
from pathlib import Path
from load_echo import *

class Counting(Talker):
    done, until = 0, 0.0

    @operation
    async def echo(self):
        await super().echo()
        Counting.done += 1
        if Counting.done == 1:
            Counting.until = time.monotonic() + 2.5
        if Counting.done > 200 and time.monotonic() > Counting.until:
            Path("there").touch()
        elif Counting.done < 10:
            raise Rejected("not yet")

long = Workload("killed/here", echo_server(delay=0.01), Counting, loop=closed_loop(4, seconds=600))
"""


def test_a_coordinator_killed_in_its_first_round_leaves_a_partial_run(tmp_path, command):
    command.example("load_echo.py")
    load = command.file("load_killed.py", LOAD)
    suite = Suite(tmp_path, "run", load, "-k", "killed", "--rounds", "3")
    wait_for((tmp_path / "there").exists)
    os.killpg(suite.process.pid, signal.SIGKILL)
    suite.finish()
    said = command("show")
    (path,) = tmp_path.glob("results/runs/*.json")
    note = f"what it had measured of killed/here is {path.relative_to(tmp_path)}"
    assert said.err == f"suite: note: a command was killed; {note}\n"
    assert "killed/here" in said.out
    (run,) = json.loads(path.read_text())["results"]
    assert (run["partial"], run["rounds"]) == (True, 1)
    assert run["validity"]["verdict"] == "invalid"
    assert run["error"]["kind"] == "interrupted"
    assert run["outcomes"]["ok"] > 180
    assert (run["outcomes"]["rejected"], run["details"][0]["count"]) == (9, 9)
    assert run["details"][0]["example"] == "not yet"
    assert run["metrics"]["response.p50"]["value"] > 0
    assert not (tmp_path / "results/journal").exists()
    assert command("show").err == ""
    assert suite.left_behind() == []
