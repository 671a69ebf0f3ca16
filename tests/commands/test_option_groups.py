"""Options that go together."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from suite.cli import COMMANDS, app
from suite.commands.option_groups import ComparedBy, Where, spread

seen: list[Any] = []


def command(word: str, times: int = 1, *, judged: ComparedBy, where: Where) -> None:
    """Do something."""
    seen.append((word, times, judged, where))


def test_typer_sees_the_options_of_a_group_and_the_command_gets_the_group():
    spread_out = spread(command)
    names = list(inspect.signature(spread_out).parameters)
    assert names[:3] == ["word", "times", "match"]
    assert names[-3:] == ["results", "config", "ledger"]
    assert "where" not in names
    given = dict.fromkeys(names[2:]) | {"results": Path("here"), "anywhere": True}
    spread_out(word="a", times=2, **given)
    word, times, judged, where = seen.pop()
    assert (word, times, judged.anywhere, where.results) == ("a", 2, True, Path("here"))
    assert where == Where(results=Path("here"))
    assert spread_out.__doc__ == "Do something."


def test_a_command_without_a_group_stays_as_it_is():
    def plain(word: str) -> None:
        seen.append(word)

    assert list(inspect.signature(spread(plain)).parameters) == ["word"]


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"faults", "init", "list", "locust", "schema"}))
def test_every_command_that_reads_results_is_told_where_they_are(name):
    result = CliRunner().invoke(app, [name, "--help"])
    assert "--results FOLDER" in " ".join(result.output.split())
    assert "--config FILE" in " ".join(result.output.split())
