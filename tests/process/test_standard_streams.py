"""What stdout and stderr don't take, in programs of their own."""

import os
import subprocess
import sys
import time

import pytest

GUARDED = """
import os, sys
from suite.process.standard_streams import guard_streams, stdout_refused
guard_streams()
"""


def program(text, *, unbuffered=False, **streams):
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    if unbuffered:
        env["PYTHONUNBUFFERED"] = "1"
    return subprocess.Popen(
        [sys.executable, "-c", GUARDED + text],
        env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **streams,
    )  # fmt: skip


@pytest.mark.parametrize("unbuffered", [False, True])
def test_what_is_written_arrives(unbuffered):
    """Also more than a pipe holds, and what the encoding has to make of a surrogate is as it was."""
    one = program("sys.stdout.write('ä' * 300_000 + '\\n'); sys.exit(stdout_refused())",
                  unbuffered=unbuffered, stdout=subprocess.PIPE)  # fmt: skip
    out, err = one.communicate(timeout=30)
    assert (one.returncode, out, err) == (0, "ä" * 300_000 + "\n", "")


@pytest.mark.parametrize("unbuffered", [False, True])
def test_a_pipe_that_does_not_block_gets_all(unbuffered):
    """As some have it who start us: its first refusal ended a command, with advice on processes."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    one = program("sys.stdout.write('x' * 300_000); sys.stdout.flush()", unbuffered=unbuffered, stdout=writer)
    os.close(writer)
    time.sleep(0.3)  # it is full by then, or will be soon
    with open(reader, "rb") as file:
        assert file.read() == b"x" * 300_000
    assert one.communicate(timeout=30)[1] == ""
    assert one.returncode == 0


@pytest.mark.parametrize("unbuffered", [False, True])
def test_that_it_is_full_is_told_once(unbuffered):
    with open("/dev/full", "w") as full:
        text = "for _ in range(9):\n  print('x', flush=True)\nsys.exit(3 + stdout_refused())"
        one = program(text, unbuffered=unbuffered, stdout=full)
        err = one.communicate(timeout=30)[1]
    assert (one.returncode, err) == (
        4,
        "suite: can't write to stdout: the disk is full; free some space\n",
    )


def test_a_reader_that_left_is_no_fault():
    reader, writer = os.pipe()
    os.close(reader)
    one = program("print('x'); sys.exit(3 + stdout_refused())", stdout=writer)
    os.close(writer)
    assert one.communicate(timeout=30)[1] == ""
    assert one.returncode == 3


def test_what_is_opened_takes_no_place_of_a_closed_one(tmp_path):
    """A database whose file got the number of stderr was written over by what is told there."""
    path = tmp_path / "opened"
    text = f"file = open({str(path)!r}, 'w'); os.write(2, b'x'); print(file.fileno())"
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>&- <&-', "sh", sys.executable, "-c", GUARDED + text],
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    assert int(done.stdout) > 2
    assert path.read_text() == ""


def test_what_another_put_in_their_place_stays(capsys):
    from suite.process.standard_streams import guard_streams, stdout_refused

    theirs = sys.stdout
    guard_streams()
    assert sys.stdout is theirs
    assert not stdout_refused()
