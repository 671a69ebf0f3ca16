"""`suite ab`: its words and options, real rounds of real commits, what is kept, what is left."""

import json
import signal
from pathlib import Path

import pytest
from support.repositories import LOAD, kept, nothing_is_left
from support.runs import make_measured, make_run, validity_of

from suite.errors import Interrupted, SystemFailed
from suite.records.run import CheckResult


class Rounds:
    """Rounds that are not run: head needs `factor` of what base needs; `answers` by workload and side."""

    def __init__(self):
        self.factor = 1.0
        self.answers = {}
        self.taken = []

    def __call__(self, sampler, side, task, _cut=None):
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

    def take(sampler, side, task, _cut=None):
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
    failed = SystemFailed("counter/click: it would not start")
    rounds.answers |= {("counter/click", side): failed for side in ("base", "head")}
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
    def take(sampler, side, task, _cut=None):
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
