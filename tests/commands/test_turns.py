"""The pairs of two commits that take turns are on disk the moment that each ends."""

import json
import signal
from dataclasses import replace

import pytest
from support.runs import make_run

from suite.ab.checkout import Name
from suite.ab.outcome import TrialResult
from suite.ab.pairs import Pair, Trial
from suite.ab.repository import Commit
from suite.commands.brought_in import tell_brought_in
from suite.commands.output import output
from suite.commands.progress import Turns
from suite.errors import Interrupted, StoreError, SystemFailed
from suite.formats.envelope import read_document

COMMITS: dict[Name, Commit] = {"base": Commit("0" * 40, "the first"), "head": Commit("1" * 40, "the second")}
METRICS = ("response.mean",)


class Killed(Exception):
    """Nothing follows."""


def pair(number):
    return Pair("AB", *(replace(make_run(), id=f"{number:011}{side}") for side in "ab"))


@pytest.fixture
def trial():
    return Trial(make_run().workload, ("the first", "the second"), seed=1, metrics=METRICS)


def killed(tmp_path, trial):
    """After three pairs."""
    with output(None, "ab", tmp_path / "ab") as out, Turns(out, tmp_path) as turns:
        turns.prepared(COMMITS, ())
        for number in range(3):
            turns.halved(trial, "head", pair(number).head)
            trial.pairs.append(pair(number))
            turns.paired(trial)
        raise Killed


def test_a_killed_comparison_leaves_its_pairs(tmp_path, trial, capfd):
    with pytest.raises(Killed):
        killed(tmp_path, trial)
    assert not [*tmp_path.glob("ab/*.json")]
    tell_brought_in(tmp_path, None)
    (path,) = tmp_path.glob("ab/*.json")
    assert f"what it had measured of {trial.workload} is {path}" in capfd.readouterr().err
    (found,) = read_document(path).records
    assert (found.partial, found.workload) == (True, trial.workload)
    data = json.loads(path.read_text())
    assert len(data["results"][0]["pairs"]) == 3
    assert data["head"]["sha"] == COMMITS["head"].sha


@pytest.mark.parametrize("side", ["base", "head"])
def test_a_single_round_is_kept_until_its_pair_is(tmp_path, trial, side):
    first, second = pair(0), pair(1)

    def drafted():
        (draft,) = out.journal.drafts
        (result,) = json.loads(draft.read_text())["results"]
        return len(result["pairs"]), [one["run"]["id"] for one in result.get("unpaired", ())]

    with output(None, "ab", tmp_path / "ab") as out, Turns(out, tmp_path) as turns:
        turns.prepared(COMMITS, ())
        turns.halved(trial, side, pair(7).base)  # is repeated
        turns.halved(trial, side, getattr(first, side))
        assert drafted() == (0, [getattr(first, side).id])
        trial.pairs.append(first)
        turns.paired(trial)
        turns.halved(trial, side, getattr(second, side))
        assert drafted() == (1, [getattr(second, side).id])
        trial.pairs.append(second)
        turns.paired(trial)
        assert drafted() == (2, [])


def test_half_a_pair_that_could_not_be_believed_is_nothing_to_tell_of(tmp_path, trial):
    with output(None, "ab", tmp_path / "ab") as out, Turns(out, tmp_path) as turns:
        turns.prepared(COMMITS, ())
        turns.halved(trial, "base", pair(0).base)
        turns.compared(TrialResult.of(trial, 1.0, None))
    assert not [*tmp_path.rglob("*.json")]
    assert not (tmp_path / "journal").exists()


@pytest.mark.parametrize(
    "error", [Interrupted(signal.SIGINT), SystemFailed("it would not start")], ids=["interrupted", "dead"]
)
def test_half_a_pair_is_kept_when_its_other_half_never_comes(tmp_path, trial, error):
    """Of two rounds the first had come to its end, and was lost."""
    with output(None, "ab", tmp_path / "ab") as out, Turns(out, tmp_path) as turns:
        turns.prepared(COMMITS, ())
        turns.halved(trial, "base", pair(0).base)
        turns.compared(TrialResult.of(trial, 1.0, error))
    (path,) = tmp_path.glob("ab/*.json")
    (result,) = json.loads(path.read_text())["results"]
    assert ([one["run"]["id"] for one in result["unpaired"]], result["partial"]) == ([pair(0).base.id], True)
    assert not (tmp_path / "journal").exists()


def test_half_of_a_later_pair_stays_with_the_whole_ones(tmp_path, trial):
    with output(None, "ab", tmp_path / "ab") as out, Turns(out, tmp_path) as turns:
        turns.prepared(COMMITS, ())
        for number in range(2):
            turns.halved(trial, "base", pair(number).base)
            if number == 0:
                trial.pairs.append(pair(0))
                turns.paired(trial)
        turns.compared(TrialResult.of(trial, 1.0, Interrupted(signal.SIGTERM)))
    (path,) = tmp_path.glob("ab/*.json")
    (result,) = json.loads(path.read_text())["results"]
    assert len(result["pairs"]) == 1
    assert [one["run"]["id"] for one in result["unpaired"]] == [pair(1).base.id]


def test_both_rounds_of_a_pair_are_kept_where_the_second_was_cut_short(tmp_path, trial):
    first, second = pair(0).base, pair(1).head
    with output(None, "ab", tmp_path / "ab") as out, Turns(out, tmp_path) as turns:
        turns.prepared(COMMITS, ())
        turns.halved(trial, "base", first)
        turns.cut_short(trial, "head", second)
        turns.compared(TrialResult.of(trial, 1.0, Interrupted(signal.SIGTERM)))
    (path,) = tmp_path.glob("ab/*.json")
    (result,) = json.loads(path.read_text())["results"]
    assert [(one["side"], one["run"]["id"]) for one in result["unpaired"]] == [
        ("base", first.id),
        ("head", second.id),
    ]


def test_the_first_round_of_all_is_kept_where_it_was_cut_short(tmp_path, trial):
    with output(None, "ab", tmp_path / "ab") as out, Turns(out, tmp_path) as turns:
        turns.prepared(COMMITS, ())
        turns.cut_short(trial, "base", pair(0).base)
        turns.compared(TrialResult.of(trial, 1.0, Interrupted(signal.SIGTERM)))
    (path,) = tmp_path.glob("ab/*.json")
    (result,) = json.loads(path.read_text())["results"]
    assert [one["run"]["id"] for one in result["unpaired"]] == [pair(0).base.id]


def ended(tmp_path, trial):
    """A comparison of one pair, to its end."""
    with output(None, "ab", tmp_path / "ab") as out, Turns(out, tmp_path) as turns, out.part():
        turns.prepared(COMMITS, ())
        turns.halved(trial, "base", pair(0).base)
        trial.pairs.append(pair(0))
        turns.paired(trial)
        result = TrialResult.of(trial, 1.0, None)
        try:
            turns.compared(result)
        finally:
            turns.ended([result], None)


def test_a_whole_comparison_leaves_its_document_alone(tmp_path, trial, capfd):
    ended(tmp_path, trial)
    assert len([*tmp_path.glob("ab/*.json")]) == 1
    assert not (tmp_path / "journal").exists()
    assert f"{tmp_path}/ab" in capfd.readouterr().out


def test_saved_is_not_said_of_what_is_not(tmp_path, trial, capfd, monkeypatch):
    """On a full disk."""

    def full(*_):
        raise StoreError("can't write it: the disk is full; free some space")

    monkeypatch.setattr("suite.commands.progress.write_document", full)
    with pytest.raises(StoreError):
        ended(tmp_path, trial)
    assert f"{tmp_path}/ab" not in capfd.readouterr().out
