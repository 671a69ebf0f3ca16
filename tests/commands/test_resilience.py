"""`suite resilience`: options, what is kept, exit codes."""

import json
from dataclasses import replace

import pytest
from support.resiliences import BORNE, UNTOLD, make_resilience

from suite.errors import CutShort, Interrupted, SystemFailed
from suite.records.resilience import FaultTrial


@pytest.fixture
def tried(monkeypatch):
    """Stands in for the rounds: remembers what it was asked, and returns or raises as it is told."""

    class Fake:
        asked = None
        answer = make_resilience()

        def __call__(
            self, workload, settings, course, *, parties, faults, reference, progress, keeper, watch
        ):
            self.asked = workload.name, settings, course, parties, faults
            if isinstance(self.answer, BaseException):
                raise self.answer
            for number, trial in enumerate(self.answer.trials):
                watch(trial, number, len(self.answer.trials))
            return replace(self.answer, workload=workload.name, course=course)

    fake = Fake()
    monkeypatch.setattr("suite.resilience.resilience.resilience", fake)
    return fake


@pytest.fixture
def try_weak(command):
    """Run the command on the fragile shop."""
    load = command.example("load_fragile.py")
    return lambda *words: command("resilience", load, "-k", "weak", *words)


def kept(command, suffix):
    return sorted(command.folder.glob(f"results/resilience/*{suffix}"))


def test_options_become_a_course_and_settings(try_weak, tried):
    times = ["--before", "3s", "--during", "500ms", "--after", "1min", "--delay", "50ms", "--first", 5]
    more = ["--rounds", 2, "--rate", "50/s", "--users", 9, "--seed", 7, "--party", "mail", "--fault", "slow"]
    assert try_weak(*times, *more).code == 1
    name, settings, course, parties, faults = tried.asked
    assert name == "fragile/weak"
    assert (settings.rate, settings.users, settings.seed) == (50, 9, 7)
    assert (course.before, course.during, course.after, course.delay) == (3, 0.5, 60, 0.05)
    assert (course.first, course.rounds) == (5, 2)
    assert (parties, faults) == (["mail"], ["slow"])


def test_what_was_found_is_told_kept_and_drawn(command, try_weak, tried):
    said = try_weak("--json", "out.json")
    assert (said.code, said.err) == (1, "")
    assert "2 of 4  reset: database" in said.out
    assert "NEVER CAME BACK" in said.out
    (document,), (picture,) = kept(command, ".json"), kept(command, ".svg")
    told, written = (json.loads(path.read_text()) for path in (document, command.folder / "out.json"))
    assert {**told, "made": written["made"]} == written  # perhaps a second later
    assert picture.stem == document.stem
    listed = command("show")
    assert "resilience" in listed.out
    assert "NEVER CAME BACK" in command("show", tried.answer.id).out


def test_json_on_stdout_is_nothing_else(try_weak, tried):
    said = try_weak("--json", "-")
    assert json.loads(said.out)["results"][0]["counts"]["never"] == 1
    assert "NEVER CAME BACK" in said.err


@pytest.mark.parametrize(("one", "code"), [(BORNE, 0), (UNTOLD, 3)])
def test_exit_codes(try_weak, tried, one, code):
    tried.answer = make_resilience(FaultTrial("reset", "mail", (one,)))
    assert try_weak().code == code


@pytest.mark.parametrize(("error", "code"), [(Interrupted(2), 130), (SystemFailed("it would not start"), 4)])
def test_what_ends_it_early_keeps_what_was_found(command, try_weak, tried, error, code):
    tried.answer = CutShort(error, make_resilience(partial=True))
    said = try_weak()
    assert said.code == code
    assert "came back from 3 of 4 faults" in said.out
    assert len(kept(command, ".json")) == 1


def test_before_any_fault_nothing_is_kept(command, try_weak, tried):
    tried.answer = CutShort(SystemFailed("it would not start"), None)
    said = try_weak()
    assert (said.code, said.out, said.complaints) == (4, "", ["suite: it would not start"])
    assert kept(command, ".json") == []


def test_all_faults_of_the_command_line_are_told_at_once(try_weak, tried):
    said = try_weak("--before", "soon", "--delay", "x", "--rate", "fast", "--set", "y")
    assert said.code == 2
    for part in ("--before: ", "--delay: ", "--rate: ", "--set y"):
        assert part in said.err
    assert tried.asked is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--party", "cache"], r".* has no party 'cache'; there are 'database', 'prices', 'mail', 'system'"),
        (["--fault", "fire"], r"no fault is called 'fire'; there are slow, dead, .*"),
        (["--during", "0"], "during must be above 0"),
        (["--rate", "2/s"], r"at 2/s 2 s before a fault have fewer .*; give --before 12s or more"),
    ],
)
def test_what_can_not_be_tried_is_told_before_anything_starts(refused, words, says):
    refused("resilience", refused.example("load_fragile.py"), "-k", "weak", *words, says=says)
