"""The orders that docs/costs.md counts: what it shows of statements and places is what comes out."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.processes import EXAMPLES, Suite

PAGE = Path(__file__).parents[2] / "docs" / "costs.md"
LOAD = "load_orders.py"
WIDE = {"COLUMNS": "118"}

pytestmark = pytest.mark.exhaustive


def documented(command):
    """Lines about statements in what the page shows of `command`, each space one."""
    block = PAGE.read_text().partition(command)[2].partition("```text\n")[2].partition("```")[0]
    told = [
        " ".join(line.split())
        for line in block.splitlines()
        if re.search(r"^ +(\d.* select |statement|N\+1)", line)
    ]
    assert told, f"docs/costs.md shows nothing of {command}"
    return told


@pytest.fixture
def folder(tmp_path):
    shutil.copy(EXAMPLES / LOAD, tmp_path)
    shutil.copy(EXAMPLES / "orders.py", tmp_path)
    return tmp_path


@pytest.mark.timeout(240)
def test_the_bill(folder):
    said = Suite(folder, "costs", LOAD, "--metric", "cost.statements", env=WIDE)
    assert said.finish(200) == 0, said.err
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert [line for line in documented(f"suite costs {LOAD}") if line not in lines] == []


@pytest.mark.timeout(480)
def test_two_commits(folder):
    def git(*words):
        named = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *named, *words], cwd=folder, check=True)

    git("init", "-q", "-b", "main")
    for source in ("orders_joined.py", "orders.py"):
        shutil.copy(EXAMPLES / source, folder / "orders.py")
        git("add", "orders.py", LOAD)
        git("commit", "-qm", source)
    words = ("HEAD~1", "HEAD", LOAD, "--metric", "cost.statements")
    said = Suite(folder, "ab", "--costs", *words, env=WIDE)
    assert said.finish(440) == 1, said.out + said.err
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert [line for line in documented(f"suite ab --costs HEAD~1 HEAD {LOAD}") if line not in lines] == []
