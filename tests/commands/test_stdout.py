"""A stdout that nobody reads, or that is full."""

import os
import re
import subprocess
import sys

import pytest
from support.variants import exhaustive


def suite_to(stdout, *words, cwd):
    return subprocess.Popen(
        [sys.executable, "-m", "suite.cli", *map(str, words)],
        cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.exhaustive
def test_a_reader_that_leaves_does_not_end_the_run(command):
    load = command.example("load_counter.py")
    reader, writer = os.pipe()
    os.close(reader)
    process = suite_to(writer, "run", load, "--rounds", 1, cwd=command.folder)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert len(command.saved()) == 2


@pytest.mark.parametrize("words", [["list"], ["--help"], ["run", "--help"]])
def test_a_reader_that_leaves_causes_no_noise(command, words):
    reader, writer = os.pipe()
    os.close(reader)
    process = suite_to(writer, *words, cwd=command.folder)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert "Exception" not in err
    assert len(err.splitlines()) <= 1


@pytest.mark.parametrize("words", [["list"], exhaustive(["list", "--json"]), ["show", "--help"]])
def test_a_full_stdout_is_one_clear_line(command, words):
    with open("/dev/full", "w") as full:
        process = suite_to(full, *words, cwd=command.folder)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    (line,) = err.splitlines()
    assert re.search("No space left|disk is full", line)


def test_a_full_stderr_changes_no_exit_code(command):
    """What was to be told raised, and Python ended with 1, which says that something regressed."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "suite.cli", "run", "load_nothing.py"],
            cwd=command.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=full,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )  # fmt: skip
    assert done.returncode == 2
