"""What the README and the documents beside it show is what there is."""

import configparser
import re
from pathlib import Path

import pytest
from support.processes import Suite

from suite.cli import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = ROOT / "tests" / "examples"


def blocks(language, text=README):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def anchors(path):
    """Of the headings of a document, as GitHub writes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_it_is_a_front_page():
    assert len(README.splitlines()) <= 200


def test_the_example_is_the_one_that_runs():
    assert blocks("python")[0] == (EXAMPLES / "load_shop.py").read_text()


def test_the_example_runs_beside_its_shop(tmp_path):
    """From another folder: the load file's own is where its command runs."""
    suite = Suite(tmp_path, "run", str(EXAMPLES / "load_shop.py"), "--seconds", "1", "--rounds", "1")
    assert suite.finish() in (0, 3), suite.err  # 3: too few samples for its p95 on a starved machine
    assert "shop/browse" in suite.out
    assert re.search(r"browse\s+1\d\d\s+0\s+0", suite.out) or re.search(r"browse\s+2\d\d\s+0\s+0", suite.out)
    assert suite.left_behind() == []


def test_tox_has_the_environments_that_are_named():
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    there = {section.removeprefix("testenv:") for section in tox.sections()} | {"py311", "py312", "py313"}
    table = (ROOT / "docs" / "tox.md").read_text()
    named = {
        name for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE) for name in row.split("`")[1::2]
    }
    assert named <= there
    assert there - named <= {"tox", "testenv"}


def test_ci_calls_the_test_command_of_the_readme():
    command = next(block.strip() for block in blocks("sh") if "tox" in block)
    assert command in (ROOT / ".ci" / "run").read_text()


def test_the_commands_that_are_named_exist():
    said = [path.read_text() for path in DOCUMENTS]
    lines = [line for text in said for line in "".join(blocks("sh", text)).splitlines()]
    lines += [words for text in said for words in re.findall(r"`(suite [^`]*)`", text)]
    named = {found[1] for line in lines if (found := re.match(r"suite ([a-z]\w*)", line))}
    assert named == COMMANDS.keys(), "all there are, and no others"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = document.parent / path if path else document
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target
