"""docs/contract.md: its examples are one load file, which runs as it stands."""

import inspect
import re
import shlex
from pathlib import Path

import pytest
from support.variants import exhaustive

import suite
from suite.config.catalog import from_file
from suite.config.settings import Settings
from suite.engine.coordinator import run

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "contract.md").read_text()
WORKLOADS = ["rush", "hasty", "news", "mixed", "late", "members", "branch", "sale", "slow", "printing"]
LONG = {"hasty", "news", "mixed", "late", "members", "branch"}
"""For the exhaustive tests: what takes over a second, of which others are."""
ELSEWHERE = {"Address", "Recording", "System"}
"""Public names that one does not call."""


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


def write(folder):
    (folder / "load_office.py").write_text("\n\n".join(blocks("python")))
    (folder / "users.csv").write_text("".join(blocks("csv")))
    return folder / "load_office.py"


@pytest.fixture(scope="module")
def documented(tmp_path_factory):
    return {found.workload.name: found for found in from_file(write(tmp_path_factory.mktemp("office")))}


def test_each_workload_is_tried(documented):
    assert list(documented) == [f"office/{name}" for name in WORKLOADS]


@pytest.mark.usefixtures("rounds_once")
@pytest.mark.parametrize("name", [exhaustive(name) if name in LONG else name for name in WORKLOADS])
def test_it_runs_as_it_stands(documented, name):
    found = documented[f"office/{name}"]
    result = run(found.workload, Settings(rounds=1), reference=found.reference)
    assert result.error is None, result.error
    assert [check for check in result.checks if not check.passed] == []
    assert result.outcomes["ok"] > 0
    assert result.outcomes["failed"] == 0, result.details
    assert [one for one in result.thresholds if one.level == "critical" and not one.passed] == []


def test_every_public_name_is_documented():
    text = "".join(blocks("python"))
    assert [
        name
        for name in suite.__all__
        if name not in ELSEWHERE and name not in text and f"`{name}(" not in DOCUMENT
    ] == []


def test_every_argument_of_a_workload_and_of_the_loops_is_documented():
    for what in (suite.Workload, suite.closed_loop, suite.open_loop):
        names = set(inspect.signature(what).parameters) - {"name", "system"}
        assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", DOCUMENT)] == []


@pytest.mark.parametrize("line", "".join(blocks("sh")).splitlines())
def test_the_commands_are_understood(command, engine, line):
    write(command.folder)
    _, *words = shlex.split(line)
    assert command(*words).code == 0, line
    assert len(engine.asked) == 1


def test_the_configuration_is_understood(command, engine):
    write(command.folder)
    command.file("pyproject.toml", "".join(blocks("toml")))
    assert command("run", "-k", "rush").code == 0
    settings = engine.asked["office/rush"]
    assert (settings.users, settings.each, settings.values) == (8, 100, {"tickets": 500})
    assert settings.thresholds == {"response.p95": {"critical": "1s"}}
