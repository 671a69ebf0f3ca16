"""A system that does not start, or dies: exit code 4, its output's tail, and what was measured before."""

import json
import re
import socket
import time

import pytest


@pytest.fixture
def fails(command):
    """Run a good workload and then one whose system fails; the good one's result is kept."""

    def run(text, *, says):
        command.example("load_echo.py")
        head = "from load_echo import *\nfrom suite import Command\nimport sys\nfirst = echo\n"
        names = "del echo, long, endless, opened, mixed, dead, hanging\n"
        load = command.file("load_it.py", head + names + text)
        said = command("run", load, "--rounds", 1, "--seconds", "0.1", "--json", "out.json")
        assert said.code == 4, said.out + said.err
        assert said.err == ""
        assert re.search(f"ended early, system: {says}", " ".join(said.out.split())), said.out
        assert "SYSTEM FAILED  1 passed, 1 with errors" in said.out
        good, bad = json.loads((command.folder / "out.json").read_text())["results"]
        assert (good["error"], bad["error"]["kind"]) == (None, "system")
        assert good["outcomes"]["ok"] > 0
        assert len(command.saved()) == 2
        assert command("show").out.count("echo/") == 1

    return run


def broken(system):
    return f"second = Workload('broken/it', {system}, Talker, loop=closed_loop(1, seconds=1))\n"


def test_a_program_that_is_not_there(fails):
    fails(
        broken("Command('no-such-program --port {port}')"),
        says="can't start no-such-program --port .*No such",
    )


def test_a_program_that_may_not_be_run(fails):
    fails(broken("Command('/etc/passwd')"), says="can't start /etc/passwd: .*Permission denied")


def test_a_program_that_ends_at_once(fails):
    fails(
        broken("""Command([sys.executable, "-c", "print('no licence'); raise SystemExit(9)"])"""),
        says=r"the system would not start: .* ended with status 9; its last output: no licence",
    )


def test_a_system_that_is_never_ready(fails):
    fails(
        broken("""Command([sys.executable, "-c", "import time; time.sleep(60)"], deadline="0.5s")"""),
        says=r".* was not ready within 0.5 s \(.*refused",
    )


def test_a_port_that_is_taken(fails):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        fails(
            broken(f"Command('sleep 60', port={port})"),
            says=f"port {port} is already taken .*; stop what listens there, or leave port= out",
        )


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
