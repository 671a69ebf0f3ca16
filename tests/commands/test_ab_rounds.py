"""`suite ab` with real rounds, environments and processes."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest
from support.histories import fill, steady
from support.processes import Suite, wait_for
from support.repositories import LOAD, PROJECT, Scratch, kept, nothing_is_left, slowed
from support.variants import exhaustive, nightly

from suite.ab.sample import ProcessRunner
from suite.errors import Interrupted


def finished(suite):
    """Its exit code. Skips where the machine itself shifted meanwhile: then nothing can be told."""
    code = suite.finish(280)
    if code == 3 and "the machine shifted" in suite.out:
        pytest.skip(next(line for line in suite.out.splitlines() if "the machine shifted" in line))
    return code


@pytest.mark.exhaustive
@pytest.mark.rounds
def test_a_real_regression_is_found(tmp_path):
    scratch = slowed(tmp_path / "repository")
    words = ["ab", "HEAD~1", "HEAD", "load_work.py", "--seconds", "0.1", "--metric", "time_per_operation"]
    suite = Suite(tmp_path, *words, cwd=scratch.folder)
    assert finished(suite) == 1, suite.out + suite.err
    assert re.search(r"REGRESSION  \d+ pairs", suite.out)
    (document,) = kept(scratch)
    runs = [pair[side] for pair in document["results"][0]["pairs"] for side in ("base", "head")]
    assert {run["commit"] for run in runs} == {scratch.git("rev-parse", name) for name in ("HEAD", "HEAD~1")}
    assert len({run["id"] for run in runs}) == len(runs) in (16, 24, 32)
    assert suite.left_behind() == []
    assert nothing_is_left(scratch)
    assert scratch.git("status", "--porcelain") == ""


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.rounds
def test_a_commit_against_itself_is_no_regression(tmp_path):
    scratch = slowed(tmp_path / "repository")
    scratch.write("new.py", "the work tree is dirty")
    words = ["ab", "HEAD", "load_work.py", "--seconds", "0.1", "--metric", "time_per_operation"]
    suite = Suite(tmp_path, *words, "--allow", "time_per_operation=300%", cwd=scratch.folder)
    assert suite.finish(280) in (0, 3), suite.out + suite.err
    assert "with uncommitted changes to 1 file" in suite.out
    assert suite.left_behind() == []


@pytest.mark.exhaustive
@pytest.mark.slow
def test_real_rounds_of_both_commits(command, scratch, monkeypatch):
    """Two pairs, then an interrupt: enough to see who is who."""
    real, taken = ProcessRunner.take, []

    def take(*words):
        taken.append(words)
        if len(taken) > 4:
            raise Interrupted(signal.SIGTERM)
        return real(*words)

    monkeypatch.setattr(ProcessRunner, "take", take)
    words = ["load_work.py", "--seconds", "0.1", "--metric", "time_per_operation"]
    said = command("ab", "HEAD~1", "HEAD", *words)
    assert said.code == 143, said.out + said.err
    (document,) = kept(scratch)
    pairs = document["results"][0]["pairs"]
    assert len(pairs) == 2
    for side, name in (("base", "HEAD~1"), ("head", "HEAD")):
        assert {pair[side]["commit"] for pair in pairs} == {scratch.git("rev-parse", name)}
    for pair in pairs:
        quickest = {side: pair[side]["metrics"]["response.min"]["value"] for side in ("base", "head")}
        assert quickest["base"] < 0.008 <= quickest["head"]
        assert "canary/cpu" in pair["base"]["metrics"]
    assert len({pair[side]["id"] for pair in pairs for side in ("base", "head")}) == 4
    assert nothing_is_left(scratch)
    assert scratch.git("status", "--porcelain") == ""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), exhaustive(signal.SIGKILL, -9)])
def test_an_interruption_leaves_nothing(tmp_path, number, code):
    scratch = slowed(tmp_path / "repository")
    suite = Suite(tmp_path, "ab", "HEAD", "load_work.py", "--seconds", "60", cwd=scratch.folder)
    wait_for(lambda: len(suite.processes()) > 3, 60)  # the round's own workers are there
    if number == signal.SIGINT:  # the terminal signals all
        os.killpg(suite.process.pid, number)
    else:
        suite.process.send_signal(number)
    assert suite.finish() == code, suite.out + suite.err
    assert suite.left_behind() == []
    if number == signal.SIGINT:
        assert nothing_is_left(scratch)
    assert scratch.git("status", "--porcelain") == ""


TURNER = """
import pathlib, time

class Worker:
    def turn(self):
        time.sleep(0.01)
        pathlib.Path({path!r}).touch()
"""


def amid_a_round(tmp_path, command):
    """A repository, and a command of which a round runs there that would take long."""
    scratch, turned = Scratch(tmp_path / "repository"), tmp_path / "turned"
    scratch.write("load_work.py", LOAD)
    scratch.write("work.py", TURNER.format(path=str(turned)))
    scratch.commit("Slow")
    words = {"ab": ["HEAD", "load_work.py", "--seconds", "60"], "calibrate": ["load_work.py", "--full"]}
    suite = Suite(tmp_path, command, *words[command], cwd=scratch.folder)
    wait_for(turned.exists, 60)
    return scratch, suite


@pytest.mark.parametrize("command", ["ab", nightly("calibrate")])
def test_the_round_in_which_it_was_interrupted_is_kept_as_far_as_it_came(tmp_path, command):
    """Hours of a round were gone, while `suite run` kept them."""
    scratch, suite = amid_a_round(tmp_path, command)
    suite.process.send_signal(signal.SIGTERM)
    assert suite.finish() == 143, suite.out + suite.err
    (document,) = scratch.folder.glob("results/*/*.json")
    (result,) = json.loads(document.read_text())["results"]
    if command == "ab":
        assert (result["partial"], result["pairs"]) == (True, [])
        (half,) = result["unpaired"]
        result = half["run"]
    assert result["partial"]
    assert result["validity"]["verdict"] == "invalid"
    assert result["outcomes"]["ok"] > 0
    assert suite.left_behind() == []


@pytest.mark.parametrize(
    ("kill", "command"),
    [
        ("killpg", "ab"),
        exhaustive("killpg", "calibrate"),
        exhaustive("kill", "ab"),
        nightly("kill", "calibrate"),
    ],
)
def test_the_round_in_which_it_was_killed_is_kept_by_the_next_command(tmp_path, command, kill):
    """It lay in the scratch folder, which the watchman removed."""
    scratch, suite = amid_a_round(tmp_path, command)
    getattr(os, kill)(suite.process.pid, signal.SIGKILL)
    suite.finish()
    assert suite.left_behind() == []
    next_one = Suite(tmp_path, "show", cwd=scratch.folder)
    next_one.finish()
    assert (
        "a command ended before all was kept; what it had measured of work/turn is results/runs/"
        in next_one.err
    )
    (document,) = scratch.folder.glob("results/runs/*.json")
    (result,) = json.loads(document.read_text())["results"]
    assert result["partial"]
    assert result["validity"]["verdict"] == "invalid"
    assert result["outcomes"]["ok"] > 0
    assert result["commit"] == scratch.git("rev-parse", "HEAD")
    assert not (scratch.folder / "results/journal").exists()


@pytest.mark.exhaustive
def test_a_workload_that_a_commit_lacks_names_the_side(tmp_path):
    scratch = Scratch(tmp_path / "repository")
    scratch.write("load_work.py", LOAD)
    scratch.commit("Nothing to work with")
    scratch.worker(0.002)
    suite = Suite(tmp_path, "ab", "HEAD", "load_work.py", cwd=scratch.folder)
    assert suite.finish() == 2, suite.out + suite.err
    assert "work/turn, base (" in suite.out
    assert "No module named 'work'" in suite.out


@pytest.mark.exhaustive
def test_a_commit_that_does_not_build(tmp_path):
    scratch = slowed(tmp_path / "repository")
    project = PROJECT.format(name="work-unheard-of", version="1")
    scratch.write("pyproject.toml", project)
    scratch.commit("With a project")
    scratch.write("pyproject.toml", project + "dependencies = oops\n")
    scratch.commit("Broken")
    scratch.write("pyproject.toml", project)
    suite = Suite(tmp_path, "ab", "HEAD", "HEAD~1", "load_work.py", cwd=scratch.folder)
    assert suite.finish() == 2, suite.out + suite.err
    assert suite.err.startswith("suite: base (")
    assert "Broken) does not build:" in suite.err
    assert "TOMLDecodeError" in suite.err
    assert suite.left_behind() == []
    assert nothing_is_left(scratch)


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.rounds
def test_environments_of_their_own_without_an_index_borrow_what_is_here(tmp_path, monkeypatch):
    pytest.importorskip("setuptools")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    scratch = slowed(tmp_path / "repository")
    project = (
        PROJECT.format(name="work-unheard-of", version="1") + "\n[tool.setuptools]\npackages = ['work']\n"
    )
    (scratch.folder / "load_work.py").rename(scratch.folder / "loads.py")
    scratch.write("loads/load_work.py", LOAD)
    scratch.write("pyproject.toml", project)
    scratch.commit("Slow project")
    scratch.worker(0.002)
    scratch.commit("Fast project")
    words = ["loads/load_work.py", "--seconds", "0.1", "--metric", "time_per_operation"]
    suite = Suite(tmp_path, "ab", "HEAD~1", "HEAD", *words, cwd=scratch.folder)
    assert finished(suite) == 0, suite.out + suite.err
    assert "pip could reach no index" in suite.out
    assert "IMPROVEMENT  8 pairs" in suite.out
    assert len(list((scratch.folder / "results" / "ab" / "envs").glob("*/bin/python"))) == 2
    assert suite.left_behind() == []


def test_own_environments_need_no_project_that_is_installed_here(command, scratch, monkeypatch):
    Path("src/till_in_src").mkdir(parents=True)
    command.file("src/till_in_src/__init__.py", "COINS = 3\n")
    command.file("pyproject.toml", '[project]\nname = "till"\nversion = "1"\n')
    command.file("load_till.py", f"import till_in_src\n{Path('load_work.py').read_text()}")
    asked = []
    monkeypatch.setattr("suite.ab.experiment.compare_commits", lambda *words: asked.append(words))
    monkeypatch.setattr(sys, "path", list(sys.path))
    said = command("ab", "HEAD~1", "HEAD", "load_till.py")
    assert "till_in_src is in " in said.err
    assert "not installed here: pip install -e " in said.err
    assert not asked
    command("ab", "HEAD~1", "HEAD", "load_till.py", "--environment", "own")
    assert len(asked) == 1


@pytest.mark.exhaustive
@pytest.mark.nightly
@pytest.mark.rounds
@pytest.mark.parametrize("slower", [True, False])
def test_a_gate_measures_again_what_it_accuses(tmp_path, slower):
    """The Runs that accuse are made up; what is slower, or not, is the code."""
    scratch = slowed(tmp_path / "repository")
    if not slower:
        scratch.commit("As slow")
    base, head = (scratch.git("rev-parse", name) for name in ("HEAD~1", "HEAD"))
    plan = {"loop": "closed", "users": 1, "seconds": 0.5, "workers": 1, "seed": 1}  # 60 operations at least
    told = {"plan": plan, "workload": "work/turn"}
    fill(scratch.folder, *steady(base, **told), *steady(head, 1.3, 100, 3, **told))
    words = ["gate", "--base", "HEAD~1", "--confirm", "--allow", "response.p50=20%"]
    suite = Suite(tmp_path, *words, cwd=scratch.folder)
    code = finished(suite)
    assert code in ((1,) if slower else (0, 3)), suite.out + suite.err
    assert "this is measured again in turns before it counts" in suite.out
    assert re.search(r"response\.p50 was measured again, \d+ pairs in turns: \w+", suite.out)
    assert len(kept(scratch)) == 1
    assert suite.left_behind() == []
