"""The command: what it refuses, what it does when something fails or it is interrupted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from studies.leaks_accuracy import command, memray_rule, resident_rule

from suite.errors import Interrupted, SystemFailed


def test_what_is_not_known_is_refused():
    script = Path(__file__).parent / "compare.py"
    for words in (["--repeats", "0"], ["--only", "dirty"], ["--judges", "me"]):
        done = subprocess.run(
            [sys.executable, str(script), *words], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 2
        assert words[0] in done.stderr


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Exit code and document of a comparison of two clean cases whose growth is made up."""

    def judge(accuses):
        monkeypatch.setattr(resident_rule, "accuses", accuses)
        file = tmp_path / "accuracy.json"
        words = ["--judges", "rss", "--only", "clean", "busy", "--repeats", "2", "--json", str(file)]
        return command.main(words), json.loads(file.read_text())

    return judge


def rivals(document):
    return {case["case"]: case["rivals"] for case in document["cases"]}


def test_all_trials_are_told(judged, capsys):
    code, document = judged(lambda case, seed: case.name == "busy" and seed == 2)
    assert code == 0
    assert rivals(document) == {"clean": {"RSS +50 MB": [False] * 2}, "busy": {"RSS +50 MB": [False, True]}}
    assert "1/2" in capsys.readouterr().out


def test_what_fails_is_told_and_the_rest_goes_on(judged):
    def accuses(case, seed):
        if seed == 1:
            raise SystemFailed("no room")
        return False

    code, document = judged(accuses)
    assert code == 1
    assert [line.rpartition(": ")[2] for line in document["failed"]] == ["no room"] * 2
    assert rivals(document)["clean"] == {"RSS +50 MB": [False]}


def test_an_interruption_keeps_what_was_found(judged):
    def accuses(case, seed):
        if seed == 2:
            raise Interrupted(2)
        return False

    code, document = judged(accuses)
    assert code == 130
    assert rivals(document)["busy"] == {"RSS +50 MB": [False]}


def test_without_anyone_to_judge_there_is_nothing_to_do(monkeypatch, capsys):
    monkeypatch.setattr(memray_rule, "missing", lambda: "it is not there")
    assert command.main(["--judges", "memray"]) == 2
    assert "skipped: it is not there" in capsys.readouterr().err
