"""Processes of ours that ran what never ends."""

import subprocess
import sys

import pytest

_THREAD = "threading.Thread(target=threading.Event().wait, name='reporter').start()"
_HOOK = "atexit.register(threading.Event().wait)"
_AFTER = "import atexit, sys, threading, suite.process.ending as ending; ending.PATIENCE = 0.1\n"


def ended(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _AFTER + program], capture_output=True, text=True, timeout=50, check=False
    )


@pytest.mark.parametrize(
    ("left", "named"),
    [(_THREAD, "threads that are no daemons (reporter)"), (_HOOK, "functions given to atexit")],
)
def test_what_a_load_file_left_is_not_waited_for_without_end(left: str, named: str) -> None:
    done = ended(f"{left}\nprint('measured')\nending.end_within(3)\nsys.exit(3)")
    assert done.returncode == 3
    assert done.stdout == "measured\n"
    assert f"suite: ended, though {named}" in done.stderr


@pytest.mark.parametrize(
    ("end", "status"), [("pass", 0), ("sys.exit()", 0), ("sys.exit(4)", 4), ("1 // 0", 1)]
)
def test_the_status_is_the_one_that_it_had(end: str, status: int) -> None:
    assert ended(f"{_THREAD}\nwith ending.ending():\n    {end}").returncode == status


def test_what_ends_by_itself_is_waited_for_and_nothing_is_said() -> None:
    done = ended("ending.PATIENCE = 50\natexit.register(print, 'goodbye')\nending.end_within(0)")
    assert (done.stdout, done.stderr, done.returncode) == ("goodbye\n", "", 0)


def test_a_command_whose_load_file_starts_a_thread_ends(tmp_path) -> None:
    (tmp_path / "load_x.py").write_text(f"import threading\n{_THREAD}\n")
    words = ["list", str(tmp_path / "load_x.py")]
    done = ended(f"import suite.cli\nsys.argv[1:] = {words}\nsuite.cli.main()")
    assert done.returncode == 2
    assert "defines no Workload" in done.stderr
    assert "(reporter), of a load file or what it imports, went on for 0.1 s" in done.stderr
