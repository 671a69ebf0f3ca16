"""The command line in this process: as real as `suite` itself, without starting Python anew."""

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from support.processes import EXAMPLES
from support.runs import make_run

from suite.cli import main


class Said(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def complaints(self):
        """The lines on stderr."""
        return self.err.splitlines()


class Command:
    """`command("run", "load.py")` in a folder of the test's own."""

    def __init__(self, capfd, folder):
        self._capfd = capfd
        self.folder = folder

    def __call__(self, *words):
        self._capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        out, err = self._capfd.readouterr()
        assert "Traceback" not in out + err, err
        assert isinstance(end.value.code, int)
        return Said(end.value.code, out, err)

    def example(self, name):
        """A copy of one of our example load files."""
        return shutil.copy(EXAMPLES / name, self.folder)

    def file(self, name, text):
        """A file of the test's own."""
        path = self.folder / name
        path.write_text(textwrap.dedent(text))
        return path

    def saved(self):
        """Workloads of the documents in results/runs, in order."""
        return [path.name.split("-", 1)[1] for path in sorted(self.folder.glob("results/runs/*.json"))]


@pytest.fixture
def command(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("COLUMNS", "120")
    yield Command(capfd, tmp_path)
    for name, module in list(sys.modules.items()):  # another test's files may have the same names
        if (getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


class FakeEngine:
    """Stands in for the engine: remembers what it was to run, and returns or raises as it is told."""

    def __init__(self):
        self.asked: dict[str, object] = {}
        self.answers: Mapping[str, Any] = {}

    def run(self, workload, settings, *, reference, progress, keeper, stopping=None):
        self.asked[workload.name] = settings
        answer = self.answers.get(workload.name, make_run())
        if isinstance(answer, BaseException):
            raise answer
        return replace(answer, id=f"{len(self.asked):012}", workload=workload.name)


@pytest.fixture
def engine(monkeypatch):
    fake = FakeEngine()
    monkeypatch.setattr("suite.engine.coordinator.run", fake.run)
    return fake


@pytest.fixture
def refused(command):
    """Run a command that must be refused with exactly these lines on stderr, before any load."""

    def run(*words, says, code=2):
        said = command(*words)
        assert said.code == code, said.err
        assert said.out == ""
        patterns = [says] if isinstance(says, str) else says
        assert len(said.complaints) == len(patterns), said.err
        for line, pattern in zip(said.complaints, patterns, strict=True):
            assert re.fullmatch(f"suite: {pattern}", line), line
        assert command.saved() == []

    refused: Any = run
    refused.example = command.example
    refused.file = command.file
    return refused


def document(said):
    """stdout, which must be JSON and nothing else."""
    return json.loads(said.out)
