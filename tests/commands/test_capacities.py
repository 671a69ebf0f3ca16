"""Searches for the capacity in the ledger: shown, carried, compared, gated and drawn like runs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.capacities import make_capacity
from support.histories import fill, repository, steady
from support.records import make_search
from support.runs import make_comparison, make_run

from suite.formats.document import write_document
from suite.formats.envelope import envelope
from suite.records.capacity import SearchResult


def searched(sha, low, high, at=0, **changes):
    """A search of a commit."""
    found = SearchResult("found", float(low), float(high), "response.p95", make_capacity().found.looks[-2:])
    more = {"environment": {"cpu": "x", "cores": 2}, **changes}
    when = f"2024-05-{1 + at // 24:02}T{at % 24:02}:00:00+00:00"
    return replace(make_capacity(), id=f"{at:04}{sha[:8]}", commit=sha, started=when, found=found, **more)


@pytest.fixture
def shas(command):
    return repository(command.folder)


def test_they_are_listed_and_shown(command, shas):
    one = searched(shas[0], 100, 105)
    fill(command.folder, make_run(), one, make_search(id="5eac0001"), make_comparison())
    listed = command("show")
    assert {line.split()[3] for line in listed.out.splitlines()[1:]} == {
        "run",
        "capacity",
        "leaks",
        "comparison",
    }
    said = command("show", one.id)
    assert (said.code, said.err) == (0, "")
    assert "100 /s held" in said.out
    assert "LEAK" in command("show", "5eac").out
    assert "INCONCLUSIVE" in command("show", make_comparison().id).out
    (result,) = json.loads(command("show", one.id, "--json").out)["results"]
    assert result["found"]["low"] == 100


def test_they_are_carried_to_another_ledger(command, shas):
    fill(command.folder, make_run(), searched(shas[0], 100, 105), make_search(), make_comparison())
    assert command("export", "all").code == 0
    kinds = {json.loads(path.read_text())["kind"] for path in Path("all").iterdir()}
    assert kinds == {"run", "capacity", "leaks", "comparison"}
    said = command("import", "all", "--results", "other")
    assert "4 new of 4" in said.out
    assert "0 new of 4" in command("import", "all", "--results", "other").out
    assert "4 new of 4" in command("import", "results/ledger.db", "--results", "third").out


def test_a_lower_one_is_a_regression(command, shas):
    fill(command.folder, searched(shas[1], 100, 105), searched(shas[2], 80, 84, 1))
    said = command("compare", "HEAD~1", "HEAD", "--json", "out.json")
    assert said.code == 1
    assert "REGRESSION" in said.out
    assert "capacity" in said.out
    (one,) = json.loads(Path("out.json").read_text())["results"]
    assert [change["metric"] for change in one["changes"]] == ["capacity"]
    assert command("compare", "HEAD~1").code == 1
    assert command("gate", "--base", "HEAD~1").code == 1
    better = command("compare", "HEAD", "HEAD~1")
    assert (better.code, "improvement" in better.out) == (0, True)


def test_runs_and_capacities_are_judged_together(command, shas):
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.0, 100, 3))
    fill(command.folder, searched(shas[1], 100, 105), searched(shas[2], 80, 84, 1))
    said = command("compare", "HEAD~1", "HEAD", "--json", "out.json")
    assert said.code == 1
    found = json.loads(Path("out.json").read_text())["results"]
    assert [one["verdict"] for one in found] == ["same", "regression"]
    assert command("compare", "HEAD~1", "HEAD", "--metric", "response.p50").code == 0
    assert command("compare", "HEAD~1", "HEAD", "--metric", "capacity").code == 1


def test_documents_of_searches_are_sides(command, shas):
    for name, low, high in (("a.json", 100, 105), ("b.json", 80, 84)):
        write_document(Path(name), envelope("capacity", [searched(shas[0], low, high)], exit_code=0))
    fill(command.folder, make_run())
    assert command("compare", "a.json", "b.json").code == 1


def test_history_draws_the_capacity(command, shas):
    fill(command.folder, *(searched(sha, 100 + at, 105 + at, at) for at, sha in enumerate(shas)))
    said = command("history", "capacity", "--workload", "shop/browse")
    assert (said.code, said.err) == (0, "")
    assert "100 /s to 105 /s" in said.out
    data = json.loads(command("history", "capacity", "--workload", "shop/browse", "--json", "-").out)
    (track,) = data["histories"]
    assert [one["commit"] for one in track["commits"]] == shas
    wanted = [list(searched(sha, 100 + at, 105 + at).interval) for at, sha in enumerate(shas)]
    assert [one["interval"] for one in track["commits"]] == wanted
