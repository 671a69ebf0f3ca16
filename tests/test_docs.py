"""The documents: their examples run or say why not, and what is generated is of the program as it is."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

import suite
import suite.clients
import suite.data
import suite.faults
import suite.services
from suite.cli import COMMANDS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
TESTED_ELSEWHERE = {"contract.md": "tests/contract/test_documented.py"}
"""Documents whose examples have a test of their own."""
BLOCK = re.compile(r"((?:^ *<!-- not run: .+? -->\n\n?)?)^ *```python\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def examples() -> Iterator[ParameterSet]:
    """The examples of Python of each document, and why one is not run, if somebody said so right above it."""
    for path in sorted(DOCS.rglob("*.md")):
        found = [(why, textwrap.dedent(text)) for why, text in BLOCK.findall(path.read_text())]
        if found and path.name not in TESTED_ELSEWHERE:
            yield pytest.param(found, id=str(path.relative_to(DOCS)))


@pytest.mark.parametrize("found", [*examples()])
def test_examples_run_one_after_another_or_say_why_not(
    found: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    names = {"__name__": "example"}
    for why, text in found:
        ast.parse(text)
        if not why:
            exec(compile(text, "example", "exec"), names)


@pytest.mark.parametrize(("name", "test"), [*TESTED_ELSEWHERE.items()])
def test_what_is_tested_elsewhere_is(name: str, test: str) -> None:
    assert name in (ROOT / test).read_text()


def _module(name: str) -> Any:
    """A module of the documents' own."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def options() -> str:
    page: str = _module("options").options_page()
    return page


def test_the_options_of_every_command_are_there(options: str) -> None:
    sections = re.findall(r"^## suite (\w+)$", options, re.MULTILINE)
    assert sections == list(COMMANDS)
    for line in (
        "- `--target` `URL`: Load this running system instead.",
        "- `--abort-on-fail`: End a workload as soon as a critical threshold can't hold any more.",
        "- `TARGET`: Load files, systems or workloads.",
    ):
        assert line in options.splitlines()


def test_every_option_says_what_it_is(options: str) -> None:
    assert re.findall(r"^- .*: *$", options, re.MULTILINE) == []


def test_every_public_name_is_in_the_reference() -> None:
    page = _module("faces").faces_page()
    told = set(re.findall(r":: ([\w.]+)$", page, re.MULTILINE))
    faces = (suite, suite.clients, suite.data, suite.faults, suite.services)
    assert told == {
        f"{face.__name__}.{name}" for face in faces for name in face.__all__ if callable(getattr(face, name))
    }


def test_every_page_of_why_names_a_command_that_makes_its_figures() -> None:
    for path in (DOCS / "why").glob("*.md"):
        assert re.search(r"\b(suite \w+|tox -e \w+)", path.read_text()), path


@pytest.fixture(scope="module")
def conf() -> Any:
    return _module("conf")


def test_pages_that_others_add_are_in_the_index_and_those_to_come_are_not(conf: Any) -> None:
    text = (DOCS / "index.md").read_text()
    pages = [str(path.relative_to(DOCS))[: -len(".md")] for path in DOCS.rglob("*.md")]
    lines = conf._index(text, [*pages, "novel", "start"]).splitlines()
    for page in {*pages} - {"index"}:
        assert lines.count(page) == 1 or f"{Path(page).parent}/*" in lines, page
    assert lines.count("novel") == lines.count("start") == 1
    assert "start" not in conf._index(text, ["command"]).splitlines()


@pytest.mark.exhaustive
def test_it_is_built_without_a_warning_and_needs_no_network(tmp_path: Path) -> None:
    pytest.importorskip("sphinx")
    pytest.importorskip("furo")
    said = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", DOCS, tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    page = (tmp_path / "index.html").read_text()
    fetched = re.findall(r"""<(?:script|link|img)[^>]+(?:src|href)="(https?:)?//""", page)
    assert fetched == []
    assert (tmp_path / "searchindex.js").stat().st_size > 10_000
