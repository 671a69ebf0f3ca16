"""A system that does not start, or dies: exit code 4, its output's tail, and what was measured before."""

import json
import re
import shutil
import socket
import time

import pytest
from support.processes import EXAMPLES, Suite

from suite.ledger.store import Ledger

LOAD = """
import sys
from load_echo import *
from suite import Command

del long, endless, opened, mixed, dead, hanging
loop = closed_loop(1, seconds=1)
python = sys.executable
not_there = Workload("broken/not-there", Command("no-such-program --port {port}"), Talker, loop=loop)
forbidden = Workload("broken/forbidden", Command("/etc/passwd"), Talker, loop=loop)
ends = Command([python, "-c", "print('no licence'); raise SystemExit(9)"])
ends = Workload("broken/ends", ends, Talker, loop=loop)
sleeps = Command([python, "-c", "import time; time.sleep(60)"], deadline="0.5s")
sleeps = Workload("broken/sleeps", sleeps, Talker, loop=loop)
taken = Workload("broken/taken", Command("sleep 60", port=PORT), Talker, loop=loop)
"""


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """A good workload ran, then five whose systems fail: the folder, what was said, the port taken."""
    folder = tmp_path_factory.mktemp("failed")
    shutil.copy(EXAMPLES / "load_echo.py", folder)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (folder / "load_it.py").write_text(LOAD.replace("PORT", str(port)))
        suite = Suite(folder, "run", "load_it.py", "--rounds", "1", "--seconds", "0.1", "--json", "out.json")
        assert suite.finish() == 4, suite.out + suite.err
    assert suite.err == ""
    return folder, suite.out, port


def test_what_was_measured_before_is_kept(failed):
    folder, said, _ = failed
    assert "SYSTEM FAILED  1 passed, 5 with errors" in said
    good, *bad = json.loads((folder / "out.json").read_text())["results"]
    assert good["error"] is None
    assert good["outcomes"]["ok"] > 0
    assert [one["error"]["kind"] for one in bad] == ["system"] * 5
    assert len(list(folder.glob("results/runs/*.json"))) == 6
    with Ledger.existing(folder / "results/ledger.db") as ledger:
        assert [run.id for run in ledger.runs("echo/closed")] == [good["id"]]


def early_end(failed, name):
    """What is said of the workload broken/`name`."""
    _, said, _ = failed
    told = " ".join(said.split()).split(f"broken/{name} ", 1)[1]
    return told.split("ended early, system: ", 1)[1]


def test_a_program_that_is_not_there(failed):
    assert re.match("can't start no-such-program --port .*No such", early_end(failed, "not-there"))


def test_a_program_that_may_not_be_run(failed):
    assert re.match("can't start /etc/passwd: .*Permission denied", early_end(failed, "forbidden"))


def test_a_program_that_ends_at_once(failed):
    ended = r"the system would not start: .* ended with status 9; its last output: no licence"
    assert re.match(ended, early_end(failed, "ends"))


def test_a_system_that_is_never_ready(failed):
    assert re.match(r".* was not ready within 0.5 s \(.*refused", early_end(failed, "sleeps"))


def test_a_port_that_is_taken(failed):
    port = failed[2]
    says = f"port {port} is already taken .*; stop what listens there, or leave port= out"
    assert re.match(says, early_end(failed, "taken"))


@pytest.mark.exhaustive
def test_a_target_where_nothing_answers(command):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    load = command.example("load_echo.py")
    words = ["-k", "closed", "--target", f"http://127.0.0.1:{port}", "--rounds", 1]
    begun = time.monotonic()
    said = command("run", load, *words)
    assert said.code == 4
    assert f"nothing answers at http://127.0.0.1:{port}; is it running?" in said.out
    assert time.monotonic() - begun < 30
