"""docs/architecture.md says what the tree has; so do the other files for those who carry it on."""

import ast
import re
from pathlib import Path

import pytest
from test_imports import FOLDERS

import suite

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "architecture.md").read_text()
ROWS = [
    re.findall(r"`(.+?)`", row)
    for row in re.findall(r"^\| ((?:`[\w./]+` ?)+) \|", TEXT.split("## Folders")[1].split("\n## ")[0], re.M)
]
NAMED = re.findall(r"`((?:suite|tests|benchmarks|results|docs)/[\w./*]*)`(?: \(`([\w.]+)`\))?", TEXT)


def defined(path):
    """Names of a module's classes, functions, methods and variables, methods as Class.method."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            yield node.name
            yield from (f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign):
            yield from [node.target.id] if isinstance(node.target, ast.Name) else []
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def test_the_folders_are_those_of_the_import_test():
    assert [tuple(name.removesuffix("/").removesuffix(".py") for name in row) for row in ROWS] == FOLDERS


def test_the_folders_are_those_of_the_tree():
    told = {name.removesuffix("/") for row in ROWS for name in row}
    parts = (ROOT / "suite").iterdir()
    assert told == {part.name for part in parts if part.suffix == ".py" or (part / "__init__.py").exists()}


def test_what_it_names_is_there():
    missing = [
        (path, name)
        for path, name in NAMED
        if not (ROOT / path).exists() or (name and name not in set(defined(ROOT / path)))
    ]
    assert missing == []


def test_ten_questions_have_answers():
    rows = re.findall(r"^\| .+ \|$", TEXT.split("## Ten questions")[1].split("\n## ")[0], re.M)[2:]
    assert len(rows) >= 10
    assert all("`suite/" in row for row in rows)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md"])
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text()):
        assert ((ROOT / name).parent / target).exists(), target


def test_the_changelog_begins_with_this_version():
    version = re.search(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)[1]
    assert suite.__version__.removesuffix(".dev0") == version
