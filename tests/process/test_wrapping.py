"""Processes under another program."""

import sys

import pytest

from suite.process.child import start_command, start_function
from suite.process.wrapping import wrapped, wrapper


def say_name():
    import os

    print(os.environ.get("WRAPPED"), sys.executable)  # noqa: T201


@pytest.mark.parametrize("kind", ["program", "function"])
def test_what_starts_inside_starts_under_it_and_keeps_its_pid(tmp_path, kind):
    log = tmp_path / "log"
    with wrapped(["env", "WRAPPED=yes"], tmp_path):
        if kind == "program":
            code = "import os, sys; print(os.environ.get('WRAPPED'), sys.executable)"
            child = start_command([sys.executable, "-c", code], log=log, env={})
        else:
            child = start_function(say_name, (), log=log)
    assert child.wait(30)
    assert child.exit_status == 0, child.tail()
    assert child.tail() == f"yes {sys.executable}"
    assert wrapper() == ()


def test_what_starts_afterwards_does_not(tmp_path):
    with wrapped(["env", "WRAPPED=yes"], tmp_path):
        assert wrapper() == ("env", "WRAPPED=yes")
    child = start_function(say_name, (), log=tmp_path / "log")
    assert child.wait(30)
    assert child.tail().startswith("None ")
