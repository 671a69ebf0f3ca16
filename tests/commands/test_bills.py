"""Bills in the ledger: shown, compared, gated and drawn over commits; no moments and no spread are needed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.costs import make_cost, make_costs
from support.histories import fill, repository, steady
from support.runs import make_run

from suite.formats.document import write_document
from suite.formats.envelope import envelope


def billed(sha, instructions, statements=2.0, at=0, **changes):
    """The bill of a commit."""
    costs = {
        "cost.instructions": make_cost(instructions),
        "cost.system_calls": make_cost(7.0),
        "cost.allocations": make_cost(800.0),
        "cost.statements": make_cost(statements),
    }
    more = {"environment": {"cpu": "x", "cores": 2}, "costs": costs, **changes}
    when = f"2024-05-{1 + at // 24:02}T{at % 24:02}:00:00+00:00"
    return replace(make_costs(), id=f"{at:04}{sha[:8]}", commit=sha, started=when, **more)


@pytest.fixture
def shas(command):
    return repository(command.folder)


def test_they_are_listed_and_shown(command, shas):
    one = billed(shas[0], 1e6)
    fill(command.folder, make_run(), one)
    assert "costs" in command("show").out
    said = command("show", one.id)
    assert (said.code, said.err) == (0, "")
    assert "shop/browse  valid, per operation" in said.out
    assert "N+1: sent 6 times in one operation (browse) by price() shop.py:14" in said.out


def test_one_bill_of_each_side_is_enough(command, shas):
    fill(command.folder, billed(shas[1], 1e6), billed(shas[2], 1.01e6, 3.0, at=1))
    said = command("compare", "HEAD~1", "HEAD", "--json", "out.json")
    assert said.code == 1, said.err
    assert "regression: shop/browse cost.instructions: +1 %" in said.out
    assert "regression: shop/browse cost.statements: +1" in said.out
    (one,) = json.loads(Path("out.json").read_text())["results"]
    assert [change["verdict"] for change in one["changes"]] == ["regression", "same", "same", "regression"]
    assert command("gate", "--base", "HEAD~1").code == 1
    assert command("gate", "--base", "HEAD~1", "--metric", "cost.allocations").code == 0
    allowed = ("--allow", "cost.instructions=2%", "--allow", "cost.statements=1.5")
    assert command("gate", "--base", "HEAD~1", *allowed).code == 0


def test_the_same_costs_pass(command, shas):
    fill(command.folder, billed(shas[1], 1e6), billed(shas[2], 1.001e6, at=1))
    assert command("gate", "--base", "HEAD~1").code == 0


def test_runs_and_bills_are_judged_together(command, shas):
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.0, 100, 3))
    fill(command.folder, billed(shas[1], 1e6), billed(shas[2], 1.02e6, at=1))
    assert command("compare", "HEAD~1", "HEAD").code == 1
    assert command("compare", "HEAD~1", "HEAD", "--metric", "response.p50").code == 0
    assert command("compare", "HEAD~1", "HEAD", "--metric", "cost.instructions").code == 1


def test_a_side_without_a_bill_is_told(command, shas):
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.0, 100, 3), billed(shas[2], 1e6, at=1))
    said = command("compare", "HEAD~1", "HEAD")
    assert said.code == 0
    assert "left out: shop/browse: its costs were not counted in base" in said.out


def test_bills_of_other_operations_or_machines_are_not_compared(command, shas):
    other = {"loop": "closed", "users": 1, "operations": 7}
    fill(command.folder, billed(shas[1], 1e6, plan=other), billed(shas[2], 2e6, at=1))
    said = command("compare", "HEAD~1", "HEAD")
    assert said.code == 3
    assert "note: bills of base left out, of another machine or other operations: 1" in said.out


def test_documents_of_bills_are_sides(command, shas):
    for name, instructions in (("a.json", 1e6), ("b.json", 1.02e6)):
        write_document(Path(name), envelope("costs", [billed(shas[0], instructions)], exit_code=0))
    fill(command.folder, make_run())
    assert command("compare", "a.json", "b.json").code == 1


def test_history_draws_them(command, shas):
    fill(command.folder, *(billed(sha, 1e6 + 1e5 * at, at=at) for at, sha in enumerate(shas)))
    said = command("history", "cost.instructions", "--workload", "shop/browse", "--json", "out.json")
    assert (said.code, said.err) == (0, "")
    (track,) = json.loads(Path("out.json").read_text())["histories"]
    assert [one["commit"] for one in track["commits"]] == shas
