"""A stdout that nobody reads, or that is full."""

import os
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


@pytest.mark.parametrize("words", [["list"], ["--help"], ["run", "--help"], ["list", "--json"]])
def test_a_reader_that_leaves_causes_no_noise(command, words):
    reader, writer = os.pipe()
    os.close(reader)
    process = suite_to(writer, *words, cwd=command.folder)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


FULL = "suite: can't write to stdout: the disk is full; free some space"
CLOSED = "suite: can't write to stdout: it is closed; send it to a file, or to /dev/null"
REFUSED = [exhaustive(">/dev/full", FULL), (">&-", CLOSED), exhaustive("1</dev/null", CLOSED)]


def suite_in_shell(redirected, *words, cwd):
    """What a shell starts with its stdout, or more, `redirected`."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirected}', "sh", sys.executable, "-m", "suite.cli", *map(str, words)],
        cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("words", [["list"], exhaustive(["list", "--json"]), ["show", "--help"]])
@pytest.mark.parametrize(("redirected", "says"), [(">/dev/full", FULL), (">&-", CLOSED)])
def test_a_stdout_that_takes_nothing_is_one_clear_line(command, words, redirected, says):
    done = suite_in_shell(redirected, *words, cwd=command.folder)
    assert (done.returncode, done.stderr) == (2, f"{says}\n")


@pytest.mark.parametrize(("redirected", "says"), REFUSED)
def test_a_run_whose_stdout_takes_nothing_is_kept_and_says_where(command, redirected, says):
    load = command.example("load_counter.py")
    done = suite_in_shell(redirected, "run", load, "-k", "click", "--rounds", 1, cwd=command.folder)
    assert done.returncode == 2
    (document,) = command.folder.glob("results/runs/*.json")
    where = document.relative_to(command.folder)
    assert done.stderr.splitlines() == [says, f"suite: note: what was measured is saved: {where}"]


@pytest.mark.exhaustive
def test_a_stdout_and_a_stderr_that_take_nothing_lose_nothing(command):
    load = command.example("load_counter.py")
    redirected = ">/dev/full 2>/dev/full"
    done = suite_in_shell(
        redirected, "run", load, "-k", "click", "--rounds", 1, "--json", "-", cwd=command.folder
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert len(command.saved()) == 1


def test_a_full_stderr_changes_no_exit_code(command):
    """What was to be told raised, and Python ended with 1, which says that something regressed."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "suite.cli", "run", "load_nothing.py"],
            cwd=command.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=full,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )  # fmt: skip
    assert done.returncode == 2
