"""`suite ab --profile`: what a regression is traced to."""

import json
from types import SimpleNamespace

import pytest
from support.repositories import slowed
from support.runs import make_measured, make_run

from suite.compare.profilediff import Function, Profile, difference
from suite.errors import SystemFailed

A, B, C = (Function(name, f"work/{name}.py") for name in "abc")


@pytest.fixture
def trial(command, monkeypatch):
    """Rounds that are not run: head takes twice as long. `trial.kinds` are the profiles asked for."""
    slowed(command.folder)
    trial = SimpleNamespace(kinds=[], answers={})

    def take(_sampler, side, task, _cut=None):
        seconds = (2.0 if side.name == "head" else 1.0) * (1 + len(task.words) / 1e3)
        metrics = {"time_per_operation": make_measured("time_per_operation", seconds)}
        return make_run(workload=task.name, metrics=metrics, rounds=1, commit=side.commit.sha)

    def profiled(kind, *_words):
        trial.kinds.append(kind)
        answer = trial.answers[kind]
        if isinstance(answer, Exception):
            raise answer
        return difference(*([Profile(costs, 0.0)] * 3 for costs in answer))

    def ab(*words):
        return command("ab", "HEAD~1", *words, "load_work.py", "--metric", "time_per_operation", "--profile")

    trial.ab, trial.pictures = ab, lambda: sorted(command.folder.glob("results/ab/*.svg"))
    monkeypatch.setattr("suite.ab.experiment.ProcessRunner.take", take)
    monkeypatch.setattr("suite.ab.explain.profile", profiled)

    monkeypatch.setattr("suite.ab.spy.find_profiler", lambda: "py-spy")
    return trial


@pytest.mark.exhaustive
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


@pytest.mark.exhaustive
def test_a_profile_that_fails_leaves_the_verdict(trial):
    trial.answers["time"] = SystemFailed("py-spy may not look into it")
    said = trial.ab("HEAD")
    assert said.code == 1
    assert "no profile: py-spy may not look into it" in said.out
    assert trial.pictures() == []


def test_without_a_regression_nothing_is_profiled(trial):
    said = trial.ab("HEAD", "--allow", "time_per_operation=300%")
    assert (said.code, trial.kinds) == (0, []), said.out
