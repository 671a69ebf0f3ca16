"""`suite history` and `suite accept`: what they say, of a made-up ledger."""

import json
from dataclasses import replace

import pytest
from support.histories import commit, fill, git, repository, runs
from support.runs import make_measured, validity_of

from suite.ledger.detections import AcceptedChange
from suite.ledger.store import Ledger
from suite.ledger.timelines import Timelines


@pytest.fixture
def shas(command):
    return repository(command.folder, 40)


def test_metrics_that_moved_at_one_commit_are_one_event(command, shas):
    fill(command.folder, *runs(shas, step=24), *runs(shas, "shop/buy", step=24))
    said = command("history")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].startswith(f"{shas[24][:12]}  2024-05-01  6 worse in 2 workloads")
    assert sum("✗ worse" in line for line in lines) == 6
    assert "memory.peak" not in said.out
    [event] = json.loads(command("history", "--json", "-").out)["events"]
    assert (event["commit"], event["alert"], len(event["moved"])) == (shas[24], True, 6)
    one = command("history", "--workload", "shop/buy").out
    assert "3 worse" in one
    assert "shop/browse" not in one


def test_a_metric_is_drawn_with_its_changes(command, shas):
    fill(command.folder, *runs(shas, step=24))
    said = command("history", "response.p50", "--limit", "5")
    assert said.code == 0
    assert said.out.startswith("shop/browse response.p50  lower is better, 40 commits, x, 2 cores")
    assert "┆" in said.out
    rows = [line.split()[0] for line in said.out.splitlines() if "2024-05-01" in line]
    assert rows == [*(sha[:12] for sha in shas[-5:]), "2024-05-01"]
    assert f"2024-05-01  {shas[24][:12]}  +25" in said.out
    assert "✗ worse" in said.out
    assert "10 ms → 12.5 ms" in said.out


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """However busy the machine, all histories are looked through."""
    monkeypatch.setattr("suite.ledger.timelines.OVERVIEW_SECONDS", 60.0)


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (["--metric", "response.p50"], ["response.p50"], "--metric NAME is now suite history NAME"),
        (
            ["shop/buy"],
            ["--workload", "shop/buy"],
            "suite history shop/buy is now suite history --workload shop/buy",
        ),
    ],
)
def test_old_spellings_still_work_and_the_new_one_is_said(command, shas, old, new, note):
    fill(command.folder, *runs(shas[:30], step=20), *runs(shas[:30], step=20, workload="shop/buy"))
    command("history", "--all")
    said = command("history", *old)
    assert (said.code, said.complaints) == (0, [f"suite: note: {note}"])
    assert (said.out, command("history", *new).err) == (command("history", *new).out, "")


def test_a_part_of_a_name_chooses_workloads(command, shas):
    fill(command.folder, *runs(shas[:30], step=20), *runs(shas[:30], step=20, workload="shop/buy"))
    said = command("history", "response.p50", "-k", "BUY").out
    assert "shop/buy response.p50" in said
    assert "shop/browse" not in said


def test_a_higher_rate_is_better(command, shas):
    fill(command.folder, *reversed(runs(list(reversed(shas)), step=20)))
    assert "✓ better" in command("history", "throughput").out


def test_a_document_has_every_commit(command, shas):
    fill(command.folder, *runs(shas, step=24))
    said = command("history", "response.p50", "--json", "out.json")
    assert said.code == 0
    [found] = json.loads((command.folder / "out.json").read_text())["histories"]
    assert [one["commit"] for one in found["commits"]] == shas
    [change] = found["changes"]
    assert (change["commit"], change["direction"], change["status"]) == (shas[24], "worse", "confirmed")
    [few] = json.loads(command("history", "response.p50", "--json", "-", "--limit", "3").out)["histories"]
    assert [one["commit"] for one in few["commits"]] == shas[-3:]
    assert (few["length"], few["changes"]) == (40, found["changes"])


def test_without_a_change_that_is_said(command, shas):
    fill(command.folder, *runs(shas))
    assert command("history").out == "no change of level in any history\n"
    assert "no change of level" in command("history", "response.p50").out


def test_machines_and_branches_are_not_mixed_unless_told_to(command, shas):
    git(command.folder, "checkout", "-q", "-b", "scratch")
    side = commit(command.folder)
    git(command.folder, "checkout", "-q", "main")
    other = runs(shas[:9], environment={"cpu": "y", "cores": 64})
    quick = runs(shas[:3], plan={"loop": "closed", "users": 1, "quick": True})
    fill(command.folder, *runs([*shas, side]), *other, *quick)
    said = command("history", "response.p50").out
    assert "40 commits, x, 2 cores" in said
    assert "9 runs on other machines: --machine " in said
    assert "3 runs under another load, not mixed in" in said
    assert "1 commit of other branches" in said
    assert "41 commits" in command("history", "response.p50", "--branch", "scratch").out
    machine = said.partition("--machine ")[2].partition(",")[0]
    assert "9 commits, y, 64 cores" in command("history", "response.p50", "--machine", machine[:6]).out
    assert "40 commits, any machine" in command("history", "response.p50", "--anywhere").out


def test_an_accepted_change_is_shown_with_its_reason(command, shas):
    fill(command.folder, *runs(shas, step=24))
    git(command.folder, "tag", "prices", shas[24])
    said = command("accept", "response.p50", "prices", "--reason", "prices are checked now")
    assert (said.code, said.err) == (0, "")
    assert f"accepted  shop/browse response.p50 at {shas[24][:12]}: +25" in said.out
    assert f"drift is measured from {shas[24][:12]} on" in said.out
    assert "accepted: prices are checked now" in command("history", "response.p50").out
    assert "accepted: prices are checked now" in command("history").out
    [found] = json.loads(command("history", "response.p50", "--json", "-").out)["histories"]
    assert found["pinned"] == shas[24]
    assert found["changes"][0]["accepted"] == "prices are checked now"


def unsure(shas, step, waves=2):
    """Runs whose change of level may have come with any of several commits."""
    made = []
    for at, run in enumerate(runs(shas)):
        wave = 1 + 0.004 * waves * (at * 7 % 5 - 2)
        value = make_measured("response.p50", 0.01 * wave * (1.02 if at >= step else 1.0))
        made.append(replace(run, metrics={"response.p50": value}))
    return made


def range_of(command):
    """The last good, the likeliest and the first bad commit of the one change there is."""
    [found] = json.loads(command("history", "response.p50", "--json", "-").out)["histories"]
    [change] = found["changes"]
    return change["good"], change["commit"], change["bad"], change["accepted"]


def test_any_commit_that_a_change_may_have_come_with_is_accepted_as_it(command, shas):
    fill(command.folder, *unsure(shas, step=20))
    good, likely, bad, _ = range_of(command)
    assert bad != likely
    said = command("accept", "response.p50", bad, "--reason", "first bad")
    assert f"at {likely[:12]}: +" in said.out
    assert range_of(command)[3] == "first bad"
    said = command("accept", "response.p50", good, "--reason", "not it")
    assert "no change of level there" in said.out


def test_a_commit_that_was_not_measured_is_accepted_as_the_change_it_lies_in(command, shas):
    fill(command.folder, *(run for at, run in enumerate(runs(shas, step=20)) if at not in (18, 19, 20)))
    assert range_of(command)[:3] == (shas[17], shas[21], shas[21])
    said = command("accept", "response.p50", shas[19], "--reason", "x")
    assert f"at {shas[21][:12]}: +" in said.out
    assert command("accept", "response.p50", shas[19], "--reason", "y").code == 0
    assert range_of(command)[3] == "y"


def test_an_accepted_change_keeps_its_mark_when_its_likeliest_commit_moves(command, shas):
    made = unsure(shas, step=20)
    fill(command.folder, *made)
    _, likely, bad, _ = range_of(command)
    with Timelines("results/ledger.db") as historian:
        historian.detections.accept(AcceptedChange("shop/browse", "response.p50", bad, "wanted"))
    _, commit, _, reason = range_of(command)
    assert (commit, reason) == (bad, "wanted") != (likely, None)
    assert "accepted: wanted" in command("history").out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["history", "respons.p50"], "no workload has a metric respons.p50; is it response.p50"),
        (["history", "shop/brows"], "is it shop/browse?"),
        (
            ["history", "response.p50", "--workload", "shop/brows"],
            "no workload shop/brows has runs",
        ),
        (["history", "response.p50", "-k", "zz"], "no workload's name has zz; there are: shop/browse"),
        (["history", "response.p50", "-k", "shop/browse", "--branch", "nope"], "git knows no branch"),
        (["history", "--machine", "zz"], "--machine zz: there is "),
        (["history", "--results", "nowhere"], "there is no ledger nowhere/ledger.db; start with: suite run"),
        (["history", "--ledger", "postgresql+nothing://u@h/d"], "no driver for postgresql"),
        (["history", "--json", "results/ledger.db/x.json"], "a part of its path is a file"),
        (
            ["history", "response.p50", "--metric", "throughput"],
            "give one metric: response.p50, or throughput",
        ),
        (["history", "--ledger", "sqlite:///typo.db"], "there is no ledger typo.db; start with: suite run"),
        (["accept", "response.p50", "abcdef12", "--reason", "x"], "abcdef12 is no commit; shop/browse"),
        (["accept", "response.p50", "HEAD", "--reason", " "], "--reason is followed by nothing"),
    ],
)
def test_bad_input_is_one_clear_line(command, shas, words, complaint):
    fill(command.folder, *runs(shas[:30], step=20))
    said = command(*words)
    assert said.code == 2
    assert len(said.complaints) == 1
    assert complaint in said.complaints[0]


def test_of_many_workloads_those_that_ran_last_are_drawn_and_the_others_named(command, shas):
    fill(command.folder, *(run for name in "abcdef" for run in runs(shas[:2], f"shop/{name}")))
    said = command("history", "response.p50").out
    assert said.count("lower is better") == 4
    assert "also in: shop/e, shop/f; --workload NAME" in said
    assert len(json.loads(command("history", "response.p50", "--json", "-").out)["histories"]) == 6


def test_a_ledger_of_runs_that_do_not_count_says_what_would(command, shas):
    fill(command.folder, *runs(shas[:3], validity=validity_of("invalid", "x")))
    [line] = command("history").complaints
    assert "no run counts yet" in line


def test_what_there_is_no_time_for_is_said(command, shas, monkeypatch):
    fill(command.folder, *runs(shas, step=24))
    monkeypatch.setattr("suite.ledger.timelines.OVERVIEW_SECONDS", -1.0)
    said = command("history")
    assert "not looked through yet: 4 histories with new runs; suite history --all does it" in said.out
    assert "3 worse" in command("history", "--all").out
    assert "not looked through" not in command("history").out


def test_a_ledger_elsewhere_by_its_place(command, shas):
    fill(command.folder, *runs(shas, step=24))
    (command.folder / "results" / "ledger.db").rename(command.folder / "other.db")
    assert "3 worse" in command("history", "--ledger", "other.db").out
    with Ledger(command.folder / "other.db") as ledger:
        assert len(ledger.ids("run")) == 40
