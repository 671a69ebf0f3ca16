"""What is kept, and gone on with."""

import json

import pytest
from studies.costs import command, trial


class Made:
    """Trials that are made up: `taken` are their cells."""

    def __init__(self):
        self.taken, self.fails = [], False

    def __call__(self, cell, _shop, _operations):
        self.taken.append(cell.name)
        if cell.judge == "costs" and self.fails:
            raise trial.Failed("suite ab ended with 4")
        found = {"costs": {"cost.instructions": 7.0, "cost.statements": 1.0}, "code": 0, "accused": False}
        return {**found, "named": False, "seconds": 1.0, "load": 0.0}


@pytest.fixture
def take(monkeypatch):
    """Trials in place of real ones."""
    made = Made()
    monkeypatch.setattr(trial, "take", made)
    monkeypatch.setattr(command, "plant", lambda _folder: None)
    return made


@pytest.fixture
def run(tmp_path):
    """The command on two cells; its exit code."""

    def ran(trials):
        words = ["--only", "shop/browse", "itself", "--judges", "costs", "--busy", "0"]
        return command.main([*words, "--trials", str(trials), "--kept", str(tmp_path)])

    return ran


def test_trials_are_taken_in_turns_and_kept(take, run, tmp_path, capsys):
    assert run(2) == 0
    assert take.taken == ["shop/browse", "itself@costs"] * 2
    lines = [json.loads(line) for line in (tmp_path / "trials.jsonl").read_text().splitlines()]
    assert [one["case"] for one in lines] == ["shop/browse", "itself"] * 2
    assert run(3) == 0
    assert take.taken == ["shop/browse", "itself@costs"] * 3
    assert "a commit costs the same as itself: 3/3" in capsys.readouterr().out


def test_what_fails_is_told_and_taken_again(take, run, capsys):
    take.fails = True
    assert run(1) == 1
    assert "itself@costs: suite ab ended with 4" in capsys.readouterr().err
    take.fails = False
    assert run(1) == 0
    assert take.taken == ["shop/browse", "itself@costs", "itself@costs"]


@pytest.mark.parametrize("words", [["--trials", "-1"], ["--only", "nothing"], ["--operations", "0"]])
def test_bad_words_are_refused(words):
    with pytest.raises(SystemExit, match="2"):
        command.main(words)
