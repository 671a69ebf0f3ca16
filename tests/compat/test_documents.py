"""Documents that today's main wrote are read as before, by every command that reads them."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from compat.reading import DATA, comparisons, ended, expected, leaks, near, read, results, runs, workloads
from compat.shop import Shop

RUNS = expected("runs")
_SITE = {
    "version": 1, "project": "shop", "repo": ".", "branches": ["HEAD"], "benchmark_dir": "benchmarks",
    "results_dir": "results/asv", "html_dir": "results/site",
    "plugins": [".suite.integrations.publisher"],
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return Shop(tmp_path_factory.mktemp("documents") / "shop")


def brought(shop, source):
    """How many records of a source were new, of how many, when it is imported; and once more."""
    folder = source.replace("/", "-")
    counts = []
    for _ in range(2):
        said = shop("import", DATA / source, "--results", folder)
        assert (said.code, said.err) == (0, "")
        counts += re.findall(r"(\d+) new of (\d+)", said.out)
    return folder, [(int(new), int(total)) for new, total in counts]


@pytest.mark.parametrize(
    ("source", "count"), [("run.json", 4), ("runs", 5), ("export.json", 2)], ids=["run", "kept", "exported"]
)
def test_runs_come_in_as_they_were_and_once(shop, source, count):
    folder, counts = brought(shop, source)
    assert counts == [(count, count), (0, count)]
    found = runs(shop.exported("--results", folder))
    assert len(found) == count
    assert found == {name: RUNS[name] for name in found}


def test_a_document_of_several_runs_says_how_the_command_ended(shop):
    document = read("run.json")
    assert ended(document) == ["error", 4]
    assert runs(document) == {name: RUNS[name] for name in runs(document)}


def test_a_report_of_pytest_benchmark_comes_in(shop):
    folder, counts = brought(shop, "pytest-benchmark.json")
    assert counts == [(6, 6), (0, 6)]
    assert runs(shop.exported("--results", folder)) == expected("pytest-benchmark")


def test_a_search_for_leaks_comes_in(shop):
    _, counts = brought(shop, "leaks")
    assert counts == [(1, 1), (0, 1)]


def test_both_documents_of_a_search_for_leaks_say_the_same():
    [kept] = (DATA / "leaks").iterdir()
    assert leaks(read("leaks", kept.name)) == leaks(read("leaks.json")) == expected("leaks")


def test_two_documents_compare_as_they_did(shop):
    sides = [DATA / "runs" / name for name in expected("compared documents")["sides"]]
    document, said = shop.document("compare", *sides)
    assert said.code == 3
    assert comparisons(document) == near(expected("compared documents")["found"])


def test_the_gate_tells_what_was_calibrated(shop):
    shutil.copy(DATA / "calibration.json", shop.folder / "results")
    said = shop("gate", "slow", "--base", "main", "-k", "click")
    assert said.code == 1
    assert expected("calibration") in " ".join(said.out.split())


def test_a_load_file_is_listed_as_it_was(shop):
    """In a process of its own, for it imports the load file."""
    words = [sys.executable, "-m", "suite.cli", "list", "load_shop.py", "--json"]
    done = subprocess.run(words, cwd=shop.folder, capture_output=True, text=True, check=True)
    assert workloads(json.loads(done.stdout)) == workloads(read("list.json"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The site that `asv publish` makes of ledger, documents and asv's results."""
    shop = Shop(tmp_path_factory.mktemp("site") / "shop")
    shutil.copytree(DATA / "capacity", shop.folder / "results" / "capacity")
    shutil.copytree(DATA / "export-asv", shop.folder / "results" / "asv")
    (shop.folder / "asv.conf.json").write_text(json.dumps(_SITE))
    words = [sys.executable, "-m", "asv", "publish"]
    done = subprocess.run(words, cwd=shop.folder, capture_output=True, text=True, check=True)
    assert "is no document" not in done.stdout + done.stderr
    folder = shop.folder / "results" / "site" / "loadledger"
    return {path.stem: path.read_text() for path in folder.glob("*.html")}


@pytest.mark.exhaustive
def test_the_site_shows_a_capacity(pages):
    [page] = [text for name, text in pages.items() if "browse" in name]
    assert expected("capacity") in page


@pytest.mark.exhaustive
def test_the_site_shows_a_leak_of_the_ledger(pages):
    [page] = [text for name, text in pages.items() if "items" in name]
    assert "remember" in page
    assert "server.py:17" in page


@pytest.mark.exhaustive
def test_the_site_shows_why_a_change_was_accepted(pages):
    [page] = [text for name, text in pages.items() if "click" in name]
    assert "every click is written down now" in page


def test_a_comparison_in_turns_has_its_verdict():
    """No command reads it back; people's scripts do."""
    [kept] = (DATA / "ab").iterdir()
    document = read("ab", kept.name)
    assert ended(document) == ["fail", 1]
    [one] = results(document)
    assert [one["workload"], one["verdict"]] == ["counter/click", "regression"]
