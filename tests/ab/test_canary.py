"""Canaries: what they measure, when they veto, and that their workloads run."""

import random
import socket
from dataclasses import replace

import pytest
from support.runs import make_measured, make_run

from suite.ab.canary import Canaries
from suite.ab.pairs import Trial, measure
from suite.compare.canary import CPU, FSYNC, LOOPBACK, MINIMUMS, machine_shifts
from suite.compare.sequential import LOOKS
from suite.records.run import Measured

METRIC = "time_per_operation"


class Sides:
    """`take` of a trial: head needs `factor` of base's time, and its canaries `machine` of base's."""

    def __init__(self, factor, machine, calm_after=99):
        self.factor, self.machine, self.calm_after = factor, machine, calm_after
        self.dice = random.Random(1)
        self.taken = 0

    def __call__(self, side):
        self.taken += 1
        shifted = side == "head" and self.taken <= 2 * self.calm_after
        noise = self.dice.uniform(0.99, 1.01)
        heard = {
            name: Measured("s", "lower", 1e-3 * self.dice.uniform(0.99, 1.01)) for name in (FSYNC, LOOPBACK)
        }
        heard[CPU] = Measured("s", "lower", 1e-3 * noise * (self.machine if shifted else 1))
        seconds = make_measured(METRIC, noise * (self.factor if side == "head" else 1))
        return make_run(metrics={METRIC: seconds, **heard}, rounds=1)


class Silent:
    def sampling(self, *_): ...
    def halved(self, *_): ...
    def cut_short(self, *_): ...
    def paired(self, *_): ...
    def repeated(self, *_): ...


def judged(take):
    trial = Trial("work/turn", ("one", "two"), seed=1, metrics=(METRIC,))
    measure(trial, take, Silent())
    standing, found = trial.judged()
    assert standing.decision == found.verdict
    return found


@pytest.mark.parametrize("factor", [1.5, 0.6])
def test_a_shift_of_the_machine_vetoes_a_verdict_on_change(factor):
    found = judged(Sides(factor, machine=1.3))
    assert (found.verdict, found.runs[0]) == ("inconclusive", LOOKS[-1])
    (change,) = found.changes
    assert change.reason.kind == "machine_shifted"
    assert change.reason.figures == {CPU: pytest.approx(0.3, abs=0.02)}
    assert change.reason in found.notes


@pytest.mark.parametrize(("factor", "verdict"), [(1.5, "regression"), (0.6, "improvement"), (1.0, "same")])
def test_a_steady_machine_vetoes_nothing(factor, verdict):
    found = judged(Sides(factor, machine=1.0))
    assert (found.verdict, found.runs[0], found.notes) == (verdict, LOOKS[0], ())


def test_a_small_shift_vetoes_nothing():
    assert judged(Sides(1.5, machine=1.04)).verdict == "regression"


def test_a_shift_that_evens_out_lets_the_verdict_through():
    found = judged(Sides(1.5, machine=1.3, calm_after=5))
    assert found.verdict == "regression"
    assert found.runs[0] in LOOKS


def test_runs_without_canaries_are_not_judged_by_them():
    run = make_run()
    assert machine_shifts([(run, run)] * 8) == {}


def test_each_run_carries_its_canaries(tmp_path):
    run = make_run()
    with Canaries(tmp_path) as canaries:
        found = canaries.beside(lambda: run)
    assert set(found.metrics) - set(run.metrics) == set(MINIMUMS)
    assert all(found.metrics[name].value > 0 for name in MINIMUMS)
    assert replace(found, metrics=run.metrics) == run
    assert list(tmp_path.iterdir()) == []


def test_what_the_machine_cant_do_is_left_out(tmp_path, monkeypatch):
    def refuse(*_words, **_more):
        raise OSError("no loopback")

    monkeypatch.setattr(socket, "create_server", refuse)
    with Canaries(tmp_path / "missing") as canaries:
        found = canaries.beside(make_run)
    assert set(found.metrics) & set(MINIMUMS) == {CPU}


def test_what_a_round_raises_passes_through(tmp_path):
    def broken():
        raise KeyError("round")

    with Canaries(tmp_path) as canaries, pytest.raises(KeyError):
        canaries.beside(broken)


@pytest.mark.exhaustive
def test_canaries_are_installed_workloads(command):
    said = command("run", "canary", "--quick", "--json", "out.json")
    assert said.code in (0, 3), said.err
    for name in MINIMUMS:
        assert f"{name} " in said.out
