"""What the README shows is what there is."""

import configparser
import re
from pathlib import Path

from support.processes import Suite

from suite.cli import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLES = ROOT / "tests" / "examples"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


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
    table = README.partition("## In CI, with tox")[2].partition("##")[0]
    named = {
        name for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE) for name in row.split("`")[1::2]
    }
    assert named <= there
    assert there - named <= {"tox", "testenv"}


def test_ci_calls_the_test_command_of_the_readme():
    command = next(block.strip() for block in blocks("sh") if "tox" in block)
    assert command in (ROOT / ".ci" / "run").read_text()


def test_the_commands_that_are_named_exist():
    named = set(re.findall(r"^suite (\w+)", "\n".join(blocks("sh")), re.MULTILINE))
    assert {"run", "list", "show"} <= named <= COMMANDS.keys()


def test_the_pictures_that_are_shown_exist():
    assert all((ROOT / path).is_file() for path in re.findall(r"!\[.*?\]\((.*?)\)", README))
