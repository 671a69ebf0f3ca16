"""What is judged, and by which figures."""

import json

import pytest
from studies.detect import command, trials
from studies.detect.goals import Row, goals
from studies.detect.made import KINDS
from studies.detect.roster import CONFIRMED, DETECTORS, EVERY, Detector
from studies.detect.score import Score


def row(name, right=90, found=100, alarm=0.0):
    scores = dict.fromkeys((100, 1_000), Score(100, found, right))
    return Row(name, name, scores, dict.fromkeys(KINDS, alarm), 4, 0.1)


def kept(*rows, **more):
    return {goal.words: goal.kept for goal in goals(rows, **more)}


def test_all_goals_are_there():
    judged = kept(row(CONFIRMED, 96), row(EVERY), row("asv", 80), row("otava", 70), drift=1.0, growth=1.1)
    assert len(judged) == 2 * (2 + 2) + 1 + 1 + 1
    assert all(judged.values())


@pytest.mark.parametrize(
    ("rows", "more", "words"),
    [
        ([row(CONFIRMED, 90)], {}, "precision, confirmed, at n = 100"),
        ([row(CONFIRMED, 60, 60)], {}, "recall, confirmed, at n = 1,000"),
        ([row(CONFIRMED, 96), row("asv", 97)], {}, "F1, confirmed, at n = 100, ahead of asv"),
        ([row(EVERY, alarm=0.2)], {}, "false alarms per 1,000 of independent noise, provisional too"),
        ([], {"drift": 0.9}, "drift of .1 % a value found"),
        ([], {"growth": 1.6}, "cost of a value more at 10,000, by that at 100"),
    ],
)
def test_a_figure_beyond_its_limit_is_a_goal_missed(rows, more, words):
    assert kept(*rows, **more)[words] is False


def test_dependent_noise_is_shown_but_not_judged():
    alarms = dict.fromkeys(KINDS, 0.0) | {"autocorrelated": 5.0}
    (goal,) = goals([Row(EVERY, EVERY, {}, alarms, 4, 0.1)])
    assert goal.kept


def test_what_is_not_installed_says_where_it_is():
    assert Detector("x", "x's", lambda values: [], "no_such_module", "x (PyPI)").missing() == (
        "x's is not installed; it is in x (PyPI)"
    )
    assert all(each.missing() is None for each in DETECTORS if not each.module)


@pytest.mark.parametrize("name", [CONFIRMED, EVERY, "asv"])
def test_every_detector_finds_a_plain_step(name):
    detector = next(each for each in DETECTORS if each.name == name)
    values = [1.0 + 0.01 * (at * 7 % 5) for at in range(40)] + [2.0 + 0.01 * (at * 7 % 5) for at in range(40)]
    assert detector.find(values) == [40]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(trials, "LENGTHS", {100: 0.25, 1_000: 0.25})
    monkeypatch.setattr(trials, "FLAT", {100: 5})
    monkeypatch.setattr(trials, "DRIFTING", {500: 1})
    monkeypatch.setattr(trials, "delay", lambda detector, seed: 4)
    monkeypatch.setattr(trials, "growth", lambda seed: 1.0)
    monkeypatch.setattr(trials, "seconds", lambda detector, seed: 0.1)


@pytest.mark.exhaustive
@pytest.mark.usefixtures("small")
def test_a_comparison_from_end_to_end(tmp_path, capsys):
    file = tmp_path / "detect.json"
    code = command.main(["--only", CONFIRMED, EVERY, "--longest", "1000", "--json", str(file)])
    document = json.loads(file.read_text())
    assert code == (0 if all(goal["kept"] for goal in document["goals"]) else 1)
    assert {each["name"] for each in document["rows"]} == {CONFIRMED, EVERY}
    printed = capsys.readouterr().out
    assert "ours, confirmed" in printed
    assert "n = 1,000" in printed
    assert sum(line.startswith(("yes  ", "no   ")) for line in printed.splitlines()) == len(document["goals"])


@pytest.mark.exhaustive
@pytest.mark.usefixtures("small")
def test_a_missed_goal_is_exit_code_1(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(trials, "LENGTHS", {100: 0.25})
    monkeypatch.setattr(trials, "growth", lambda seed: 9.0)
    file = tmp_path / "detect.json"
    assert command.main(["--only", EVERY, "--longest", "1000", "--json", str(file)]) == 1
    document = json.loads(file.read_text())
    assert {each["name"] for each in document["rows"]} == {EVERY}
    printed = capsys.readouterr().out
    assert "n = 100" in printed
    assert sum(line.startswith(("yes  ", "no   ")) for line in printed.splitlines()) == len(document["goals"])


def test_what_is_unknown_is_refused():
    with pytest.raises(SystemExit) as refused:
        command.main(["--only", "magic"])
    assert refused.value.code == 2
