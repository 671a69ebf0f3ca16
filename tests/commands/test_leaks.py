"""`suite leaks`: what it asks for, keeps and says, and how it ends."""

import json
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from support.processes import EXAMPLES, Suite, wait_for
from support.records import make_search

from suite.errors import Interrupted, SystemFailed
from suite.formats.envelope import read_document
from suite.ledger.store import Ledger
from suite.records.leak import LeakSearch, LeakVerdict
from suite.records.reason import Reason

CLEAN = LeakVerdict("no growth", 2_000, 0.0, 0.0, 8.0)


@pytest.fixture
def finder(monkeypatch):
    """Stands in for the search: remembers what it was asked, answers or raises as told."""
    asked = {}
    answers = {}
    numbers = count(1)

    def find(workload, settings, how, *, reference, progress, keep, keeper):
        asked[workload.name] = (settings, how, keep)
        answer = answers.get(workload.name, CLEAN)
        if isinstance(answer, BaseException):
            raise answer
        search = answer if not isinstance(answer, LeakVerdict) else make_search(verdict=answer, suspects=None)
        return replace(search, id=f"{next(numbers):012}", workload=workload.name)

    monkeypatch.setattr("suite.leaks.session.find_leaks", find)
    finder: Any = find
    finder.asked, finder.answers = asked, answers
    return finder


def test_options_become_settings(command, finder):
    load = command.example("load_echo.py")
    said = command(
        "leaks", load, "-k", "mixed", "--operations", "500", "--windows", "6", "--ttl", "1min", "--native",
        "--no-name", "--users", "2", "--seed", "7",
    )  # fmt: skip
    assert said.code == 0, said.err
    ((settings, how, keep),) = finder.asked.values()
    assert (how.requests, how.windows, how.ttl, how.native, how.attribute) == (500, 6, 60.0, True, False)
    assert (settings.users, settings.seed) == (2, 7)
    assert keep == command.folder.joinpath("results", "leaks").relative_to(command.folder)


def test_the_old_name_of_operations_still_works_and_the_new_one_is_said(command, finder):
    said = command("leaks", command.example("load_echo.py"), "-k", "mixed", "--requests", "500")
    assert (said.code, said.err) == (0, "suite: note: --requests is now --operations\n")
    ((_, how, _),) = finder.asked.values()
    assert how.requests == 500


def test_a_leak_ends_with_1_and_is_kept_everywhere(command, finder):
    load = command.example("load_echo.py")
    finder.answers["echo/mixed"] = make_search()
    said = command("leaks", load, "-k", "mixed", "--json", "leaks.json")
    assert said.code == 1
    assert "LEAK" in said.out
    whole = json.loads((command.folder / "leaks.json").read_text())
    assert whole["exit_code"] == 1
    assert [each["workload"] for each in whole["results"]] == ["echo/mixed"]
    (document,) = (command.folder / "results" / "leaks").glob("*.json")
    (kept,) = read_document(document).records
    with Ledger(command.folder / "results" / "ledger.db") as ledger:
        assert [each.id for each in ledger.records(LeakSearch, "echo/mixed")] == [kept.id]


def test_it_says_since_when_the_first_suspect_grows(command, finder):
    load = command.example("load_echo.py")
    command("leaks", load, "-k", "mixed")
    finder.answers["echo/mixed"] = make_search(commit="b" * 40, started="2026-01-02T00:00:00+00:00")
    assert "growing since" not in command("leaks", load, "-k", "mixed").out
    finder.answers["echo/mixed"] = make_search(commit="c" * 40, started="2026-01-03T00:00:00+00:00")
    said = command("leaks", load, "-k", "mixed")
    assert "growing since: commit bbbbbbbbbbbb, 2026-01-02, in 2 searches" in said.out


def test_json_on_stdout_is_json_alone(command, finder):
    said = command("leaks", command.example("load_echo.py"), "-k", "mixed", "--json", "-")
    assert json.loads(said.out)["results"][0]["verdict"]["outcome"] == "no growth"
    assert "NO LEAK" in said.err


def test_what_cannot_be_told_ends_with_3(command, finder):
    finder.answers["echo/mixed"] = LeakVerdict("unsettled", 100, reasons=(Reason("nothing_readable"),))
    said = command("leaks", command.example("load_echo.py"), "-k", "mixed")
    assert said.code == 3
    assert "no process of the system could be read" in said.out


def test_a_system_that_fails_ends_its_own_search_only(command, finder):
    load = command.example("load_echo.py")
    finder.answers["echo/mixed"] = SystemFailed("the echo died")
    said = command("leaks", load)
    assert said.code == 4
    assert "the echo died" in said.out
    assert len(finder.asked) > 1
    assert len(list((command.folder / "results" / "leaks").glob("*.json"))) == len(finder.asked) - 1


def test_what_was_found_before_an_interruption_is_kept(command, finder):
    load = command.example("load_echo.py")
    command("leaks", load)
    names = list(finder.asked)
    finder.asked.clear()
    finder.answers[names[1]] = Interrupted(2)
    said = command("leaks", load, "--results", "other")
    assert said.code == 130
    assert list(finder.asked) == names[:2]
    assert len(list((command.folder / "other" / "leaks").glob("*.json"))) == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["leaks"], "Missing argument"),
        (["leaks", "no/such"], "no/such"),
        (["leaks", "vision/match-500", "--ttl", "soon"], "--ttl: 'soon'"),
        (["leaks", "vision/match-500", "--ttl=-1"], "--ttl: a time can't be negative"),
        (["leaks", "vision/match-500", "--windows", "3"], "--windows"),
        (["leaks", "vision/match-500", "--operations", "1"], "--operations"),
    ],
)
def test_bad_input_is_one_clear_error(command, words, complaint):
    said = command(*words)
    assert said.code == 2
    assert complaint in said.err


def test_help_has_examples(command):
    said = command("leaks", "--help")
    assert said.code == 0
    assert "suite leaks load_shop.py" in said.out


def test_the_real_command_is_interrupted_and_leaves_nothing(tmp_path):
    suite = Suite(tmp_path, "leaks", EXAMPLES / "leaky_load.py", "-k", "command")
    assert wait_for(lambda: len(suite.processes()) > 2)
    suite.process.terminate()
    assert suite.finish() == 143
    assert suite.left_behind() == []
