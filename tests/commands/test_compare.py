"""`suite compare`: what the two sides may be, what is told, exit codes."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from support.capacities import make_capacity
from support.histories import commit, fill, git, make_history_run, repository, steady
from support.runs import validity_of

from suite.formats.document import write_document
from suite.formats.envelope import envelope
from suite.ledger.store import Ledger


@pytest.fixture
def shas(command):
    return repository(command.folder)


def verdicts(said):
    """Of a document on stdout: the verdict of each metric, by workload."""
    found = json.loads(said.out)["results"]
    return {one["workload"]: {c["metric"]: c["verdict"] for c in one["changes"]} for one in found}


def test_a_slower_commit_is_a_regression(command, shas):
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.3, 100, 3))
    said = command("compare", "HEAD~1", "HEAD")
    assert (said.code, said.err) == (1, "")
    row = next(line for line in said.out.splitlines() if "response.p50" in line)
    assert row.split()[:7] == ["response.p50", "1", "s", "1.3", "s", "+30", "%"]
    assert row.rstrip().endswith("✗ REGRESSION")
    head = f"base HEAD~1 ({shas[1][:12]}), 9 runs → head HEAD ({shas[2][:12]}), 3 runs"
    assert f"shop/browse  REGRESSION  {head}" in said.out
    assert "regression: shop/browse response.p50: +30 %" in said.out
    assert "response time by quantile" in said.out
    assert said.out.splitlines()[-1] == "REGRESSION  2 regressions in 1 workload"


def test_the_other_way_round_it_is_an_improvement(command, shas):
    fill(command.folder, *steady(shas[1], 1.3), *steady(shas[2], 1.0, 100, 3))
    said = command("compare", "main~1", "main")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "IMPROVEMENT  2 improvements in 1 workload"


def test_the_same_is_the_same_and_head_is_the_newest_commit_that_ran(command, shas):
    fill(command.folder, *steady(shas[0]), *steady(shas[1], 1.0, 100, 2))
    git(command.folder, "tag", "v1.0", shas[0])
    said = command("compare", "v1.0")
    assert said.code == 0
    assert f"base v1.0 ({shas[0][:12]}), 9 runs → head {shas[1][:12]}, 2 runs" in said.out
    assert "response time by quantile" not in said.out
    assert "response time by quantile" in command("compare", "v1.0", "--quantiles").out


def test_a_commit_against_itself_is_its_newest_run_against_the_others(command, shas):
    fill(command.folder, *steady(shas[2], count=10))
    said = command("compare", "HEAD", "HEAD")
    assert said.code == 0
    assert "9 runs → " in said.out
    assert said.out.splitlines()[-1].startswith("SAME")


def test_too_few_runs_decide_nothing_and_what_would_is_said(command, shas):
    fill(command.folder, *steady(shas[1], count=3), *steady(shas[2], 2.0, 100, 3))
    said = command("compare", "HEAD~1")
    assert said.code == 3
    assert "inconclusive: 3 runs of base, 8 tell its spread; use suite ab: response.p50, resp" in said.out
    sides = f"{shas[1][:12]} {shas[2][:12]}"
    assert f"not decided: 2 metrics; to decide it: suite ab {sides} <load file of shop/browse>\n" in said.out
    assert said.out.splitlines()[-1] == "INCONCLUSIVE  2 inconclusive in 1 workload"


def test_commits_before_base_lend_their_runs_but_head_does_not(command, shas):
    fill(command.folder, *steady(shas[0]), *steady(shas[1], count=2), *steady(shas[2], 1.3, 100, 9))
    said = command("compare", "HEAD~1", "HEAD")
    assert said.code == 1
    assert f"note: base: 2 runs of {shas[1][:12]} and 9 of its neighbours" in said.out
    backwards = command("compare", "HEAD", "HEAD~1")
    assert "IMPROVEMENT  base HEAD" in backwards.out
    assert "neighbours" not in backwards.out


def test_sides_by_prefix_of_a_sha_by_run_and_by_document(command, shas):
    base, head = steady(shas[1]), steady(shas[2], 1.3, 100, 3)
    ids = fill(command.folder, *base, *head)
    write_document(command.folder / "new.json", envelope("run", head, exit_code=0))
    for word in (shas[2][:7], ids[-1], ids[-1][:11], "new.json"):
        assert command("compare", shas[1][:9], word).code == 1, word
    assert "head new.json, 3 runs" in command("compare", "HEAD~1", "new.json").out
    one = command("compare", ids[0], ids[-1])
    assert (one.code, "1 run of base" in one.out) == (3, True)


def test_two_documents_need_no_ledger(command):
    for name, runs in (("a.json", steady("a" * 40)), ("b.json", steady("b" * 40, 1.3, 100))):
        data = envelope("run", runs, exit_code=0)
        write_document(command.folder / name, data)
    assert command("compare", "a.json", "b.json").code == 1
    assert command("compare", "a.json", "a.json").code == 3
    assert not (command.folder / "results").exists()


def test_without_git_the_ledger_knows_its_commits(command, monkeypatch):
    fill(command.folder, *steady("abcd" * 10), *steady("abce" * 10, 1.3, 100, 3))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(command.folder.parent))
    assert command("compare", "abcda", "abceab").code == 1
    said = command("compare", "abcd", "main")
    assert said.code == 2
    assert said.complaints == [
        "suite: main is no commit and no run of the ledger, and git can't be asked: "
        "not a git repository (or any of the parent directories): .git"
    ]
    fill(command.folder, *steady("abcdf" + "0" * 35))
    assert (
        "several commits start with 'abcd', give more of it: abcdabcdabcd" in command("compare", "abcd").err
    )
    monkeypatch.setenv("PATH", str(command.folder))
    assert "git can't be asked: git is not installed" in command("compare", "main").err


def test_runs_without_any_commit(command):
    fill(command.folder, *steady(None))
    (last,) = fill(command.folder, make_history_run(None, 1.3, 2000))
    said = command("compare", last)
    assert "left out: shop/browse: base and head are the same run" in said.out
    assert said.code == 3


def test_a_commit_without_runs(command, shas):
    fill(command.folder, *steady(shas[1]))
    said = command("compare", "main")
    assert said.code == 2
    short = shas[2][:12]
    assert said.err.startswith(
        f"suite: there are no runs of main ({short}); make them with: git checkout {short}"
    )


def test_a_shallow_clone(command, shas, tmp_path_factory):
    clone = tmp_path_factory.mktemp("elsewhere") / "clone"
    git(command.folder, "clone", "-q", "--depth=1", f"file://{command.folder}", clone)
    git(command.folder, "init", "-q")
    fill(command.folder, *steady(shas[2], count=2))
    (command.folder / ".git").rename(command.folder / "whole")
    (clone / ".git").rename(command.folder / ".git")
    said = command("compare", "HEAD~1", "HEAD")
    assert said.code == 2
    assert said.complaints == [
        "suite: HEAD~1 is not known in this shallow clone; fetch the rest: git fetch --unshallow"
    ]
    said = command("compare", "HEAD")
    assert "neighbours of base may be missing in this shallow clone; git fetch --unshallow" in said.out


def test_what_is_only_at_the_origin_is_found(command, shas):
    fill(command.folder, *steady(shas[0]), *steady(shas[2], 1.3, 100))
    git(command.folder, "update-ref", "refs/remotes/origin/stable", shas[0])
    assert command("compare", "stable", "HEAD").code == 1


def test_unknown_words_are_told_in_one_go(command, shas):
    fill(command.folder, *steady(shas[1]))
    said = command("compare", "nonsense", "rubbish")
    assert said.code == 2
    assert [line.split(" is ")[0] for line in said.complaints] == ["suite: nonsense", "suite: rubbish"]


def test_uncommitted_changes_are_told_apart(command, shas):
    fill(command.folder, *steady(shas[2]), *steady(shas[2], 2.0, 100, 3, dirty=True))
    desk = command("compare", "HEAD")
    assert desk.code == 1
    assert f"head {shas[2][:12]} with changes, 1 run" in desk.out
    assert "note: head had changes that were not committed" in desk.out
    assert "commit the changes" not in desk.out
    committed = command("compare", "HEAD", "HEAD")
    assert (committed.code, "changes" in committed.out) == (0, False)
    fill(command.folder, *steady(shas[1]))
    before = command("compare", "HEAD~1", "HEAD")
    assert (before.code, "note: head: 3 runs left out: other machine, plan or code" in before.out) == (
        0,
        True,
    )


def test_undecided_with_uncommitted_changes(command, shas):
    fill(command.folder, *steady(shas[2], count=2), *steady(shas[2], 2.0, 100, 1, dirty=True))
    said = command("compare", "HEAD")
    assert said.code == 3
    assert f"to decide it: suite ab {shas[2][:12]} <load file of shop/browse>" in said.out


def test_other_hardware_is_refused_unless_told(command, shas):
    other = {"cpu": "y", "cores": 2}
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.3, 100, 3, environment=other))
    said = command("compare", "HEAD~1", "HEAD")
    assert said.code == 3
    assert "note: CPU: x v y; --anywhere compares them all the same" in said.out
    assert "nothing could be compared" in said.out
    assert "not decided: 1 workload with nothing to compare; to decide it: suite ab" in said.out
    told = command("compare", "HEAD~1", "HEAD", "--anywhere")
    assert (told.code, "note: CPU: x v y\n" in told.out) == (1, True)


def test_another_plan_is_refused_and_an_open_loop_always(command, shas):
    plan = {"loop": "closed", "users": 8, "seconds": 10.0, "warmup": 1.0}
    fill(command.folder, *steady(shas[1], plan=plan))
    fill(command.folder, *steady(shas[2], 1.3, 100, 3, plan={**plan, "seconds": 5.0}))
    said = command("compare", "HEAD~1")
    assert said.code == 3
    assert "note: seconds: 10.0 v 5.0; --anywhere compares them all the same" in said.out
    later = commit(command.folder)
    fill(command.folder, *steady(later, 1.3, 200, 3, plan={"loop": "open", "rate": 5.0}))
    for words in (["HEAD~1", "HEAD"], ["HEAD~1", "HEAD", "--anywhere"]):
        said = command("compare", *words)
        assert said.code == 3
        assert "closed and open loops measure different things\n" in said.out


def test_what_differs_within_a_side_and_what_is_invalid_is_left_out(command, shas):
    invalid = [replace(run, validity=validity_of("invalid", "late")) for run in steady(shas[1], 9.0, 20, 2)]
    fill(command.folder, *steady(shas[1]), *invalid, *steady(shas[2], 1.3, 100, 2))
    other = {"cpu": "y", "cores": 2}
    fill(command.folder, *steady(shas[2], 1.0, 50, 2, environment=other))
    said = command("compare", "HEAD~1", "HEAD")
    assert said.code == 1
    assert "note: head: 2 runs left out: other machine, plan or code, or not valid" in said.out
    assert "note: base: 2 runs left out: other machine, plan or code, or not valid" in said.out


def test_only_invalid_runs_of_base(command, shas):
    runs = [replace(run, validity=validity_of("invalid", "late")) for run in steady(shas[1])]
    fill(command.folder, *runs, *steady(shas[2], 1.0, 100, 2))
    said = command("compare", "HEAD~1", "HEAD")
    assert (said.code, "note: no run of base is valid" in said.out) == (3, True)


def test_workloads_can_be_chosen_and_those_on_one_side_are_left_out(command, shas):
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.0, 100, 3))
    fill(command.folder, *steady(shas[1], workload="shop/old", count=1))
    fill(command.folder, *steady(shas[2], workload="shop/new", count=1))
    said = command("compare", "HEAD~1", "HEAD")
    assert said.code == 0
    assert "left out: shop/new: no runs in base\nleft out: shop/old: no runs in head\n" in said.out
    chosen = command("compare", "HEAD~1", "HEAD", "-k", "BROW", "-k", "nothing")
    assert (chosen.code, "left out" in chosen.out) == (0, False)
    old = command("compare", "HEAD~1", "HEAD", "--workload", "brow")
    assert (old.out, old.complaints) == (chosen.out, ["suite: note: --workload is now -k"])
    nothing = command("compare", "HEAD~1", "HEAD", "-k", "nothing")
    assert nothing.code == 2
    assert nothing.complaints == [
        "suite: no workload's name has nothing; there are: shop/browse, shop/new, shop/old"
    ]
    assert command("compare", "HEAD~1", "HEAD", "-k", "new").code == 3


def test_metrics_can_be_chosen(command, shas):
    more = ("response.p50", "response.max")
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.0, 100, 3, metrics=more))
    usual = command("compare", "HEAD~1", "--json", "-")
    assert verdicts(usual) == {"shop/browse": {"response.p50": "same"}}
    assert "note: response.p95: no value in head" in usual.err
    said = command("compare", "HEAD~1", "--metric", "response.max", "--metric", "response.p50", "--json", "-")
    found = verdicts(said)["shop/browse"]
    assert found == {"response.max": "inconclusive", "response.p50": "same"}
    assert "inconclusive: no value in base: response.max" in said.err
    for names in (["response.p50", "response.p95"], ["response.p95", "response.p50"]):
        said = command("compare", "HEAD~1", "--metric", names[0], "--metric", names[1], "--json", "-")
        assert list(verdicts(said)["shop/browse"]) == names
    typo = command("compare", "HEAD~1", "--metric", "respons.p50")
    assert typo.code == 2
    assert typo.complaints[0].startswith("suite: no workload has a metric respons.p50; is it response.p50")


def test_a_workload_without_the_chosen_metric_is_left_out(command, shas):
    own = {"workload": "shop/other", "metrics": ("throughput",)}
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.0, 100, 3))
    fill(command.folder, *steady(shas[1], **own), *steady(shas[2], 1.0, 100, 3, **own))
    said = command("compare", "HEAD~1", "--metric", "response.p50")
    assert said.code == 0
    assert "left out: shop/other: has none of the metrics that are judged" in said.out


def test_the_document(command, shas):
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.3, 100, 3))
    said = command("compare", "HEAD~1", "HEAD", "--json", "out.json")
    data = json.loads((command.folder / "out.json").read_text())
    assert (data["schema"], data["verdict"], data["exit_code"], said.code) == (2, "fail", 1, 1)
    assert data["base"] == {"name": f"HEAD~1 ({shas[1][:12]})", "commit": shas[1][:12]}
    assert data["conclusion"]["verdict"] == "regression"
    (one,) = data["results"]
    assert (one["runs"], one["verdict"]) == ([9, 3], "regression")
    assert one["quantiles"]["response"][0]["quantile"] == 0.01
    assert one["changes"][0]["shift"]["estimate"] == pytest.approx(0.3, abs=0.01)


def test_markdown_on_stdout_is_nothing_else(command, shas):
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.3, 100, 3))
    said = command("compare", "HEAD~1", "HEAD", "--markdown", "-")
    assert said.out.startswith("## Load benchmarks: regression\n")
    assert said.out.endswith("</details>\n")
    assert "REGRESSION" in said.err
    both = command("compare", "HEAD~1", "HEAD", "--markdown", "-", "--json", "-")
    assert both.complaints == ["suite: --json and --markdown can't both go to stdout"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "x.json is not JSON: "),
        ("\udc80", "x.json is not JSON: "),
        ("[]", "x.json is not a result document of suite run"),
        ('{"leaks": {}}', "x.json: the record of leak search ? is damaged: there is no id"),
        (
            '{"schema": 9, "runs": [{}]}',
            "x.json was written by a newer Loadledger; update this one to read it",
        ),
        (
            '{"schema": 1, "runs": [{"id": "7"}]}',
            "x.json: the record of run 7 is damaged: there is no workload",
        ),
        ('{"schema": 1, "runs": []}', "x.json has no runs"),
        (None, "can't read x.json: No such file or directory"),
    ],
)
def test_unreadable_documents(command, text, complaint):
    if text is not None:
        (command.folder / "x.json").write_text(text, errors="surrogateescape")
    said = command("compare", "x.json", "x.json")
    assert said.code == 2
    assert len(said.complaints) == 1
    assert said.err.startswith(f"suite: {complaint}")


def test_no_ledger_or_a_newer_one(command, shas):
    said = command("compare", "main")
    assert (said.code, said.err) == (
        2,
        "suite: there is no ledger results/ledger.db; start with: suite run\n",
    )
    fill(command.folder, *steady(shas[2], count=1))
    with closing(sqlite3.connect(command.folder / "results/ledger.db")) as raw:
        raw.execute("UPDATE loadledger_version SET version_num = '9999'")
        raw.commit()
    said = command("compare", "main")
    assert said.code == 2
    assert len(said.complaints) == 1
    assert "newer" in said.err


def test_an_empty_ledger(command, shas):
    Ledger(command.folder / "results" / "ledger.db").close()
    said = command("compare", "main")
    assert said.code == 2
    assert said.complaints[-1] == "suite: there are no runs to compare; start with: suite run"


def test_a_capacity_that_only_one_side_has_is_told(command, shas):
    fill(command.folder, *steady(shas[1]), *steady(shas[2], 1.0, 100, 3))
    with Ledger(command.folder / "results" / "ledger.db") as ledger:
        ledger.add(make_capacity(commit=shas[2]))
    said = command("compare", "HEAD~1", "HEAD")
    assert "shop/browse: its capacity was not searched for in base" in said.out
    assert said.code == 0
