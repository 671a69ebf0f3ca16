"""Our workloads on Locust: one real headless test, looked at from all sides."""

import csv
import json
from types import SimpleNamespace

import pytest
from support.processes import EXAMPLES, Suite

from suite.formats.envelope import read_document
from suite.ledger.store import Ledger

CALLS = f"{EXAMPLES / 'load_calls.py'}::calls/mixed"


def documents(folder):
    return [read_document(path).records[0] for path in sorted(folder.glob("results/runs/*.json"))]


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    """A test of 6 users for 2 s, without what is broken."""
    folder = tmp_path_factory.mktemp("locust")
    suite = Suite(
        folder, "locust", CALLS, "--headless", "--only-summary", "--users", "6", "--spawn-rate", "3",
        "--run-time", "2s", "--exclude-tags", "broken", "--csv", "out/stats", "--html", "out/report.html",
    )  # fmt: skip
    suite.finish()
    left = suite.left_behind()
    (run,) = documents(folder)
    with (folder / "out/stats_stats.csv").open() as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    return SimpleNamespace(suite=suite, left=left, run=run, rows=rows, folder=folder)


def test_a_headless_test_ends_well_and_leaves_nothing(tested):
    assert tested.suite.process.returncode == 0, tested.suite.err
    assert "Traceback" not in tested.suite.out + tested.suite.err
    assert not tested.left


def test_it_is_kept_like_any_other_run(tested):
    assert tested.run.workload == "calls/mixed"
    assert tested.run.plan["engine"] == "locust"
    assert tested.run.plan["users"] == 6
    with Ledger(tested.folder / "results/ledger.db") as ledger:
        assert ledger.run(tested.run.id).metrics == tested.run.metrics
    assert [judged.passed for judged in tested.run.thresholds] == [True]
    assert tested.run.series["completed"]
    assert tested.run.evidence[0].system_cpu is not None


def test_operations_keep_their_weights_tags_and_think_time(tested):
    look, change = (sum(tested.run.operations[name].values()) for name in ("look", "change"))
    assert 2 < look / change < 4
    assert "fall" not in tested.run.operations
    assert 100 < look + change < 1.2 * 6 * 2 / 0.01  # 10 ms of thought after each


def test_what_a_limit_rejects_is_a_success_under_a_name_of_its_own(tested):
    rejected = tested.run.operations["change"]["rejected"]
    assert rejected == sum(tested.run.operations["change"].values()) > 0
    assert int(tested.rows["change (rejected)"]["Request Count"]) == rejected
    assert all(row["Failure Count"] == "0" for row in tested.rows.values())


def test_locusts_statistics_count_the_same(tested):
    run, rows = tested.run, tested.rows
    assert int(rows["look"]["Request Count"]) == run.operations["look"]["ok"]
    assert int(rows["Aggregated"]["Request Count"]) == sum(run.outcomes.values())
    assert rows["look"]["Type"] == "calls"
    assert float(rows["look"]["Max Response Time"]) == pytest.approx(
        1e3 * run.metrics["response.max@look"].value
    )
    assert abs(float(rows["look"]["95%"]) - 1e3 * run.metrics["response.p95@look"].value) <= 1
    assert "calls" in (tested.folder / "out/report.html").read_text()


def test_checks_look_at_what_was_recorded(tested):
    (check,) = tested.run.checks
    assert check.passed
    assert check.detail == f"{tested.run.operations['look']['ok']} looks"


def test_errors_of_operations_are_locusts_failures(tmp_path):
    suite = Suite(
        tmp_path, "locust", CALLS, "--headless", "--users", "2", "--spawn-rate", "2", "--run-time", "1s",
        "--tags", "broken", "--json", "--only-summary",
    )  # fmt: skip
    assert suite.finish() == 1
    (told,) = [each for each in json.loads(suite.out) if each["name"] == "fall"]
    assert told["num_failures"] == told["num_requests"] > 0
    assert "RuntimeError: fell over" in suite.err
    (run,) = documents(tmp_path)
    assert run.operations["fall"]["failed"] == told["num_failures"]
    assert "calls/mixed" in suite.err  # JSON has stdout for itself
