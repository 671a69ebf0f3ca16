"""`suite gate`: what it judges against what, by which limits, and what CI gets to see."""

import json

import pytest
from support.histories import commit, fill, git, make_history_run, repository, steady

from suite.ab.outcome import TrialResult
from suite.ab.pairs import Pair, Trial


@pytest.fixture
def shas(command):
    """Three commits on main, the last of them with Runs, and a branch with one commit more."""
    found = repository(command.folder)
    fill(command.folder, *steady(found[2]))
    git(command.folder, "checkout", "-q", "-b", "topic")
    return [*found, commit(command.folder)]


def last(said):
    return said.out.splitlines()[-1]


def test_a_planted_slow_down_fails_and_none_passes(command, shas):
    fill(command.folder, *steady(shas[3], 1.3, 100, 3))
    said = command("gate")
    assert (said.code, said.err) == (1, "")
    assert f"base main ({shas[2][:12]}), 9 runs → head {shas[3][:12]}, 3 runs" in said.out
    assert last(said) == "REGRESSION  1 regression in 1 workload"  # by itself it judges p50 or p99 alone
    assert "::" not in said.out
    fast = commit(command.folder)
    fill(command.folder, *steady(fast, 1.0, 200, 3))
    said = command("gate")
    assert (said.code, last(said)) == (0, "SAME  1 same in 1 workload")


def test_no_runs_of_head_are_no_pass(command, shas):
    said = command("gate")
    assert said.code == 2
    assert said.complaints == [
        f"suite: there are no runs of HEAD ({shas[3][:12]}) to judge; make them with: suite run"
    ]


def test_what_cannot_be_compared_is_no_pass_either_and_what_would_decide_is_said(command, shas):
    plan = {"loop": "closed", "users": 3}
    fill(command.folder, make_history_run(shas[3], 2.0, 100, plan=plan))
    said = command("gate")
    assert said.code == 3
    assert "note: load, users: 8 v 3; --anywhere compares them all the same" in said.out
    sides = f"{shas[2][:12]} {shas[3][:12]}"
    assert (
        f"1 workload with nothing to compare; to decide it: suite ab {sides} <load file of shop/browse>\n"
        in said.out
    )
    fill(command.folder, *steady(shas[2], first=50, count=3, plan=plan))
    few = command("gate")
    assert few.code == 3
    assert "inconclusive: 3 runs of base, 8 tell its spread; use suite ab" in few.out


def test_a_branch_stands_for_where_head_left_it(command, shas):
    """What others made faster since is no regression of this branch."""
    fill(command.folder, *steady(shas[3], 1.0, 100, 3))
    git(command.folder, "checkout", "-q", "main")
    faster = commit(command.folder)
    fill(command.folder, *steady(faster, 0.5, 200))
    git(command.folder, "checkout", "-q", "topic")
    assert command("gate").code == 0
    assert command("gate", "--base", faster).code == 1


def test_on_the_branch_itself_the_base_is_what_came_before(command, shas):
    git(command.folder, "checkout", "-q", "main")
    slow = commit(command.folder)
    fill(command.folder, *steady(slow, 1.3, 100, 3))
    said = command("gate")
    assert said.code == 1
    assert f"base main ({shas[2][:12]}, the nearest before it that has runs), 9 runs" in said.out


def test_changes_that_are_not_committed_are_judged_against_their_commit(command, shas):
    git(command.folder, "checkout", "-q", "main")
    fill(command.folder, *steady(shas[2], 1.3, 100, 1, dirty=True))
    said = command("gate")
    assert said.code == 1
    assert f"base main ({shas[2][:12]}), 9 runs → head {shas[2][:12]} with changes, 1 run" in said.out


def test_a_base_without_runs_gives_way_to_one_before_it(command, shas):
    new = commit(command.folder)
    fill(command.folder, *steady(new, 1.0, 100, 3))
    said = command("gate", "--base", "HEAD~1")
    assert said.code == 0
    assert f"base HEAD~1 ({shas[2][:12]}, the nearest before it that has runs)" in said.out


def test_no_runs_of_base_at_all(command, shas):
    fill(command.folder, *steady(shas[3], 1.0, 100, 3))
    said = command("gate", "--base", "HEAD~2")
    assert said.code == 2
    short = shas[1][:12]
    assert said.complaints == [
        f"suite: there are no runs of the base HEAD~2 or before it ({short}); "
        f"make them with: git checkout {short} && suite run"
    ]
    first = command("gate", "--base", "HEAD~3", shas[0])
    assert first.err.startswith(f"suite: there are no runs of {shas[0]}")
    fill(command.folder, *steady(shas[0], 1.0, 100, 3))
    first = command("gate", "--base", "HEAD~3", shas[0])
    assert first.err.endswith("; it is what is judged, and the first commit; give another --base\n")
    unknown = command("gate", "--base", "trunk")
    assert unknown.code == 2
    assert unknown.err.startswith("suite: trunk is no commit, run or result document")


def test_a_shallow_clone_says_what_to_fetch(command, shas):
    git(command.folder, "clone", "-q", "--depth=1", f"file://{command.folder}", "clone")
    fill(command.folder, *steady(shas[3], 1.0, 100, 3))
    (command.folder / ".git").rename(command.folder / "whole")
    (command.folder / "clone" / ".git").rename(command.folder / ".git")
    said = command("gate")
    assert (said.code, said.complaints) == (
        2,
        ["suite: main is not known in this shallow clone; fetch the rest: git fetch --unshallow"],
    )
    on_it = command("gate", "--base", "topic")
    assert on_it.code == 2
    assert on_it.err == (
        f"suite: there are no runs before topic ({shas[3][:12]}); "
        "this clone is shallow, fetch the rest: git fetch --unshallow\n"
    )


def test_without_git_the_newest_runs_are_judged(command, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(command.folder.parent))
    fill(command.folder, *steady("a" * 40), *steady("b" * 40, 1.3, 100, 3))
    assert command("gate", "--base", "aaaaaaa").code == 1
    assert "git can't be asked: not a git repository" in command("gate").err


CONFIGURED = """
    [gate]
    base = "main"
    metrics = ["response.p50"]
    minimum = {"response.p50" = "50%"}
"""


def test_limits_come_from_the_configuration_and_options_win(command, shas):
    fill(command.folder, *steady(shas[3], 1.3, 100, 3))
    command.file("loadledger.toml", CONFIGURED)
    said = command("gate")
    assert (said.code, last(said)) == (0, "SAME  1 same in 1 workload")
    assert command("gate", "--metric", "response.p50", "--allow", "response.p50=10%").code == 1
    assert command("gate", "--metric", "response.p95", "--allow", "response.p95=40%").code == 0
    assert command("gate", "--base", shas[3][:9]).code == 0


def test_the_old_spelling_of_limits_still_works_and_the_new_one_is_said(command, shas):
    fill(command.folder, *steady(shas[3], 1.3, 100, 3))
    note = "suite: note: --budget METRIC[=SIZE] is now --metric METRIC and --allow METRIC=SIZE"
    worse = command("gate", "--budget", "response.p50=10%", "--budget", "response.p95")
    assert (worse.code, worse.complaints) == (1, [note])
    assert command("gate", "--budget", "response.p95=40%").code == 0


def test_workloads_can_have_limits_of_their_own(command, shas):
    fill(command.folder, *steady(shas[3], 1.3, 100, 3))
    fill(command.folder, *steady(shas[2], workload="shop/buy"))
    fill(command.folder, *steady(shas[3], 1.3, 100, 3, workload="shop/buy"))
    own = '\n    [gate.workloads."shop/buy"]\n    minimum = {"response.p50" = "5%"}\n'
    command.file("loadledger.toml", CONFIGURED + own)
    said = command("gate", "--json", "-")
    found = {one["workload"]: one["verdict"] for one in json.loads(said.out)["results"]}
    assert (said.code, found) == (1, {"shop/browse": "same", "shop/buy": "regression"})
    assert command("gate", "-k", "browse").code == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--allow", "=5%"], "--allow =5%: write it as METRIC=SIZE"),
        (["--allow", "response.p50"], "--allow response.p50: write it as METRIC=SIZE"),
        (["--allow", "response.p50="], "--allow response.p50=: write it as METRIC=SIZE"),
        (["--on-inconclusive", "no"], "--on-inconclusive: fail or warn is wanted, not 'no'"),
        (["--allow", "response.p50=ten"], "minimum effect of response.p50: 'ten' is not a quantity"),
        (["--allow", "respose.p50=5%"], "no workload has a metric respose.p50; is it response.p50"),
    ],
)
def test_faults_of_options(command, shas, words, complaint):
    fill(command.folder, *steady(shas[3], 1.0, 100, 1))
    said = command("gate", *words)
    assert said.code == 2
    assert said.err.startswith(f"suite: {complaint}")


def test_what_is_inconclusive_may_be_a_warning(command, shas):
    fill(command.folder, make_history_run(shas[3], 1.04, 2000))
    strict = command("gate", "--annotations")
    assert strict.code == 3
    assert "\n::error title=load benchmarks inconclusive::not decided: 1 metric; to decide it" in strict.out
    assert "PASSED" not in strict.out
    mild = command("gate", "--annotations", "--on-inconclusive", "warn")
    assert mild.code == 0
    assert "\n::warning title=load benchmarks inconclusive::" in mild.out
    assert "INCONCLUSIVE  1 inconclusive in 1 workload; passes as a warning" in mild.out
    command.file("loadledger.toml", '[gate]\non_inconclusive = "warn"\n')
    assert command("gate").code == 0
    assert command("gate", "--on-inconclusive", "fail").code == 3


def test_what_github_gets_to_see(command, shas, monkeypatch):
    fill(command.folder, *steady(shas[3], 1.3, 100, 3))
    summary = command.folder / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    said = command("gate", "--markdown", "own.md")
    lines = [line for line in said.out.splitlines() if line.startswith("::")]
    assert len(lines) == 1
    assert lines[0].startswith("::error title=shop/browse response.p50 regressed::+30 %25 (")
    own = (command.folder / "own.md").read_text()
    assert own.startswith("## Load gate: regression\n")
    assert summary.read_text() == "before\n" + own
    assert "\n::" not in command("gate", "--no-annotations").out


def test_a_summary_that_cannot_be_written(command, shas, monkeypatch):
    fill(command.folder, *steady(shas[3], 1.0, 100, 1))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(command.folder / "no" / "such.md"))
    said = command("gate")
    assert said.code == 2
    assert "can't write" in said.err


def test_json_on_stdout_is_nothing_else(command, shas):
    fill(command.folder, *steady(shas[3], 1.3, 100, 3))
    said = command("gate", "--json", "-", "--annotations")
    data = json.loads(said.out)
    assert (data["exit_code"], data["conclusion"]["verdict"]) == (1, "regression")
    assert "\n::error" in said.err


@pytest.mark.exhaustive
def test_workloads_share_the_error(command, shas):
    """With 1 % for each, every tenth gate over ten workloads would have failed for nothing."""
    for at in range(10):
        fill(command.folder, *steady(shas[2], workload=f"shop/w{at}"))
        fill(command.folder, *steady(shas[3], 1.05 if at == 3 else 1.0, 100, 1, workload=f"shop/w{at}"))
    many, alone = command("gate", "--json", "-"), command("gate", "-k", "w3", "--json", "-")
    assert alone.code == 1
    assert many.code == 3
    found = [json.loads(said.out) for said in (many, alone)]
    chances = [
        change["p"]
        for one in found
        for compared in one["results"]
        if compared["workload"] == "shop/w3"
        for change in compared["changes"]
    ]
    assert chances[0] == pytest.approx(10 * chances[-1])


def test_a_machine_that_shifted_is_no_regression(command, shas):
    """Canaries were judged as workloads: a slower machine failed the gate as a regression of canary/cpu."""
    fill(command.folder, *steady(shas[2], workload="canary/cpu"), *steady(shas[3], 1.3, 100, 1))
    fill(command.folder, *steady(shas[3], 1.0, 101, 1, workload="canary/cpu"))
    assert command("gate").code == 1
    fill(command.folder, *steady(shas[3], 1.3, 102, 2, workload="canary/cpu"))
    said = command("gate")
    assert said.code == 3
    assert "the machine shifted (canary/cpu +3" in said.out
    assert last(said).startswith("INCONCLUSIVE")
    assert command("gate", "-k", "canary").code == 1


def test_a_budget_for_workloads_that_did_not_run_is_no_typo(command, shas):
    """A job that ran some workloads only ended with 2: their metrics were all that was known."""
    fill(command.folder, *steady(shas[0], metrics=("lateness.p50",), workload="cam/view"))
    fill(command.folder, *steady(shas[3], 1.0, 100, 3))
    (command.folder / "loadledger.toml").write_text('[gate]\nmetrics = ["response.p50", "lateness.p50"]\n')
    said = command("gate")
    assert (said.code, said.err) == (0, "")
    (command.folder / "loadledger.toml").write_text('[gate]\nmetrics = ["response.p50", "latenes.p50"]\n')
    said = command("gate")
    assert said.code == 2
    assert "no workload has a metric latenes.p50" in said.err


@pytest.fixture
def in_turns(monkeypatch):
    """Turns are played: what they are asked, and rounds by which head is so much slower."""
    asked = []

    def play(factor, sha):
        def compare(_repository, experiment, _environments, watch):
            asked.append(experiment)
            results = []
            for task in experiment.tasks:
                trial = Trial(task.name, ("base", "head"), 1, metrics=task.metrics, minimums=task.minimums)
                for n in range(16):
                    wobble = 1 + 0.004 * (n % 3)
                    base = make_history_run("a" * 40, wobble, n)
                    trial.pairs.append(Pair("AB", base, make_history_run(sha, factor * wobble, n)))
                results.append(TrialResult.of(trial, 1.0, None))
            return tuple(results)

        monkeypatch.setattr("suite.ab.confirmation.compare_commits", compare)
        return asked

    return play


LOAD = """
from suite import Component, User, Workload, closed_loop, operation
class Shopper(User):
    @operation
    def browse(self): pass
browse = Workload("shop/browse", Component(dict), Shopper, loop=closed_loop(1, seconds=1))
"""


@pytest.mark.parametrize(("factor", "code"), [(1.0, 0), (1.3, 1)])
def test_what_regressed_counts_if_turns_show_it_too(command, shas, in_turns, factor, code):
    fill(command.folder, *steady(shas[3], 1.3, 100, 3))
    command.file("load_shop.py", LOAD)
    asked = in_turns(factor, shas[3])
    said = command("gate", "--confirm", "--metric", "response.p50", "--allow", "response.p50=3%")
    assert said.code == code, said.out + said.err
    (experiment,) = asked
    assert (experiment.base, experiment.head) == (shas[2][:12], shas[3][:12])
    (task,) = experiment.tasks
    assert (task.name, task.metrics, task.minimums) == (
        "shop/browse",
        ("response.p50",),
        {"response.p50": "3%"},
    )
    assert "regression: shop/browse response.p50: +30 %" in said.out
    assert "this is measured again in turns before it counts" in said.out
    verdict = "regression" if code else "same"
    assert f"note: response.p50 was measured again, 16 pairs in turns: {verdict}" in said.out


def test_what_did_not_regress_is_not_measured_again(command, shas, in_turns):
    fill(command.folder, *steady(shas[3], 1.0, 100, 3))
    asked = in_turns(1.0, shas[3])
    assert command("gate", "--confirm").code == 0
    assert asked == []


def test_what_no_load_file_describes_stands_accused(command, shas, in_turns):
    fill(command.folder, *steady(shas[3], 1.3, 100, 3))
    asked = in_turns(1.0, shas[3])
    said = command("gate", "--confirm")
    assert said.code == 1
    assert asked == []
    assert (
        "note: response.p50 was not measured again: no load file here describes it, and it is not installed"
        in said.out
    )
