"""A small git repository of a user's: a package, a load file beside it, commits that differ in speed."""

import json
import os
import subprocess
import textwrap

WORKER = """
import time

class Worker:
    def turn(self):
        end = time.perf_counter() + {seconds}
        while time.perf_counter() < end:
            pass
"""
LOAD = """
from suite import Component, User, Workload, closed_loop, operation
from work import Worker

class Turner(User):
    def connect(self, worker):
        self.worker = worker

    @operation
    def turn(self):
        self.worker.turn()

turn = Workload("work/turn", Component(Worker), Turner, loop=closed_loop(1, seconds=1))
"""
PROJECT = """
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "{version}"
"""
_WHO = {f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


class Scratch:
    """A repository in `folder`."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.write(".gitignore", "__pycache__/\nresults/\ntmp/\n")

    def git(self, *arguments):
        words = ["git", "-c", "core.hooksPath=/dev/null", *arguments]
        env = {**os.environ, **_WHO}
        done = subprocess.run(words, cwd=self.folder, env=env, check=True, capture_output=True)
        return os.fsdecode(done.stdout).strip()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def commit(self, subject):
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def worker(self, seconds):
        return self.write("work/__init__.py", WORKER.format(seconds=seconds))

    def worktrees(self):
        return self.git("worktree", "list").splitlines()


def slowed(folder):
    """Two commits, of which the second is four times as slow."""
    scratch = Scratch(folder)
    scratch.worker(0.002)
    scratch.write("load_work.py", LOAD)
    scratch.commit("Fast")
    scratch.worker(0.008)
    scratch.commit("Slow")
    return scratch


def kept(scratch):
    """The documents of all comparisons that were kept in a scratch repository."""
    return [json.loads(path.read_text()) for path in sorted(scratch.folder.glob("results/ab/*.json"))]


def nothing_is_left(scratch):
    """Whether it has no work tree but its own."""
    return len(scratch.worktrees()) == 1
