"""What asv keeps comes in as before, and the ledger goes out to asv as before."""

import json
import re

import pytest
from asv.results import iter_results
from compat.reading import DATA, expected, histories, listed, near, read, runs
from compat.shop import Shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """With asv's results in a ledger of their own."""
    shop = Shop(tmp_path_factory.mktemp("asv") / "shop")
    said = shop("import", DATA / "asv", "--results", "asv")
    assert (said.code, said.err) == (0, "")
    assert re.findall(r"(\d+) new of (\d+)", said.out) == [("8", "8")]
    return shop


def test_results_are_runs_of_the_workloads_that_were_measured(shop):
    assert runs(shop.exported("--results", "asv")) == expected("asv runs")


def test_they_come_in_once(shop):
    said = shop("import", DATA / "asv", "--results", "asv")
    assert re.findall(r"(\d+) new of (\d+)", said.out) == [("0", "8")]


def test_they_have_a_history(shop):
    document, said = shop.document(
        "history", "time_per_operation", "-k", "vision/match-500", "--results", "asv"
    )
    assert said.code == 0
    assert histories(document) == near(expected("asv history"))


def test_what_was_written_for_asv_comes_in(shop):
    said = shop("import", DATA / "export-asv", "--results", "back")
    assert (said.code, said.err) == (0, "")
    assert runs(shop.exported("--results", "back")) == expected("export-asv runs")
    assert listed(json.loads(shop("show", "--json", "--results", "back").out))


def test_the_ledger_is_written_for_asv_as_it_was(shop):
    said = shop("export", "out", "--format", "asv", "-k", "counter/click", "--commit", "slow")
    assert (said.code, said.err) == (0, "")
    assert values(shop.folder / "out") == values(DATA / "export-asv")
    assert (
        read("export-asv", "benchmarks.json").keys()
        == json.loads((shop.folder / "out" / "benchmarks.json").read_text()).keys()
    )


def values(folder):
    """Results as asv itself reads them."""
    return {
        (one.commit_hash, name): one.get_result_value(name, [])
        for one in iter_results(folder)
        for name in one.get_all_result_keys()
    }
