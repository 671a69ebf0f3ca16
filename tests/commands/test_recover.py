"""`suite recover`: options, what is kept, exit codes."""

import json
from dataclasses import replace

import pytest
from support.capacities import look
from support.overloads import make_recovery

from suite.errors import CutShort, Interrupted, SystemFailed
from suite.records.capacity import SearchResult


@pytest.fixture
def search(monkeypatch):
    """Stands in for the looks: remembers what it was asked, and returns or raises as it is told."""

    class Fake:
        asked = None
        answer = make_recovery()

        def __call__(
            self, workload, settings, course, *, known, reference, progress, keeper, watch, watch_capacity
        ):
            self.asked = workload.name, settings, course, known
            if isinstance(self.answer, BaseException):
                raise self.answer
            watch_capacity(look(200))
            for one in self.answer.looks:
                watch(one)
            return replace(self.answer, workload=workload.name, course=course)

    fake = Fake()
    monkeypatch.setattr("suite.resilience.recover.recover", fake)
    return fake


@pytest.fixture
def try_queues(command):
    """Run the command on the queue that retries feed."""
    load = command.example("load_overload.py")
    return lambda *words: command("recover", load, "-k", "queues", *words)


def kept(command, suffix):
    return sorted(command.folder.glob(f"results/recovery/*{suffix}"))


def test_options_become_a_course_and_settings(try_queues, search):
    times = ["--before", "3s", "--during", "500ms", "--after", "1min", "--budget", "10min", "--times", "4"]
    more = ["--from", "20%", "--to", "0.8", "--at-least", "20%", "--repeats", 3, "--capacity", "6000/min"]
    assert try_queues(*times, *more, "--seed", 7).code == 0
    name, settings, course, known = search.asked
    assert (name, settings.seed, known) == ("overload/queues", 7, 100)
    assert (course.before, course.during, course.after, course.budget, course.times) == (3, 0.5, 60, 600, 4)
    assert (course.lowest, course.highest, course.at_least, course.repeats) == (0.2, 0.8, 0.2, 3)


def test_without_options_the_overload_fits_the_clients(try_queues, search):
    try_queues()
    _, _, course, known = search.asked
    assert known is None
    assert (course.during, course.after) == (0.5, 15)


def test_what_was_found_is_told_kept_and_drawn(command, try_queues, search):
    said = try_queues("--json", "out.json")
    assert (said.code, said.err) == (0, "")
    assert "at      44 /s  STAYS OVERLOADED" in said.out
    assert "recovers up to 40 /s (20 %); from 44 /s (22 %) on it stays overloaded" in said.out
    (document,), (picture,) = kept(command, ".json"), kept(command, ".svg")
    told, written = (json.loads(path.read_text()) for path in (document, command.folder / "out.json"))
    assert {**told, "made": written["made"]} == written  # perhaps a second later
    assert picture.stem == document.stem
    assert "recovers up to 40 /s" in command("show", search.answer.id).out


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (SearchResult("below", None, 20.0, "recovery", ()), 1),
        (SearchResult("generator", None, None, None, ()), 3),
    ],
)
def test_exit_codes(try_queues, search, found, code):
    search.answer = make_recovery(found=found)
    assert try_queues().code == code


@pytest.mark.parametrize(("error", "code"), [(Interrupted(2), 130), (SystemFailed("it would not start"), 4)])
def test_what_ends_it_early_keeps_what_was_found(command, try_queues, search, error, code):
    search.answer = CutShort(error, make_recovery(partial=True))
    said = try_queues()
    assert said.code == code
    assert len(kept(command, ".json")) == 1
    search.answer = CutShort(error, None)
    assert try_queues().code == code
    assert len(kept(command, ".json")) == 1


def test_all_faults_of_the_command_line_are_told_at_once(try_queues, search):
    said = try_queues("--before", "soon", "--from", "half", "--capacity", "big", "--set", "y")
    assert said.code == 2
    for part in ("--before: ", "--from: ", "--capacity: ", "--set y"):
        assert part in said.err
    assert search.asked is None


def test_what_makes_no_sense_is_told_before_anything_starts(refused):
    load = refused.example("load_overload.py")
    says = "an overload is more than 1 times the capacity"
    refused("recover", load, "-k", "queues", "--times", "0.5", says=says)
