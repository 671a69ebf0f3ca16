"""A ledger that today's main wrote still says what it said, whatever version opens it."""

import json
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
from compat.reading import (
    DATA,
    blamed,
    comparisons,
    ended,
    events,
    expected,
    histories,
    listed,
    near,
    read,
    runs,
)
from compat.shop import Shop

RUNS = expected("runs")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return Shop(tmp_path_factory.mktemp("ledger") / "shop")


@pytest.fixture(scope="module")
def kept(shop):
    """Every Run of the ledger, as it is exported."""
    return runs(shop.exported())


@pytest.fixture(scope="module")
def gate(shop):
    document, said = shop.document("gate", "slow", "--base", "main")
    return SimpleNamespace(document=document, said=said)


def test_it_opens_from_a_process_of_its_own(tmp_path):
    """The first command is what upgrades it."""
    shutil.copy(DATA / "ledger.db", tmp_path)
    words = ["show", "--ledger", "ledger.db", "--limit", "100"]
    done = subprocess.run(
        [sys.executable, "-m", "suite.cli", *words], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    # Progress is told where it takes long.
    assert [
        line for line in done.stderr.splitlines() if "bringing ledger ledger.db up to date" not in line
    ] == []
    newest_first = [one["id"][:8] for one in listed(read("show.json"))]
    shown = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert [name for name in shown if name in newest_first] == newest_first


def shown(shop, *words):
    """The document of `suite show`."""
    said = shop("show", *words, "--json")
    assert (said.code, said.err) == (0, "")
    return json.loads(said.out)


def test_runs_are_listed_as_they_were(shop):
    every = listed(read("show.json"))
    assert {one["id"] for one in every} == set(RUNS)
    assert listed(shown(shop, "--limit", "100")) == every
    assert listed(shown(shop, "shop/browse")) == listed(read("show-run.json"))


def test_no_run_is_lost_and_none_is_new(kept):
    assert set(kept) == set(RUNS)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_as_it_was(kept, name):
    assert kept[name] == RUNS[name]


@pytest.mark.parametrize("word", ["pass", "fail", "invalid", "error"])
def test_a_run_of_each_verdict_is_shown_by_its_id(shop, word):
    name = next(name for name, one in RUNS.items() if one["verdict"] == word)
    assert runs(shown(shop, name[:8])) == {name: RUNS[name]}
    said = shop("show", name[:8])
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{RUNS[name]['workload']}  ")


def test_checks_details_and_errors_are_told(shop):
    names = {one["workload"]: name for name, one in RUNS.items()}
    told = {
        workload: shop("show", names[workload]).out
        for workload in ("counter/miscount", "shop/browse", "shop/shut", "shop/strict")
    }
    assert "CHECK FAILED miscounts: the counter is not below zero" in told["counter/miscount"]
    assert "status 429" in told["shop/browse"]
    assert "the shop is shut" in told["shop/shut"]
    assert "CRITICAL (critical 1 µs)" in told["shop/strict"]


def test_two_commits_compare_as_they_did(shop):
    document, said = shop.document("compare", "main~1", "main")
    assert said.code == expected("compare ended")[1]
    assert ended(document) == expected("compare ended")
    assert comparisons(document) == near(expected("compare"))


def test_the_gate_judges_as_it_did(gate):
    assert gate.said.code == expected("gate ended")[1]
    assert ended(gate.document) == expected("gate ended")
    assert comparisons(gate.document) == near(expected("gate"))


def test_histories_are_as_they_were(shop):
    document, said = shop.document("history", "response.p50")
    assert (said.code, said.err) == (0, "")
    assert histories(document) == near(expected("history"))


def test_events_are_as_they_were_and_an_accepted_change_has_its_reason(shop):
    document, said = shop.document("history")
    assert (said.code, said.err) == (0, "")
    assert events(document) == near(expected("events"))
    assert "accepted: every click is written" in said.out


def test_the_same_commit_is_to_blame(shop):
    document, said = shop.document("blame", "response.p50", "--workload", "counter/click")
    assert said.code == 0
    assert blamed(document) == near(expected("blame"))


def test_a_change_can_be_accepted_in_it(tmp_path):
    shop = Shop(tmp_path / "shop")
    [commit] = expected("events")
    said = shop("accept", "response.p95", commit, "-k", "counter/click", "--reason", "so it is")
    assert (said.code, said.err) == (0, "")
    document, _ = shop.document("history")
    assert events(document)[commit]["counter/click response.p95"]["accepted"] == "so it is"


def test_it_is_merged_whole_into_another_and_left_as_it_is(shop):
    """Runs, the search for leaks and the accepted change; nothing twice."""
    source = shop.folder / "old.db"
    shutil.copy(DATA / "ledger.db", source)
    total = len(RUNS) + 2
    for new in (total, 0):
        said = shop("import", "old.db", "--results", "merged")
        assert (said.code, said.err) == (0, "")
        assert re.findall(r"(\d+) new of (\d+)", said.out) == [(str(new), str(total))]
    assert listed(shown(shop, "--limit", "100", "--results", "merged")) == listed(read("show.json"))
    assert source.read_bytes() == (DATA / "ledger.db").read_bytes()


def test_histograms_are_whole(shop):
    """What pytest-benchmark gets is read off them."""
    said = shop("export", "-", "--format", "pytest-benchmark", "--commit", "slow")
    assert (said.code, said.err) == (0, "")
    assert figures(json.loads(said.out)) == near(figures(read("pytest-benchmark.json")))


def figures(report):
    names = ("rounds", "min", "max", "mean", "stddev", "median", "q1", "q3")
    return [[one["fullname"], *(one["stats"][name] for name in names)] for one in report["benchmarks"]]
