"""From a regression to the function: costs compared, py-spy's output read, both sides profiled for real."""

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.processes import wait_for
from support.repositories import LOAD, Scratch, slowed
from support.runs import make_measured, make_run

from suite.ab.checkout import Checkout
from suite.ab.profile import _ORDER, collapsed, kind_of, profile
from suite.ab.repository import Commit
from suite.ab.sample import ProcessRunner
from suite.ab.spy import Spies, find_profiler
from suite.ab.task import Task
from suite.compare.profilediff import LEAST, SURE, Function, Profile, difference
from suite.config.layer import SettingsLayer
from suite.errors import ConfigurationError, SystemFailed
from suite.leaks.site import Sites

A, B, C, D = (Function(name, f"work/{name}.py") for name in "abcd")
COSTS = st.dictionaries(
    st.lists(st.sampled_from([A, B, C, D]), min_size=1, max_size=5).map(tuple),
    st.floats(0, 1e3, allow_subnormal=False),
    max_size=6,
)
REPEATS = st.lists(COSTS, min_size=1, max_size=3)

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
SLEEPER = """
import time

class Worker:
    def turn(self):
        self.wait()

    def wait(self):
        time.sleep({})
"""


def profiles(repeats, grain=0.0):
    return [Profile(costs, grain) for costs in repeats]


def slowly(repeats, function):
    """(own, total) means, the long way round."""
    own = sum(cost for costs in repeats for stack, cost in costs.items() if stack[-1] == function)
    total = sum(cost for costs in repeats for stack, cost in costs.items() if function in stack)
    return own / len(repeats), total / len(repeats)


@given(REPEATS, REPEATS)
def test_rows_are_what_summing_up_stack_by_stack_gives(base, head):
    found = difference(profiles(base), profiles(head))
    for row in found.rows:
        for side, own, total in (
            (base, row.own.before, row.total.before),
            (head, row.own.after, row.total.after),
        ):
            assert (own, total) == pytest.approx(slowly(side, row.function))
            assert own <= total * (1 + 1e-9)
    whole = [sum(sum(costs.values()) for costs in side) / len(side) for side in (base, head)]
    assert [found.whole.before, found.whole.after] == pytest.approx(whole)
    assert sum(found.before.values()) == pytest.approx(whole[0])
    assert sum(found.after.values()) == pytest.approx(whole[1])


@given(REPEATS, REPEATS)
def test_a_row_changed_by_more_than_the_noise(base, head):
    found = difference(profiles(base), profiles(head))
    least = LEAST * found.whole.before
    for row in found.rows:
        assert any(abs(cost.change) > max(SURE * cost.error, least) for cost in (row.own, row.total))


@given(REPEATS, REPEATS)
def test_the_other_way_round_all_changes_have_the_other_sign(base, head):
    there = difference(profiles(base, 1.0), profiles(head, 1.0))
    back = difference(profiles(head, 1.0), profiles(base, 1.0))
    assert there.whole.change == pytest.approx(-back.whole.change)
    assert there.whole.error == pytest.approx(back.whole.error)


@given(REPEATS)
def test_a_side_against_itself_has_no_causes(costs):
    assert difference(profiles(costs), profiles(costs)).rows == ()


def test_what_costs_more_itself_comes_before_who_calls_it_and_what_costs_less():
    base = {(A, B): 5.0, (A, C): 5.0, (A, D): 1.0, (D,): 9.0}
    head = {(A, B): 9.0, (A, C): 7.0, (A, D): 0.5, (D,): 9.0}
    found = difference(profiles([base] * 3), profiles([head] * 3))
    assert [row.function for row in found.rows] == [B, C, D, A]
    assert found.rows[0].own[:2] == (5.0, 9.0)
    assert found.rows[-1].own[:2] == (0.0, 0.0)
    assert found.rows[-1].total[:2] == (11.0, 16.5)


def test_who_calls_everything_is_no_cause():
    found = difference(profiles([{(A, B): 5.0, (A, C): 5.0}] * 2), profiles([{(A, B): 9.0, (A, C): 5.0}] * 2))
    assert [row.function for row in found.rows] == [B]


def test_what_varies_from_repeat_to_repeat_is_noise():
    base = [{(A,): 10.0, (B,): cost} for cost in (4.0, 7.0, 5.0)]
    head = [{(A,): 14.0, (B,): cost} for cost in (5.0, 8.0, 6.0)]
    assert [row.function for row in difference(profiles(base), profiles(head)).rows] == [A]


@pytest.mark.parametrize(("grain", "causes"), [(0.01, [A]), (1.0, [])])
def test_few_samples_prove_nothing(grain, causes):
    found = difference(profiles([{(A,): 4.0}] * 3, grain), profiles([{(A,): 8.0}] * 3, grain))
    assert [row.function for row in found.rows] == causes


def test_a_function_that_calls_itself_counts_once():
    (row,) = difference(
        profiles([{(A, B, A): 1.0, (B,): 2.0}]), profiles([{(A, B, A): 3.0, (B,): 2.0}])
    ).rows[:1]
    assert row.function == A
    assert (row.own[:2], row.total[:2]) == ((1.0, 3.0), (1.0, 3.0))


def test_stacks_as_py_spy_writes_them(tmp_path):
    text = (
        'process 7:"python -c a;b (c)";'
        f"<module> ({tmp_path}/run.py:3);Worker.turn ({tmp_path}/shop/it.py) 30\n"
        f"<module> ({tmp_path}/run.py:4);Worker.turn ({tmp_path}/shop/it.py) 12\n"
        "loads (/usr/lib/python3.11/json/__init__.py) 5\n"
        "get (/venv/lib/python3.11/site-packages/lib/get.py) 1\n"
        'process 8:"nothing that runs" 4\n'
        "\n"
    )
    assert collapsed(text, Sites([tmp_path])) == {
        (Function("<module>", "run.py"), Function("Worker.turn", "shop/it.py")): 42,
        (Function("loads", "stdlib/json/__init__.py"),): 5,
        (Function("get", "site-packages/lib/get.py"),): 1,
    }


def test_the_metric_chooses_the_profiler():
    names = ("time_per_operation", "response.p99", "cpu.per_operation", "memory.peak")
    assert [kind_of(name) for name in names] == ["time", "time", "time", "memory"]


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
    scratch.mkdir()
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
        pytest.param(("base", "head", "head", "base"), marks=[pytest.mark.exhaustive, pytest.mark.rounds]),
        pytest.param(_ORDER, marks=[pytest.mark.exhaustive, pytest.mark.rounds]),
    ],
    ids=len,
)
@pytest.mark.usefixtures("spy")
def test_the_planted_function_comes_first(tmp_path, monkeypatch, order):
    found = sampled(tmp_path, planted(tmp_path, PARSER, 20_000, 200_000), "time", monkeypatch, order)
    assert found.slower
    first = found.rows[0]
    assert first.function == Function("parse", "work/__init__.py")
    assert first.own.after > 3 * first.own.before
    assert not any(file.startswith("/") for _, file in (row.function for row in found.rows))


@pytest.mark.exhaustive
@pytest.mark.rounds
@pytest.mark.usefixtures("spy")
def test_who_waits_longer_is_seen_where_waiting_counts(tmp_path, monkeypatch):
    found = sampled(tmp_path, planted(tmp_path, SLEEPER, 0.002, 0.02), "waiting", monkeypatch)
    rows = {row.function: row for row in found.rows}
    waits = rows[Function("Worker.wait", "work/__init__.py")]
    assert waits.own.after > 3 * waits.own.before


@pytest.mark.exhaustive
@pytest.mark.rounds
def test_what_holds_more_memory_comes_first(tmp_path, monkeypatch):
    found = sampled(tmp_path, planted(tmp_path, HOLDER, 10_000_000, 40_000_000), "memory", monkeypatch)
    first = found.rows[0]
    assert first.function == Function("turn", "work/__init__.py")
    assert first.own.change == pytest.approx(60e6, rel=0.6)


def test_a_side_that_does_not_tell_when_load_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("suite.ab.profile.ProcessRunner.take", lambda *_words: None)
    monkeypatch.setattr("suite.ab.profile.find_profiler", lambda: "py-spy")
    with pytest.raises(SystemFailed, match=r"base.*does not say when load runs"):
        sampled(tmp_path, planted(tmp_path, PARSER, 1, 2), "time", monkeypatch)


@pytest.fixture
def trial(command, monkeypatch):
    """Rounds that are not run: head takes twice as long. `trial.kinds` are the profiles asked for."""
    slowed(command.folder)
    trial = SimpleNamespace(kinds=[], answers={})

    def take(_sampler, side, task):
        seconds = (2.0 if side.name == "head" else 1.0) * (1 + len(task.words) / 1e3)
        metrics = {"time_per_operation": make_measured("time_per_operation", seconds)}
        return make_run(workload=task.name, metrics=metrics, rounds=1, commit=side.commit.sha)

    def profiled(kind, *_words):
        trial.kinds.append(kind)
        answer = trial.answers[kind]
        if isinstance(answer, Exception):
            raise answer
        return difference(*(profiles([costs] * 3) for costs in answer))

    def ab(*words):
        return command("ab", "HEAD~1", *words, "load_work.py", "--metric", "time_per_operation", "--profile")

    trial.ab, trial.pictures = ab, lambda: sorted(command.folder.glob("results/ab/*.svg"))
    monkeypatch.setattr("suite.ab.experiment.ProcessRunner.take", take)
    monkeypatch.setattr("suite.ab.explain.profile", profiled)

    monkeypatch.setattr("suite.ab.spy.find_profiler", lambda: "py-spy")
    return trial


def test_a_regression_is_traced_to_the_function(trial):
    trial.answers["time"] = {(A, B): 1e-3, (A, C): 1e-3}, {(A, B): 3e-3, (A, C): 1e-3}
    said = trial.ab("HEAD")
    assert said.code == 1, said.out + said.err
    assert "CPU time per operation as profiled: 2 ms in base, 4 ms in head (+2 ms)" in said.out
    assert "b  work/b.py" in said.out
    (picture,) = trial.pictures()
    assert f"flame graph: results/ab/{picture.name}" in said.out.replace("\n", "")
    (entry,) = json.loads(picture.with_suffix(".json").read_text())["results"]
    (profile,) = entry["profiles"]
    (function,) = profile["functions"]
    assert (profile["kind"], profile["unit"], profile["flame_graph"]) == ("time", "s", picture.name)
    assert (function["name"], function["file"]) == ("b", "work/b.py")
    assert function["own"]["after"] - function["own"]["before"] == pytest.approx(2e-3)
    assert trial.kinds == ["time"]


def test_where_the_cpu_explains_nothing_waiting_is_looked_at(trial):
    trial.answers["time"] = {(A, B): 1e-3}, {(A, B): 1e-3}
    trial.answers["waiting"] = {(A, C): 1e-3}, {(A, C): 5e-3}
    said = trial.ab("HEAD")
    assert said.code == 1
    assert "no function changed by more than the noise" in said.out
    assert "c  work/c.py" in said.out
    assert trial.kinds == ["time", "waiting"]
    assert len(trial.pictures()) == 2


def test_a_profile_that_fails_leaves_the_verdict(trial):
    trial.answers["time"] = SystemFailed("py-spy may not look into it")
    said = trial.ab("HEAD")
    assert said.code == 1
    assert "no profile: py-spy may not look into it" in said.out
    assert trial.pictures() == []


def test_without_a_regression_nothing_is_profiled(trial):
    said = trial.ab("HEAD", "--allow", "time_per_operation=300%")
    assert (said.code, trial.kinds) == (0, []), said.out
