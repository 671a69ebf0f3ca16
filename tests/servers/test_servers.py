"""gunicorn, uvicorn, hypercorn, Flask's and Django's servers: loaded, killed, searched for leaks."""

import json
import os
import signal
from pathlib import Path

import psutil
import pytest
from examples.load_servers import SERVERS, THERE
from support.processes import EXAMPLES, Suite, wait_for
from support.variants import exhaustive, nightly

_LONG = 280
"""Seconds that a search may take beside other tests."""
LOAD = str(EXAMPLES / "load_servers.py")


def servers(*often):
    """All of them; what is not tried so `often`, at night."""
    return [exhaustive(name) if name in often else nightly(name) for name in SERVERS]


@pytest.fixture
def chosen(request):
    """A server that is installed."""
    if request.param not in THERE:
        pytest.skip(f"{request.param} is not installed")
    return request.param


@pytest.mark.parametrize("chosen", servers("gunicorn", "uvicorn-workers", "flask"), indirect=True)
def test_under_load_all_is_answered_and_nothing_left(tmp_path, chosen):
    suite = Suite(tmp_path, "run", LOAD, "-k", f"{chosen}/clean", "--rounds", "1", "--json", "out.json",
                  "--on-invalid", "warn")  # fmt: skip
    assert suite.finish() == 0, suite.out + suite.err
    [run] = json.loads((tmp_path / "out.json").read_text())["results"]
    assert run["outcomes"]["ok"] == 400
    assert run["metrics"]["memory.peak"]["value"] > 1e6
    assert suite.left_behind() == []


@pytest.mark.parametrize("chosen", servers("gunicorn", "uvicorn-reload"), indirect=True)
def test_killed_in_the_middle_it_is_the_system_that_died(tmp_path, chosen):
    suite = Suite(tmp_path, "run", LOAD, "-k", f"{chosen}/long", "--rounds", "1", "--json", "out.json")
    wait_for(lambda: suite.files("kept.jsonl"))
    system = wait_for(lambda: _root(suite))
    os.kill(system, signal.SIGKILL)
    assert suite.finish() == 4, suite.out + suite.err
    assert "died" in suite.out + suite.err
    assert suite.left_behind() == []


@pytest.mark.parametrize("chosen", servers(), indirect=True)
def test_a_leak_is_found_and_named(tmp_path, chosen):
    assert _searched(tmp_path, f"{chosen}/leaky") == 1
    [found] = json.loads((tmp_path / "out.json").read_text())["results"]
    assert found["suspects"][0]["function"] == "remember"
    assert found["verdict"]["bytes_per_operation"] == pytest.approx(10_000, rel=0.1)


@pytest.mark.parametrize("chosen", servers("gunicorn"), indirect=True)
def test_what_keeps_nothing_is_not_accused(tmp_path, chosen):
    assert _searched(tmp_path, f"{chosen}/clean") == 0


def _searched(folder, name):
    """How a search ends. Beside other tests nothing may be told (3): then it is made once more."""
    words = ("leaks", LOAD, "-k", name, "--ttl", "0", "--operations", "50", "--json", "out.json")
    suite = Suite(folder, *words)
    if (code := suite.finish(_LONG)) == 3:
        suite = Suite(folder, *words)
        code = suite.finish(_LONG)
    print(suite.out + suite.err)  # noqa: T201 - what pytest shows of a test that fails
    return code


def _root(suite):
    """The process that the command started: of those that write to the system's log, the one above."""
    pids = {pid for pid in suite.processes() if _log_of(pid).parent.name == "system"}
    return next((pid for pid in pids if psutil.Process(pid).ppid() not in pids), None)


def _log_of(pid):
    try:
        return Path(os.readlink(f"/proc/{pid}/fd/1"))
    except OSError:
        return Path()
