"""`suite calibrate`: what it measures and keeps, what later comparisons tell, bad input."""

import json
import math
import os
import random
from dataclasses import replace

import pytest
from support.histories import fill, make_history_run, repository, steady
from support.records import make_calibration
from support.runs import make_comparison, make_measured, make_run, validity_of

from suite.ab.calibration_store import CalibrationStore, caught
from suite.compare import power
from suite.compare.power import FEWEST
from suite.errors import Interrupted, StoreError, SystemFailed
from suite.records.calibration import Power
from suite.records.classes import load_class, machine_class
from suite.records.comparison import Change
from suite.records.reason import Reason
from suite.report.terminal.calibration import promise

METRICS = ("time_per_operation", "response.p50", "response.p99", "throughput")


class Rounds:
    """Rounds that are not run: some noise; planted rounds need `factor`; `answers` by their number."""

    def __init__(self):
        self.factor, self.noise = 1.2, 0.02
        self.answers = {}
        self.taken = []
        self.dice = random.Random(1)

    def __call__(self, sampler, side, task, _cut=None):
        self.taken.append((task, sampler))
        answer = self.answers.get(len(self.taken))
        if isinstance(answer, Exception):
            raise answer
        slow = self.factor if task.target.endswith("planted.py") else 1.0
        seconds = slow * self.dice.lognormvariate(-5, self.noise)
        metrics = {name: make_measured(name, seconds) for name in METRICS}
        metrics["throughput"] = make_measured("throughput", 1 / seconds)
        return answer or make_run(workload=task.name, metrics=metrics, rounds=1)


@pytest.fixture
def rounds(monkeypatch):
    found = Rounds()
    monkeypatch.setattr("suite.ab.calibration.ProcessRunner.take", lambda *words: found(*words))
    monkeypatch.setattr("suite.ab.canary.Canaries.beside", lambda _, take: take())
    resampled(monkeypatch, 3)
    return found


def resampled(monkeypatch, trials):
    """So many trials count what is caught, and twice as many the false alarms."""
    monkeypatch.setattr("suite.ab.calibration._TRIALS", trials)
    monkeypatch.setattr("suite.ab.calibration._ALARM_TRIALS", 2 * trials)


def kept(command):
    data = json.loads((command.folder / "results/calibration.json").read_text())
    return {one["workload"]: one for one in data["results"]}


def test_it_says_what_would_be_caught_and_keeps_it(command, rounds, monkeypatch):
    resampled(monkeypatch, 30)
    said = command("calibrate", "vision/match-10", "--json", "out.json")
    assert (said.code, said.err) == (0, "")
    assert "vision/match-10  calibrated from 48 runs" in said.out
    assert "a slow-down that really ran: 20 % of the time of an operation: regression after" in said.out
    assert "against itself, as the runs came: " in said.out
    entry = kept(command)["vision/match-10"]
    powers = {power["metric"]: power for power in entry["metrics"]}
    assert powers["time_per_operation"]["variation"] == pytest.approx(0.02, rel=0.5)
    sizes = [powers["time_per_operation"]["ab"][look] for look in ("8", "12", "16")]
    assert sizes == sorted(sizes, reverse=True)
    assert 0.05 <= sizes[-1] <= sizes[0] <= 0.2
    assert powers["response.p50"]["gate"] >= sizes[-1]
    assert powers["time_per_operation"]["caught"]["50 %"] == 1.0
    assert (entry["ab_alarms"] <= 0.05, entry["gate_alarms"] <= 0.1) == (True, True)
    assert len(entry["values"]["response.p50"]) == entry["runs"] == 48
    assert json.loads((command.folder / "out.json").read_text())["results"] == [entry]


def test_of_a_component_turns_of_others_are_not_counted(command, rounds, monkeypatch):
    """20 % of a response that held nine other turns made a component six times as slow."""
    delays = []
    monkeypatch.setattr(
        "suite.ab.calibration.write_planted", lambda _file, _reference, delay: delays.append(delay)
    )
    real = rounds.__call__

    def queued(*words):
        run = real(*words)
        p50 = run.metrics["response.p50"]
        tenfold = replace(p50, value=10 * p50.value, values=tuple(10 * value for value in p50.values))
        return replace(run, metrics={**run.metrics, "response.p50": tenfold})

    monkeypatch.setattr("suite.ab.calibration.ProcessRunner.take", queued)
    assert command("calibrate", "vision/match-10", "--runs", "16").code == 0
    assert delays == [pytest.approx(0.2 * math.exp(-5), rel=0.1)]


def test_what_is_planted_runs_in_turns(command, rounds):
    rounds.factor = 1.0
    said = command("calibrate", "vision/match-10", "vision/match-100", "--full")
    assert said.code == 0
    assert "a slow-down that really ran: 20 % of the time of an operation: regression" not in said.out
    tasks = [task for task, _ in rounds.taken]
    assert {task.words for task in tasks} == {()}
    planted = [task for task in tasks if task.target.endswith("planted.py")]
    assert {task.name for task in planted} == set(kept(command)) == {"vision/match-10", "vision/match-100"}


def test_more_runs_or_fewer(command, rounds):
    assert command("calibrate", "vision/match-10", "--runs", "16").code == 0
    assert kept(command)["vision/match-10"]["runs"] == 16
    assert "--runs" in command("calibrate", "vision/match-10", "--runs", "15").err


@pytest.mark.exhaustive
def test_a_new_calibration_takes_the_place_of_the_old_and_leaves_the_others(command, rounds):
    command("calibrate", "vision/match-10")
    command("calibrate", "vision/match-100")
    rounds.noise = 0.2
    command("calibrate", "vision/match-10")
    found = kept(command)
    assert set(found) == {"vision/match-10", "vision/match-100"}
    assert found["vision/match-10"]["metrics"][0]["variation"] > 0.1


def test_interrupted_while_it_counts_it_keeps_what_was_measured(command, rounds, monkeypatch):
    """Ctrl-C while it resampled lost minutes of measuring: only measuring was guarded."""
    real, called = power.ab_catches, []

    def once(*words):
        called.append(words)
        if len(called) == 1:
            raise Interrupted(2)
        return real(*words)

    monkeypatch.setattr("suite.ab.calibration.ab_catches", once)
    said = command("calibrate", "vision/match-10", "vision/match-100", "--json", "out.json")
    assert said.code == 130
    assert set(kept(command)) == {"vision/match-10"}
    assert len(json.loads((command.folder / "out.json").read_text())["results"]) == 1


def test_interrupted_it_keeps_what_was_measured(command, rounds):
    rounds.answers = {20: Interrupted(2)}
    said = command("calibrate", "vision/match-10", "vision/match-100")
    assert said.code == 130
    assert "calibrated from 19 runs" in said.out
    assert kept(command)["vision/match-10"]["runs"] == 19
    rounds.answers = {len(rounds.taken) + 3: Interrupted(2)}
    said = command("calibrate", "vision/match-100")
    assert said.code == 130
    assert f"vision/match-100: 2 runs, at least {FEWEST} are needed\n" in said.out


def test_killed_it_leaves_its_runs_to_the_next_command(command, rounds):
    """And where they are too few for a calibration, interrupted, they are documents all the same."""

    class Killed(Exception):
        pass

    one = make_run(workload="vision/match-100")
    rounds.answers = {1: replace(one, id="a1"), 2: replace(one, id="a2"), 3: Killed()}
    with pytest.raises(AssertionError, match="Traceback"):
        command("calibrate", "vision/match-100")
    assert len([*command.folder.glob("results/journal/*/calibration/*a?.json.journal")]) == 2
    rounds.answers = {4: replace(one, id="a3"), 5: Interrupted(2)}
    said = command("calibrate", "vision/match-100")
    note = "what it had measured of vision/match-100 is in 2 documents in results/calibration"
    assert said.complaints == [f"suite: note: a command ended before all was kept; {note}"]
    assert "kept in 1 run that make no calibration, in results/calibration" in said.out
    assert len([*command.folder.glob("results/calibration/*.json")]) == 3
    assert not (command.folder / "results/journal").exists()


def test_a_workload_that_fails_does_not_keep_the_others_from_it(command, rounds):
    rounds.answers = {1: SystemFailed("it would not start")}
    said = command("calibrate", "vision/match-10", "vision/match-100")
    assert said.code == 4
    assert "it would not start" in said.out
    assert set(kept(command)) == {"vision/match-100"}


def test_invalid_runs_do_not_count(command, rounds):
    bad = make_run(validity=validity_of("invalid", "load was not delivered"))
    rounds.answers = {3: bad, 5: bad}
    assert command("calibrate", "vision/match-10").code == 0
    assert kept(command)["vision/match-10"]["runs"] == 48
    rounds.answers = dict.fromkeys(range(1, 999), bad)
    rounds.taken.clear()
    said = command("calibrate", "vision/match-10")
    assert said.code == 3
    assert "4 runs invalid, the first because: load was not delivered" in said.out


def test_too_little_time_is_said(command, rounds):
    said = command("calibrate", "vision/match-10", "--budget", "1ns")
    assert said.code == 3
    assert "give it more time with --budget" in said.out
    assert not (command.folder / "results/calibration.json").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["vision/match-10", "--budget", "soon"], "--budget"),
        (["vision/match-10", "--budget", "0s"], "--budget: 0s is no time to measure in"),
        (["nothing/here"], "no workload, system or file 'nothing/here'"),
        (["vision/match-10", "--json", "/proc/none/x.json"], "/proc/none"),
    ],
)
def test_bad_input_is_a_clear_line(command, rounds, words, complaint):
    said = command("calibrate", *words)
    assert said.code == 2
    assert complaint in said.err
    assert len(said.complaints) == 1
    assert rounds.taken == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("{", "is no calibration; remove it"), ('{"schema": 9}', "was written by a newer Loadledger")],
)
def test_a_file_that_cant_be_read_is_not_overwritten_and_fails_no_gate(command, rounds, text, complaint):
    (command.folder / "results").mkdir()
    path = command.file("results/calibration.json", text)
    said = command("calibrate", "vision/match-10")
    assert said.code == 2
    assert complaint in said.err
    assert path.read_text() == text
    assert complaint in promise(caught(command.folder / "results", make_run(), make_comparison(), "ab"))


def calibrated(run, **sizes):
    powers = [Power(name, "s", 0.02, least, {"16": size}, size) for name, (least, size) in sizes.items()]
    classes = {"machine": machine_class(run.environment), "load": load_class(run.plan)}
    known = make_calibration(metrics=tuple(powers), values={}, runs=FEWEST, **classes)
    return replace(known, workload=run.workload)


def test_a_gate_tells_what_it_would_have_caught(command):
    shas = repository(command.folder)
    fill(command.folder, *steady(shas[1]), *(heads := steady(shas[2], 1.0, 100, 3)))
    said = command("gate")
    assert "measure it with: suite calibrate shop/browse" in said.out
    changes = json.loads(_document(command))["results"][0]["changes"]
    sizes = {change["metric"]: (change["minimum"], 0.08) for change in changes}
    CalibrationStore(command.folder / "results").keep(calibrated(heads[0], **sizes))
    said = command("gate")
    assert said.code == 0
    assert "would catch ≥ 8 % of " in said.out
    assert "in 95 of 100" in said.out
    assert "suite calibrate" not in said.out


def _document(command):
    command("gate", "--json", "gate.json")
    return (command.folder / "gate.json").read_text()


def test_a_file_that_is_no_text_fails_no_gate(tmp_path):
    """Every gate ended with a traceback."""
    run = make_history_run("a" * 40)
    (tmp_path / "calibration.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(StoreError, match="is no calibration; remove it"):
        CalibrationStore(tmp_path)
    assert "is no calibration" in promise(caught(tmp_path, run, make_comparison("w", "a", "b", ()), "gate"))


def test_one_that_is_a_link_elsewhere_is_not_written_to(command, rounds):
    """What came with a checkout had a file made where it led."""
    (command.folder / "results").mkdir()
    (command.folder / "results" / "calibration.json").symlink_to("../outside.json")
    said = command("calibrate", "vision/match-10")
    assert said.code == 2
    assert "calibration.json: it is a link that leads out of its folder; remove it" in said.err
    assert rounds.taken == []
    with pytest.raises(StoreError, match="leads out of its folder"):
        CalibrationStore(command.folder / "results").keep(make_calibration())
    assert not (command.folder / "outside.json").exists()


@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_what_is_no_file_fails_no_gate(tmp_path, kind):
    """A gate waited for the one, and took all memory for the other."""
    if kind == "pipe":
        os.mkfifo(tmp_path / "calibration.json")
    else:
        (tmp_path / "calibration.json").symlink_to("/dev/zero")
    run = make_history_run("a" * 40)
    said = promise(caught(tmp_path, run, make_comparison("w", "a", "b", ()), "gate"))
    assert said.endswith("calibration.json: it is no file")


def test_two_calibrations_at_once_keep_both(tmp_path):
    one, other = CalibrationStore(tmp_path), CalibrationStore(tmp_path)
    for kept, name in ((one, "a/a"), (other, "b/b")):
        run = make_history_run("a" * 40, workload=name)
        kept.keep(calibrated(run, **{"response.p99": (0.1, 0.2)}))
    data = json.loads((tmp_path / "calibration.json").read_text())
    assert {one["workload"] for one in data["results"]} == {"a/a", "b/b"}


def test_what_was_calibrated_elsewhere_or_for_other_limits_is_not_told(tmp_path):
    run = make_history_run("a" * 40)
    CalibrationStore(tmp_path).keep(calibrated(run, **{"response.p99": (0.1, 0.2)}))

    def line(least=0.1, **changes):
        found = Change(
            "response.p99", "s", "lower", 1.0, 1.0, "same", Reason("within_minimum"), minimum=least
        )
        other = make_history_run("a" * 40, **changes)
        return promise(caught(tmp_path, other, make_comparison(run.workload, "", "", (found,)), "ab"))

    assert line() == "would catch ≥ 20 % of response.p99 in 95 of 100"
    assert line(least=0.3) == ""
    assert line(plan={"loop": "closed", "users": 99}) == ""
    assert line(environment={"cpu": "another", "cores": 1}) == ""
