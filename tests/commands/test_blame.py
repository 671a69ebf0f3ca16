"""`suite blame`: the range of a change in a made-up ledger, and narrowing it by rounds that are scripted."""

import json
import signal
from dataclasses import replace
from typing import Any

import pytest
import typer.main
from support.histories import commit, fill, git, repository, runs
from support.runs import make_measured, make_run

from suite.cli import app
from suite.errors import ConfigurationError, Interrupted, SystemFailed

LOAD = """
from suite import Component, User, Workload, closed_loop, operation

class Browser(User):
    def connect(self, shop):
        pass

    @operation
    def browse(self):
        pass

browse = Workload("shop/browse", Component(dict), Browser, loop=closed_loop(1, seconds=1))
"""


@pytest.fixture
def shas(command):
    return repository(command.folder, 40)


class Rounds:
    """Stand in for `ProcessRunner.take`: a round of a commit takes 0.01 s times its factor, or raises."""

    def __init__(self, shas, slow_from):
        self.factors = {sha: 1.25 if at >= slow_from else 1.0 for at, sha in enumerate(shas)}
        self.measured = []

    def __call__(self, _sampler, side, task, _cut=None):
        sha = side.commit.sha
        factor = self.factors[sha]
        if isinstance(factor, Exception):
            raise factor
        if side.name == "head" and sha not in self.measured:
            self.measured.append(sha)
        p50 = make_measured("response.p50", 0.01 * factor)
        return make_run(workload=task.name, metrics={"response.p50": p50}, rounds=1, commit=sha)


@pytest.fixture
def gap(command, shas, monkeypatch):
    """Ten commits without runs, of which the last is 25 % slower by the ledger; the rounds to script."""
    command.file("load_shop.py", LOAD)
    fill(command.folder, *runs([sha for at, sha in enumerate(shas) if not 14 < at < 24], step=15))
    rounds = Rounds(shas, 17)
    monkeypatch.setattr("suite.ab.experiment.ProcessRunner.take", lambda *words: rounds(*words))
    monkeypatch.setattr("suite.ab.experiment.compile_all", lambda *_words: None)
    monkeypatch.setattr("suite.ab.canary.Canaries.beside", lambda _, take: take())
    return rounds


BISECT = ("blame", "response.p50", "--bisect", "load_shop.py", "--json", "out.json")


def test_blame_names_the_range_and_what_would_narrow_it(command, shas):
    gap = [sha for at, sha in enumerate(shas) if not 20 < at < 24]
    fill(command.folder, *runs(gap, step=21))
    said = command("blame", "response.p50", "--workload", "shop/browse", "--results", "results")
    assert (said.code, said.err) == (0, "")
    assert f"last good  {shas[20][:12]}" in said.out
    assert f"first bad  {shas[24][:12]}" in said.out
    assert said.out.count("not measured") == 3
    sides = f"{shas[20][:12]} {shas[24][:12]}"
    assert f"suite ab {sides} <load file of shop/browse> --metric response.p50" in said.out
    words = "response.p50 --workload shop/browse --results results --bisect <load file of shop/browse>"
    assert f"suite blame {words}" in said.out
    found = json.loads(command("blame", "response.p50", "--json", "-").out)
    assert found["not_measured"] == shas[21:24]


def test_blame_of_one_commit_needs_no_halving(command, shas):
    fill(command.folder, *runs(shas, step=24))
    said = command("blame", "response.p50").out
    assert "to be sure:" in said
    assert said.count("suite ab") == 1


def test_bisecting_finds_the_commit_in_as_many_steps_as_halving_takes(command, shas, gap):
    said = command(*BISECT)
    assert (said.code, said.err) == (0, "")
    assert gap.measured[:2] == [shas[24], shas[19]]
    assert len(gap.measured) <= 1 + 4
    *_, good, bad = said.out.splitlines()
    assert good == f"last good  {shas[16][:12]}"
    assert bad.startswith(f"first bad  {shas[17][:12]}  commit ")
    found = json.loads((command.folder / "out.json").read_text())["bisection"]
    assert (found["good"], found["bad"]) == (shas[16], [shas[17]])
    assert [step["commit"] for step in found["steps"]] == gap.measured
    assert {step["side"] for step in found["steps"]} == {"good", "bad"}


def test_an_installed_workload_needs_no_load_file(command, shas):
    """The commands that were printed failed: they named a workload where a load file was wanted, or none."""
    gap = [sha for at, sha in enumerate(shas) if not 20 < at < 24]
    fill(command.folder, *runs(gap, "vision/match-500", step=21))
    said = command("blame", "response.p50")
    printed = [line.split() for line in said.out.splitlines() if line.strip().startswith("suite ")]
    assert [words[1] for words in printed] == ["ab", "blame"]
    assert printed[0][-3:] == ["vision/match-500", "--metric", "response.p50"]
    group: Any = typer.main.get_command(app)
    for _, name, *words in printed:
        assert group.commands[name].make_context(name, words)


def test_a_change_that_is_wanted_or_small_goes_last(command, shas):
    slower = runs(shas, step=16)
    fill(command.folder, *slower)
    accepted = command("accept", "response.p50", shas[16], "--reason", "checks more")
    assert accepted.code == 0
    twice = [replace(run, id=f"x{run.id}", workload="shop/buy") for run in runs(shas, step=16)]
    for run in twice[28:]:
        run.metrics["response.p50"] = make_measured("response.p50", 0.02)
    fill(command.folder, *twice)
    assert f"first bad  {shas[28][:12]}" in command("blame", "response.p50", "-k", "shop/buy").out
    assert command("accept", "response.p50", shas[28], "--reason", "x", "-k", "shop/buy").code == 0
    assert f"first bad  {shas[16][:12]}" in command("blame", "response.p50", "-k", "shop/buy").out
    named = command("blame", "response.p50", "-k", "shop/buy", "--change", shas[28])
    assert f"first bad  {shas[28][:12]}" in named.out
    [line] = command("blame", "response.p50", "-k", "shop/buy", "--change", shas[3]).complaints
    assert f"did not change with {shas[3]}; its changes came with: {shas[16][:12]}, {shas[28][:12]}" in line
    assert f"first bad  {shas[16][:12]}" in command("blame", "response.p50", "-k", "shop/browse").out


@pytest.mark.parametrize(
    ("factor", "code", "why"),
    [(SystemFailed("it would not start"), 4, "can't be measured here"), (0.8, 3, "moved the other way here")],
)
def test_ends_that_can_not_be_told_apart_narrow_nothing(command, shas, gap, factor, code, why):
    """Whatever kept the ends from differing was told as no difference; a change the other way was pursued."""
    gap.factors[shas[24]] = factor
    said = command(*BISECT)
    assert said.code == code
    assert f"response.p50 of {shas[14][:12]} and {shas[24][:12]} {why}: nothing to narrow" in said.out
    assert len(gap.measured) <= 1


@pytest.mark.exhaustive
def test_what_can_not_be_measured_is_passed_over(command, shas, gap):
    gap.factors[shas[19]] = ConfigurationError("head does not build")
    gap.factors[shas[16]] = ConfigurationError("head does not build")
    said = command(*BISECT)
    assert said.code == 0
    assert "head does not build" in said.out
    assert said.out.count("one of these 2") == 2
    found = json.loads((command.folder / "out.json").read_text())["bisection"]
    assert (found["good"], found["bad"]) == (shas[15], shas[16:18])


def test_a_change_that_does_not_show_here_is_not_blamed_on_anyone(command, shas, gap):
    gap.factors = dict.fromkeys(shas, 1.0)
    said = command(*BISECT)
    assert said.code == 3
    assert f"response.p50 of {shas[14][:12]} and {shas[24][:12]} does not differ here" in said.out
    assert gap.measured == [shas[24]]


@pytest.mark.exhaustive
def test_an_interrupted_search_tells_what_it_knows(command, shas, gap):
    gap.factors[shas[17]] = Interrupted(signal.SIGINT)
    said = command(*BISECT)
    assert said.code == 130
    assert "one of these" in said.out
    found = json.loads((command.folder / "out.json").read_text())["bisection"]
    assert shas[17] in found["bad"]
    assert found["good"] in shas[14:17]


def test_a_merge_is_one_step(command, shas, gap):
    """Commits that a merge brought were never on the line that was measured: it came with the merge."""
    git(command.folder, "checkout", "-q", "-b", "side")
    brought = [commit(command.folder) for _ in range(2)]
    git(command.folder, "checkout", "-q", "main")
    git(command.folder, "merge", "-q", "--no-ff", "--no-edit", "side")
    merge = git(command.folder, "rev-parse", "HEAD")
    after = [commit(command.folder) for _ in range(8)]
    fill(command.folder, *runs([*shas, *after], "shop/merged", step=len(shas)))
    command.file("load_shop.py", LOAD.replace("shop/browse", "shop/merged"))
    gap.factors = dict.fromkeys(shas, 1.0) | dict.fromkeys([*brought, merge, *after], 1.25)
    said = command(*BISECT, "--workload", "shop/merged")
    assert said.code == 0
    assert gap.measured == [after[0], merge]
    assert f"first bad  {merge[:12]}" in said.out


def test_several_workloads_need_a_name(command, shas):
    fill(command.folder, *runs(shas[:9]), *runs(shas[:9], "shop/buy"))
    [line] = command("blame", "response.p50").complaints
    assert line.endswith(
        "several workloads have response.p50, say which with --workload: shop/browse, shop/buy"
    )


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["memory.peak"], "shop/browse memory.peak has no change of level"),
        (["response.p50", "--full"], "load files, --full, --seconds and --set are for --bisect"),
        (["response.p50", "--bisect", "load_other.py"], "shop/browse is not in load_other.py"),
        (["response.p50", "--bisect"], "no workload"),
    ],
)
def test_bad_input_is_one_clear_line(command, shas, words, complaint):
    command.file("load_other.py", LOAD.replace("shop/browse", "shop/other"))
    fill(command.folder, *runs(shas[:30], step=20))
    said = command("blame", *words)
    assert said.code == 2
    assert complaint in said.complaints[0]
