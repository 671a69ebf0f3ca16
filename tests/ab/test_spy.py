"""Profilers beside a round: what they see, what they say when they can't."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Literal

import pytest
from support.processes import wait_for
from support.repositories import LOAD, Scratch, slowed

from suite.ab.checkout import Checkout
from suite.ab.profile import _ORDER, profile
from suite.ab.repository import Commit
from suite.ab.sample import ProcessRunner
from suite.ab.spy import Spies, find_profiler
from suite.ab.task import Task
from suite.compare.profilediff import Function
from suite.config.layer import SettingsLayer
from suite.errors import ConfigurationError, SystemFailed

PARSER = """
def parse(count):
    total = 0
    for number in range(count):
        total += number * number
    return total

def look(count):
    total = 0
    for number in range(count):
        total += number % 7
    return total

class Worker:
    def turn(self):
        look(20000)
        parse({})
"""


HOLDER = """
import time

class Worker:
    def turn(self):
        time.sleep(0.01)
        self.held = bytearray({})
"""


FEW: tuple[Literal["base", "head"], ...] = ("base", "head", "head", "base")
"""Turns, where all of them would take longer and tell the same."""

SLEEPER = """
import time

class Worker:
    def turn(self):
        self.wait()

    def wait(self):
        time.sleep({})
"""


def program(path, text):
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def spied(tmp_path, said):
    """A py-spy that says so and ends, held to this process until then."""
    notice, done = tmp_path / "notice.json", tmp_path / "done"
    text = f"""
import pathlib, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
print({said!r}, flush=True)
pathlib.Path({str(done)!r}).touch()
sys.exit(1)
"""
    spies = Spies(program(tmp_path / "py-spy", text), notice, tmp_path)
    with spies:
        notice.write_text(f"[{os.getpid()}]")
        wait_for(done.exists, 60)
        notice.unlink()
    return spies


def test_a_profiler_that_is_refused_says_what_to_do(tmp_path):
    spies = spied(tmp_path, "Permission Denied: try again with sudo")
    assert "ptrace_scope" in spies.refusal
    assert "SYS_PTRACE" in spies.refusal
    assert not spies.seconds


def test_a_profiler_that_fails_is_quoted(tmp_path):
    assert spied(tmp_path, "Error: no version").refusal == "py-spy has nothing to tell: Error: no version"


def test_without_load_there_is_nothing(tmp_path):
    spies = Spies("py-spy", tmp_path / "notice.json", tmp_path)
    with spies:
        pass
    assert (spies.seconds, spies.refusal, list(spies.outputs())) == (0.0, "", [])


def test_a_missing_profiler_ends_the_command_before_anything_runs(command, monkeypatch):
    slowed(command.folder)
    monkeypatch.setattr("suite.ab.spy.shutil.which", lambda *_words, **_more: None)
    said = command("ab", "HEAD~1", "HEAD", "load_work.py", "--profile")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "suite: --profile needs py-spy, which is not installed: pip install 'loadledger[profile]'\n"
    )


def planted(tmp_path, text, base, head):
    """Checkouts of two commits, in which `text` got one value and the other."""
    scratch = Scratch(tmp_path / "repository")
    found = {}
    sides: list[tuple[Literal["base", "head"], Any]] = [("base", base), ("head", head)]
    for name, value in sides:
        scratch.write("work/__init__.py", text.format(value))
        scratch.write("load_work.py", LOAD)
        sha = scratch.commit(name)
        folder = tmp_path / name
        scratch.git("worktree", "add", "-q", "--detach", str(folder), sha)
        found[name] = Checkout(name, Commit(sha, name), folder, Path(sys.executable), (folder,))
    return found


def sampled(tmp_path, sides, kind, monkeypatch, order=_ORDER):
    monkeypatch.setattr("suite.ab.profile.SECONDS", 1.0)
    monkeypatch.setattr("suite.ab.profile._ORDER", order)
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    configuration = tmp_path / "loadledger.toml"
    configuration.touch()
    sampler = ProcessRunner(tmp_path / "repository", Path(), scratch, configuration)
    task = Task("work/turn", "load_work.py::work/turn", SettingsLayer(quick=True), Path("load_work.py"))
    told = []
    found = profile(kind, sampler, sides, task, lambda *words: told.append(words))
    assert [words[0] for words in told] == list(order)
    return found


def permitted(tmp_path):
    """Whether py-spy is here and may look into a child of ours; else the reason."""
    try:
        spy = find_profiler()
    except ConfigurationError as error:
        return str(error)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        time.sleep(0.5)
        done = subprocess.run(
            [spy, "dump", "--pid", str(child.pid)], capture_output=True, text=True, timeout=30
        )
        return done.stderr.strip()[:200] if done.returncode else ""
    finally:
        child.kill()
        child.wait()


@pytest.fixture
def spy(tmp_path):
    """Skips where py-spy is missing or not permitted."""
    if refused := permitted(tmp_path):
        pytest.skip(f"py-spy can't be used here: {refused}")


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(FEW, marks=[pytest.mark.exhaustive, pytest.mark.rounds]),
        pytest.param(_ORDER, marks=[pytest.mark.exhaustive, pytest.mark.nightly, pytest.mark.rounds]),
    ],
    ids=len,
)
@pytest.mark.usefixtures("spy")
def test_the_planted_function_comes_first(tmp_path, monkeypatch, order):
    sides = planted(tmp_path, PARSER, 20_000, 200_000)
    found = sampled(tmp_path, sides, "time", monkeypatch, order)
    if not found.slower:  # a machine that stood still: once more
        found = sampled(tmp_path, sides, "time", monkeypatch, order)
    assert found.slower
    first = found.rows[0]
    assert first.function == Function("parse", "work/__init__.py")
    assert first.own.after > 3 * first.own.before
    assert not any(file.startswith("/") for _, file in (row.function for row in found.rows))


@pytest.mark.exhaustive
@pytest.mark.rounds
@pytest.mark.usefixtures("spy")
def test_who_waits_longer_is_seen_where_waiting_counts(tmp_path, monkeypatch):
    found = sampled(tmp_path, planted(tmp_path, SLEEPER, 0.002, 0.02), "waiting", monkeypatch, FEW)
    rows = {row.function: row for row in found.rows}
    waits = rows[Function("Worker.wait", "work/__init__.py")]
    assert waits.own.after > 3 * waits.own.before


@pytest.mark.exhaustive
@pytest.mark.rounds
def test_what_holds_more_memory_comes_first(tmp_path, monkeypatch):
    found = sampled(tmp_path, planted(tmp_path, HOLDER, 10_000_000, 40_000_000), "memory", monkeypatch, FEW)
    first = found.rows[0]
    assert first.function == Function("turn", "work/__init__.py")
    assert first.own.change == pytest.approx(60e6, rel=0.6)


def test_a_side_that_does_not_tell_when_load_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("suite.ab.profile.ProcessRunner.take", lambda *_words: None)
    monkeypatch.setattr("suite.ab.profile.find_profiler", lambda: "py-spy")
    with pytest.raises(SystemFailed, match=r"base.*does not say when load runs"):
        sampled(tmp_path, planted(tmp_path, PARSER, 1, 2), "time", monkeypatch)


def test_what_breaks_in_its_thread_is_raised_and_hides_nothing_that_ended_the_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("suite.ab.spy.read_notice", break_down)
    with pytest.raises(ZeroDivisionError), Spies("py-spy", tmp_path / "notice", tmp_path):
        pass
    with pytest.raises(SystemFailed, match="it died"), Spies("py-spy", tmp_path / "notice", tmp_path):
        raise SystemFailed("it died")
