"""`suite ab`: its words and options, real rounds of real commits, what is kept, what is left."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest
from support.processes import Suite, wait_for
from support.repositories import LOAD, PROJECT, Scratch, slowed
from support.runs import make_measured, make_run, validity_of
from support.variants import exhaustive

from suite.ab.sample import ProcessRunner
from suite.errors import Interrupted, SystemFailed
from suite.records.run import CheckResult


@pytest.fixture
def scratch(command):
    """A repository with two commits in the folder that commands run in; its rounds are not run."""
    return slowed(command.folder)


class Rounds:
    """Rounds that are not run: head needs `factor` of what base needs; `answers` by workload and side."""

    def __init__(self):
        self.factor = 1.0
        self.answers = {}
        self.taken = []

    def __call__(self, sampler, side, task):
        self.taken.append((side, task, sampler))
        answer = self.answers.get((task.name, side.name))
        if isinstance(answer, Exception):
            raise answer
        seconds = (self.factor if side.name == "head" else 1.0) * (1 + len(self.taken) % 5 / 1e3)
        metrics = {"time_per_operation": make_measured("time_per_operation", seconds)}
        return answer or make_run(workload=task.name, metrics=metrics, rounds=1, commit=side.commit.sha)


@pytest.fixture
def rounds(monkeypatch):
    found = Rounds()
    monkeypatch.setattr("suite.ab.experiment.ProcessRunner.take", lambda *words: found(*words))
    monkeypatch.setattr("suite.ab.canary.Canaries.beside", lambda _, take: take())
    return found


def kept(scratch):
    return [json.loads(path.read_text()) for path in sorted(scratch.folder.glob("results/ab/*.json"))]


def nothing_is_left(scratch):
    return len(scratch.worktrees()) == 1


@pytest.mark.parametrize(
    ("factor", "code", "word"),
    [(1.5, 1, "REGRESSION  1 regression"), (0.5, 0, "IMPROVEMENT  1 imp"), (1.0, 0, "SAME  1 same")],
)
def test_verdicts_and_exit_codes(command, scratch, rounds, factor, code, word):
    rounds.factor = factor
    said = command("ab", "HEAD~1", "HEAD", "load_work.py", "--json", "out.json")
    assert (said.code, said.err) == (code, "")
    assert word in said.out
    assert "one environment for both: there is nothing to install" in said.out
    (document,) = kept(scratch)
    (entry,) = document["results"]
    assert document["exit_code"] == code
    assert [pair["order"] for pair in entry["pairs"]].count("AB") == len(entry["pairs"]) / 2
    assert (document["base"]["subject"], document["head"]["subject"]) == ("Fast", "Slow")
    assert entry["changes"][0]["metric"] == "time_per_operation"
    assert json.loads((command.folder / "out.json").read_text())["results"] == [entry]
    assert nothing_is_left(scratch)


def test_the_work_tree_is_head_unless_another_is_named(command, scratch, rounds):
    scratch.worker(0.1)
    said = command("ab", "HEAD", "load_work.py")
    assert "with uncommitted changes to 1 file" in said.out
    sides = {side.name: side for side, _, _ in rounds.taken}
    assert sides["base"].commit.changed == 0
    assert sides["head"].commit.changed == 1


def test_both_sides_run_the_load_file_as_it_is_now(command, scratch, rounds, monkeypatch):
    scratch.write("loads/load_new.py", LOAD.replace("work/turn", "new/turn"))
    scratch.write("loads/helper.py", "x = 1")
    monkeypatch.syspath_prepend(scratch.folder)
    seen = {}

    def take(sampler, side, task):
        seen[side.name] = sorted(path.name for path in (side.folder / "loads").glob("*.py"))
        return rounds(sampler, side, task)

    monkeypatch.setattr("suite.ab.experiment.ProcessRunner.take", take)
    assert command("ab", "HEAD~1", "HEAD", "loads/load_new.py").code == 0
    assert seen == {"base": ["load_new.py"], "head": ["load_new.py"]}
    assert command("ab", "HEAD~1", "HEAD", "loads/load_new.py", "--carry", "loads").code == 0
    assert seen == {"base": ["helper.py", "load_new.py"], "head": ["helper.py", "load_new.py"]}


def test_options_become_words_of_each_round(command, scratch, rounds):
    (command.folder / "loadledger.toml").write_text("workers = 1\n")
    words = ["--seconds", "500ms", "--users", 3, "--seed", 12345678, "--metric", "time_per_operation"]
    least = ["--allow", "time_per_operation=80%"]
    rounds.factor = 1.5
    load = command.example("load_slots.py")
    said = command("ab", "HEAD", load, "-k", "closed", "--set", "slots=2", *words, *least)
    assert said.code == 0
    assert "±80 %" in said.out
    _, task, sampler = rounds.taken[0]
    assert task.words == ("--quick", "--users=3", "--seconds=0.5", "--seed=12345678", "--set=slots=2")
    assert (task.target, task.load_file) == (f"load_slots.py::{task.name}", Path("load_slots.py"))
    assert sampler.configuration.name == "loadledger.toml"
    rounds.taken.clear()
    assert command("ab", "HEAD", "vision/match-10", "--full").code == 1
    _, task, _ = rounds.taken[0]
    assert (task.words, task.target) == ((), "vision/match-10")


def test_rounds_that_are_all_invalid_are_no_pass(command, scratch, rounds):
    """It ended with 0 and "pass": without a pair nothing was kept, and nothing had a code."""
    invalid = make_run(workload="work/turn", validity=validity_of("invalid", "a worker died"))
    rounds.answers["work/turn", "head"] = invalid
    said = command("ab", "HEAD~1", "HEAD", "load_work.py", "--json", "out.json")
    assert said.code == 3
    assert "work/turn: no pair of rounds can be believed; given up: head: a worker died" in said.out
    assert "INCONCLUSIVE" in said.out
    found = json.loads((command.folder / "out.json").read_text())
    assert (found["verdict"], found["exit_code"]) == ("invalid", 3)
    assert found["results"][0]["verdict"] == "inconclusive"
    assert nothing_is_left(scratch)


def test_a_workload_whose_name_another_begins_with_runs_alone(command, scratch, rounds):
    """Every round of shop/browse ran shop/browse-heavy too: what is run was found by a part of its name."""
    more = LOAD.replace('"work/turn"', '"work/turn-heavy"').replace("turn = Workload", "heavy = Workload")
    scratch.write("load_work.py", LOAD + more.partition("import Worker")[2])
    assert command("ab", "HEAD", "load_work.py::work/turn").code == 0
    assert {task.target for _, task, _ in rounds.taken} == {"load_work.py::work/turn"}
    listed = command("list", "load_work.py::work/turn", "--json").out
    assert [one["name"] for one in json.loads(listed)["workloads"]] == ["work/turn"]
    [line] = command("list", "load_work.py::work/tur").complaints
    assert line.endswith("load_work.py has no workload 'work/tur'; there are: work/turn, work/turn-heavy")


def test_several_workloads_share_the_error_and_fail_apart(command, scratch, rounds):
    load = command.example("load_counter.py")
    rounds.answers["counter/click", "base"] = SystemFailed("counter/click, base: it would not start")
    said = command("ab", "HEAD", load)
    assert said.code == 4
    assert "it would not start" in said.out
    assert "SYSTEM FAILED" in said.out
    (document,) = kept(scratch)
    assert document["results"][0]["workload"] == "counter/watch"
    assert document["results"][0]["alpha"] == 0.005


def test_a_check_that_head_does_not_hold_is_no_pass(command, scratch, rounds):
    metrics = {"time_per_operation": make_measured("time_per_operation", 1.0)}
    broken = (CheckResult("all is stored", False),)
    rounds.answers["work/turn", "head"] = make_run(workload="work/turn", metrics=metrics, checks=broken)
    said = command("ab", "HEAD", "load_work.py")
    assert said.code == 1
    assert "check failed: work/turn: all is stored" in said.out
    assert "FAILED  1 same" in said.out


def test_an_interruption_keeps_the_pairs_so_far(command, scratch, rounds, monkeypatch):
    def take(sampler, side, task):
        if len(rounds.taken) == 5:
            raise Interrupted(signal.SIGTERM)
        return rounds(sampler, side, task)

    monkeypatch.setattr("suite.ab.experiment.ProcessRunner.take", take)
    said = command("ab", "HEAD", "load_work.py", "--json", "-")
    assert said.code == 143
    assert "INTERRUPTED" in said.err
    entry = json.loads(said.out)["results"][0]
    assert len(entry["pairs"]) == 2
    figures = {"because": "text", "text": "interrupted by signal 15"}
    assert entry["cut"] == {"kind": "ended_early", "figures": figures}
    assert len(kept(scratch)) == 1
    assert nothing_is_left(scratch)


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["nosuch", "load_work.py"], ["git knows no commit 'nosuch'"]),
        (["HEAD"], ["name what to compare"]),
        (["HEAD", "HEAD~1", "nosuch"], ["no workload, system or file 'nosuch'"]),
        (["HEAD", "nosuch", "load_work.py"], ["no workload, system or file 'nosuch'"]),
        (["HEAD", "vision", "load_work.py"], ["vision is a commit and a workload or system too"]),
        (["HEAD", "load_work.py", "--metric", "nosuch"], ["no metric 'nosuch'"]),
        (["HEAD", "load_work.py", "--carry", "nosuch"], ["--carry nosuch: no such file"]),
        (["HEAD", "load_work.py", "--environment", "own"], ["nothing can be installed here"]),
        (
            [
                "HEAD",
                "load_work.py",
                "--environment",
                "odd",
                "--seconds",
                "x",
                "--allow",
                "a",
                "--set",
                "b",
            ],
            [
                "--environment is auto, same or own",
                "--seconds: ",
                "--allow a: write it as METRIC=SIZE",
                "--set b",
            ],
        ),
    ],
)
def test_what_makes_no_sense_is_told(command, scratch, rounds, words, parts):
    scratch.git("branch", "vision")
    said = command("ab", *words)
    assert (said.code, said.out) == (2, "")
    for part in parts:
        assert part in said.err
    assert rounds.taken == []
    assert nothing_is_left(scratch)


def test_a_system_that_runs_elsewhere_is_of_no_commit(command, scratch, rounds):
    text = LOAD.replace("Component(Worker)", 'Remote("http://localhost:1")').replace("Component", "Remote")
    scratch.write("load_there.py", text.replace("def turn", "async def turn"))
    said = command("ab", "HEAD~1", "load_there.py")
    assert (said.code, said.err) == (2, "suite: work/turn runs elsewhere: it is the same for both commits\n")


def test_outside_of_a_repository(command):
    said = command("ab", "HEAD", command.example("load_counter.py"))
    assert (said.code, said.out) == (2, "")
    assert "not a git repository" in said.err


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
