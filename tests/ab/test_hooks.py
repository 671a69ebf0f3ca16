"""`suite ab` as a hook of the user's: their index, what they staged and their work tree stay as they were."""

import subprocess
import sys

import pytest
from support.repositories import LOAD, Scratch, slowed

HOOK = """#!/bin/sh
{python} -m suite.cli ab HEAD load_work.py --seconds 0.1 --metric time_per_operation {more} > {said} 2>&1
echo "code $?" >> {said}
"""
EVERYWHERE = [
    (hook, linked) for hook in ("pre-commit", "post-commit", "pre-push") for linked in (False, True)
]


class Hooked:
    """A repository, or a linked work tree of it, with something staged and something changed, and a hook."""

    def __init__(self, scratch, place, hook, linked, more=""):
        self.scratch, self.hook, self.said = scratch, hook, place / "said"
        self.tree = place / "linked" if linked else scratch.folder
        self.remote = place / "remote.git"
        if linked:
            scratch.git("worktree", "add", "-q", "-b", "linked", str(self.tree))
        scratch.git("init", "-q", "--bare", str(self.remote))
        script = scratch.folder / ".git" / "hooks" / hook
        script.parent.mkdir(exist_ok=True)
        script.write_text(HOOK.format(python=sys.executable, said=self.said, more=more))
        script.chmod(0o755)
        (self.tree / "staged").write_text("as staged")
        self.git("add", "staged")
        (self.tree / "staged").write_text("changed after that")
        load = self.tree / "load_work.py"
        load.write_text(load.read_text() + "# changed, not staged\n")

    def git(self, *words):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        done = subprocess.run(
            ["git", *who, *words], cwd=self.tree, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run_the_hook(self):
        """What the command said; the user's files and index are as git alone would have left them."""
        pushing = self.hook == "pre-push"
        self.git(
            *(["push", "-q", str(self.remote), "HEAD:main"] if pushing else ["commit", "-q", "-m", "Two"])
        )
        expected = {" M load_work.py", "AM staged" if pushing else " M staged"}
        assert set(self.git("status", "--short").splitlines()) == expected
        assert self.git("show", ":staged" if pushing else "HEAD:staged") == "as staged"
        assert (self.tree / "staged").read_text() == "changed after that"
        assert len(self.scratch.worktrees()) == 1 + (self.tree != self.scratch.folder)
        return self.said.read_text()


@pytest.mark.parametrize(
    ("hook", "linked"),
    [
        pytest.param(*one, marks=[] if one == ("pre-commit", True) else pytest.mark.exhaustive)
        for one in EVERYWHERE
    ],
)
def test_both_sides_are_checked_out_and_nothing_of_the_user_changes(tmp_path, hook, linked):
    """It ends in its first round, since the commit has nothing to work with."""
    scratch = Scratch(tmp_path / "repository")
    scratch.write("load_work.py", LOAD)
    scratch.commit("Nothing to work with")
    said = Hooked(scratch, tmp_path, hook, linked).run_the_hook()
    assert "No module named 'work'" in said
    assert said.endswith("code 2\n")


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.rounds
def test_a_whole_comparison_in_a_hook(tmp_path):
    more = "--allow time_per_operation=300%"
    said = Hooked(
        slowed(tmp_path / "repository"), tmp_path, "pre-commit", linked=True, more=more
    ).run_the_hook()
    assert "work/turn" in said
    assert said.endswith(("code 0\n", "code 3\n"))
