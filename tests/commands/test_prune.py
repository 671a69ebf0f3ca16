"""`suite prune` removes what nobody needs, and no change of a history with it."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from support.bulk import fill_fast
from support.histories import fill, git, repository, runs, steady

from suite.ledger.store import Ledger
from suite.ledger.timelines import Timelines


@pytest.fixture
def shas(command):
    return repository(command.folder, 40)


def stored(folder, results="results"):
    with Ledger(folder / results / "ledger.db") as ledger:
        return [ledger.run(name) for name in ledger.ids("run")]


def changed(folder, metric="response.p50"):
    """Commit and status of each change of a metric, as its history has them."""
    with Timelines(folder / "results" / "ledger.db") as historian:
        [track], _ = historian.tracks(metric)
        found = track.found
    return [
        (place.commit, point.status)
        for place, point in zip(found.places, found.detection.points, strict=True)
    ]


@pytest.mark.exhaustive
def test_pruning_twice_keeps_the_changes_as_sure_as_they_were(command):
    metrics = ("response.p50", "memory.idle")
    fill_fast(
        command.folder / "results/ledger.db", "shop/browse", range(400), steps=[100, 250], metrics=metrics
    )
    before = [changed(command.folder, metric) for metric in metrics]
    assert [len(found) for found in before] == [2, 2]
    said = command("prune", "--keep", "10", "--dry-run")
    assert said.out.splitlines() == [
        "shop/browse  310 runs of 310 commits; 80 commits kept for changes there",
        "would remove 310 runs; without --dry-run it does",
    ]
    assert len(stored(command.folder)) == 400
    assert command("prune", "--keep", "10").out.splitlines()[-1] == "removed 310 runs"
    for _ in range(2):
        assert [changed(command.folder, metric) for metric in metrics] == before
        command("prune", "--keep", "10")
    with closing(sqlite3.connect("results/ledger.db")) as connection:
        for table in ("documents", "results", "metrics"):
            runs = connection.execute(f"SELECT COUNT(DISTINCT number) FROM {table}").fetchone()[0]
            assert runs == 90


@pytest.mark.exhaustive
def test_a_small_change_keeps_more_around_it_than_a_large_one(command):
    fill_fast(command.folder / "results/ledger.db", "shop/browse", range(600), metrics=("response.p50",))
    with closing(sqlite3.connect("results/ledger.db")) as connection:
        connection.execute("UPDATE metrics SET value = value * 1.015 WHERE number > 300")
        connection.commit()
    [(_, before)] = changed(command.folder)
    command("prune", "--keep", "10")
    assert [status for _, status in changed(command.folder)] == [before]
    assert 60 < len(stored(command.folder)) < 590


@pytest.mark.exhaustive
def test_a_change_at_the_edge_of_what_can_be_found_is_not_kept_at_any_price(command):
    fill_fast(command.folder / "results/ledger.db", "a/b", range(1000), metrics=("response.p50",), seed=398)
    assert len(changed(command.folder)) == 2
    said = command("prune", "--keep", "10").out
    assert "2 faint changes may not be found again" in said
    assert len(stored(command.folder)) < 700


def test_pruning_on_a_branch_keeps_the_changes_of_the_main_one(command, shas):
    fill(command.folder, *runs(shas, step=24))
    git(command.folder, "checkout", "-q", "-b", "scratch", shas[5])
    said = command("prune", "--keep", "3").out
    assert "33 commits kept for changes there" in said
    assert "✗ worse" in command("history", "response.p50", "--branch", "main").out


def test_a_drift_is_still_told_after_pruning(command):
    fill_fast(command.folder / "results/ledger.db", "shop/browse", range(300), metrics=("response.p50",))
    with closing(sqlite3.connect("results/ledger.db")) as connection:
        connection.execute("UPDATE metrics SET value = value * (1 + 0.0007 * (number - 1))")
        connection.commit()

    def drifts():
        return "drift  +" in command("history", "response.p50").out

    assert drifts()
    command("prune", "--keep", "30")
    assert len(stored(command.folder)) < 300
    assert drifts()


def test_pruning_by_day_and_by_branch(command, shas):
    other = [replace(run, branch="scratch") for run in steady(shas[3], first=2000, count=2)]
    fill(command.folder, *steady(shas[0], count=2), *steady(shas[1], first=1500, count=3), *other)
    assert "removed 2 runs" in command("prune", "--before", "2024-05-02").out
    assert "nothing to remove" in command("prune", "--branch", "nothing").out
    assert "removed 2 runs" in command("prune", "--branch", "scratch").out
    assert len(stored(command.folder)) == 3


def test_accepted_commits_stay(command, shas):
    fill(command.folder, *steady(shas[0], count=2), *steady(shas[1], first=5, count=2))
    command("accept", "response.p50", shas[0], "--reason", "x")
    assert "1 commit kept for changes there" in command("prune", "--before", "2030-01-01").out
    assert {run.commit for run in stored(command.folder)} == {shas[0]}
