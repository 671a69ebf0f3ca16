"""`suite capacity`: options, what is kept, exit codes."""

import json
from dataclasses import replace

import pytest
from support.capacities import make_capacity
from support.processes import Suite, wait_for

from suite.errors import CutShort, Interrupted, SystemFailed
from suite.records.capacity import SearchResult


@pytest.fixture
def search(monkeypatch):
    """Stands in for the engine: remembers what it was asked, and returns or raises as it is told."""

    class Fake:
        asked = None
        answer = make_capacity()

        def __call__(self, workload, settings, goal, *, reference, progress, keeper, watch):
            self.asked = workload.name, settings, goal
            if isinstance(self.answer, BaseException):
                raise self.answer
            for look in self.answer.found.looks:
                watch(look)
            return replace(self.answer, workload=workload.name, goal=goal)

    fake = Fake()
    monkeypatch.setattr("suite.capacity.capacity.capacity", fake)
    return fake


def kept(command, suffix):
    return sorted(command.folder.glob(f"results/capacity/*{suffix}"))


def test_options_become_a_goal_and_settings(command, search):
    load = command.example("load_counter.py")
    words = ["--from", "10/s", "--to", "6000/min", "--at-least", "50/s", "--seconds", "500ms", "--repeats", 5]
    more = ["--budget", "1min", "--level", "target", "--set", "step=2", "--seed", 7, "--over", "rate"]
    assert command("capacity", load, "-k", "click", *words, *more).code == 0
    name, settings, goal = search.asked
    assert name == "counter/click"
    assert (settings.values, settings.seed) == ({"step": "2"}, 7)
    assert (goal.over, goal.level, goal.seconds, goal.repeats) == ("rate", "target", 0.5, 5)
    assert (goal.budget, goal.lowest, goal.highest, goal.at_least) == (60, 10, 100, 50)


def test_what_was_found_is_told_kept_and_drawn(command, search):
    load = command.example("load_counter.py")
    said = command("capacity", load, "-k", "click", "--json", "out.json")
    assert (said.code, said.err) == (0, "")
    assert "at     800 /s  p99   800 ms  broke  response.p95 400 ms" in said.out
    assert "capacity  between 735 /s and 833 /s" in said.out
    (document,), (picture,) = kept(command, ".json"), kept(command, ".svg")
    told, written = (json.loads(path.read_text()) for path in (document, command.folder / "out.json"))
    assert {**told, "made": written["made"]} == written  # perhaps a second later
    assert picture.stem == document.stem


def test_json_on_stdout_is_nothing_else(command, search):
    said = command("capacity", command.example("load_counter.py"), "-k", "click", "--json", "-")
    assert json.loads(said.out)["results"][0]["found"]["low"] == 766
    assert "capacity  between" in said.err


@pytest.mark.parametrize(
    ("words", "found", "code"),
    [
        ([], SearchResult("generator", 900.0, None, None, ()), 3),
        ([], SearchResult("below", None, 1.0, "backlog", ()), 1),
        ([], SearchResult("range", 900.0, None, None, ()), 0),
        (["--at-least", "100/s"], SearchResult("generator", 900.0, None, None, ()), 0),
        (["--at-least", "1000/s"], SearchResult("found", 900.0, 1000.0, "backlog", ()), 1),
        (["--at-least", "1000/s"], SearchResult("generator", 900.0, None, None, ()), 3),
    ],
)
def test_exit_codes(command, search, words, found, code):
    search.answer = make_capacity(found=found)
    said = command("capacity", command.example("load_counter.py"), "-k", "click", "--over", "rate", *words)
    assert said.code == code
    (document,) = kept(command, ".json")
    assert json.loads(document.read_text())["exit_code"] == code


@pytest.mark.parametrize(("error", "code"), [(Interrupted(15), 143), (SystemFailed("it would not start"), 4)])
def test_what_ends_it_early_keeps_what_was_found(command, search, error, code):
    search.answer = CutShort(error, make_capacity())
    said = command("capacity", command.example("load_counter.py"), "-k", "click")
    assert said.code == code
    assert "capacity  between" in said.out
    assert len(kept(command, ".json")) == 1
    assert said.complaints == (["suite: it would not start"] if code == 4 else [])


def test_without_any_look_nothing_is_kept(command, search):
    search.answer = CutShort(SystemFailed("it would not start"), None)
    said = command("capacity", command.example("load_counter.py"), "-k", "click")
    assert (said.code, said.out, said.complaints) == (4, "", ["suite: it would not start"])
    assert kept(command, ".json") == []


def test_all_faults_of_the_command_line_are_told_at_once(command, search):
    load = command.example("load_counter.py")
    words = ["--over", "time", "--level", "worst", "--seconds", "0", "--budget", "soon", "--set", "x"]
    said = command("capacity", load, *words)
    assert said.code == 2
    for part in ("--over", "--level", "--seconds", "--budget", "--set x", "choose with -k"):
        assert part in said.err
    assert search.asked is None


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--over", "users", "--from", "2.5"], "--from: a whole number of users"),
        (["--over", "users", "--to", "5/s"], "--to:"),
        (["--over", "rate", "--to", "-5"], "--to: a rate above 0"),
    ],
)
def test_loads_are_in_the_unit_of_what_is_raised(command, search, words, part):
    said = command("capacity", command.example("load_counter.py"), "-k", "click", *words)
    assert said.code == 2
    assert part in said.err


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_real_command_finds_is_interrupted_and_leaves_nothing(tmp_path, command):
    load = command.example("load_slots.py")
    words = ["capacity", load, "-k", "open", "--set", "slots=1", "--set", "service=0.02", "--seconds", "0.5"]
    suite = Suite(tmp_path, *words, "--from", "40/s", "--to", "60/s", "--repeats", "1", "--budget", "8s")
    assert suite.finish(100) in (0, 1, 3), suite.err
    assert "capacity  " in suite.out
    assert suite.left_behind() == []

    suite = Suite(tmp_path, *words, "--results", "other")
    assert wait_for(lambda: len(suite.processes()) > 1)
    suite.process.terminate()
    assert suite.finish() == 143
    assert suite.left_behind() == []
