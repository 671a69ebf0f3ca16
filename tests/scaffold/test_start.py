"""docs/start.md: its commands are commands, and what it quotes is what tests see."""

import re
import shlex
from pathlib import Path
from typing import Any

import typer.main

from suite.cli import app

HERE = Path(__file__).parent
TEXT = (HERE.parents[1] / "docs" / "start.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_each_command_is_one():
    group: Any = typer.main.get_command(app)
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("suite ")]
    lines += re.findall(r"`(suite (?:init|run|ab)\b[^`]*)`", TEXT.replace("\n", " "))
    assert len(lines) > 15
    for line in lines:
        _, name, *words = shlex.split(line)
        group.commands[name].make_context(name, words)


def test_what_is_quoted_of_init_is_what_strangers_are_told():
    seen = (HERE / "test_strangers.py").read_text()
    quoted = [
        line for block in blocks("text") for line in block.splitlines() if re.match(r"loads|not ", line)
    ]
    assert len(quoted) == 6
    assert [line for line in quoted if line.removeprefix("loads  ").removeprefix("not  ") not in seen] == []


def test_each_path_that_it_names_is_there():
    names = re.findall(r"\]\(([\w.]+\.md)", TEXT)
    assert [name for name in names if not (HERE.parents[1] / "docs" / name).is_file()] == []
