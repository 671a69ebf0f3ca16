"""Our workloads on Locust: a real headless test, looked at from all sides; locustfiles of before."""

import csv
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from support.locust_tests import CALLS, documents
from support.processes import EXAMPLES, Suite

from suite.ledger.store import Ledger


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    """A test of 6 users for 2 s, with what is broken."""
    folder = tmp_path_factory.mktemp("locust")
    suite = Suite(
        folder, "locust", CALLS, "--headless", "--only-summary", "--users", "6", "--spawn-rate", "3",
        "--run-time", "2s", "--json", "--csv", "out/stats", "--html", "out/report.html",
    )  # fmt: skip
    suite.finish()
    left = suite.left_behind()
    (run,) = documents(folder)
    with (folder / "out/stats_stats.csv").open() as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    return SimpleNamespace(suite=suite, left=left, run=run, rows=rows, folder=folder)


@pytest.mark.exhaustive
def test_a_headless_test_ends_as_locusts_do_and_leaves_nothing(tested):
    assert tested.suite.process.returncode == 1  # some operations fail, as Locust sees it
    said = tested.suite.out + tested.suite.err
    # Locust closes its own files of statistics while its writer may still be at them.
    assert "Traceback" not in said or "StatsCSVFileWriter.stats_writer" in said
    assert not tested.left


@pytest.mark.exhaustive
def test_it_is_kept_like_any_other_run(tested):
    assert tested.run.workload == "calls/mixed"
    assert tested.run.plan["engine"] == "locust"
    assert tested.run.plan["users"] == 6
    with Ledger(tested.folder / "results/ledger.db") as ledger:
        assert ledger.run(tested.run.id).metrics == tested.run.metrics
    assert [judged.passed for judged in tested.run.thresholds] == [True]
    assert tested.run.series["completed"]
    assert tested.run.evidence[0].system_cpu is not None


@pytest.mark.exhaustive
def test_operations_keep_their_weights_and_think_time(tested):
    look, change = (sum(tested.run.operations[name].values()) for name in ("look", "change"))
    assert 2 < look / change < 4
    assert 100 < look + change < 1.2 * 6 * 2 / 0.01  # 10 ms of thought after each


@pytest.mark.exhaustive
def test_what_a_limit_rejects_is_a_success_under_a_name_of_its_own(tested):
    rejected = tested.run.operations["change"]["rejected"]
    assert rejected == sum(tested.run.operations["change"].values()) > 0
    assert int(tested.rows["change (rejected)"]["Request Count"]) == rejected
    assert {name for name, row in tested.rows.items() if row["Failure Count"] != "0"} == {
        "fall",
        "Aggregated",
    }


@pytest.mark.exhaustive
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


@pytest.mark.exhaustive
def test_checks_look_at_what_was_recorded(tested):
    (check,) = tested.run.checks
    assert check.passed
    assert check.detail == f"{tested.run.operations['look']['ok']} looks"


@pytest.mark.exhaustive
def test_errors_of_operations_are_locusts_failures(tested):
    (told,) = [each for each in json.loads(tested.suite.out) if each["name"] == "fall"]
    assert told["num_failures"] == told["num_requests"] == tested.run.operations["fall"]["failed"] > 0
    assert "RuntimeError: fell over" in tested.suite.err
    assert "calls/mixed" in tested.suite.err  # JSON has stdout for itself


def of_file(folder, *words):
    return Suite(
        folder, "locust", EXAMPLES / "load_items.py", "-f", EXAMPLES / "locust_items.py", "--headless",
        "--only-summary", "--users", "4", "--spawn-rate", "4", "--run-time", "2s", *words,
    )  # fmt: skip


@pytest.mark.exhaustive
def test_an_existing_locustfile_runs_unchanged_and_is_kept(tmp_path):
    suite = of_file(tmp_path)
    assert suite.finish() == 1  # some of its requests fail, as Locust sees it
    assert "Traceback" not in suite.out + suite.err
    assert not suite.left_behind()
    (run,) = documents(tmp_path)
    assert run.workload == "locust/locust_items"
    assert run.plan["engine"] == "locust"
    assert run.operations["GET /items"]["ok"] > 20
    assert run.operations["GET /gone"]["failed"] == sum(run.operations["GET /gone"].values()) > 0
    assert f"HEARD {sum(run.outcomes.values())}" in suite.out  # its own listener counts the same
    assert run.metrics["memory.peak"].value > 1e6  # of the system, which was started for it
    assert run.metrics["generator.cpu_per_operation"].value > 0
    assert run.metrics["response.p50@GET /items"].unit == "s"
    assert [detail.kind for detail in run.details] == ["LocustBadStatusCode"]


@pytest.mark.exhaustive
def test_an_existing_locustfile_runs_in_several_processes(tmp_path):
    suite = of_file(tmp_path, "--processes", "2", "--tags", "read")
    code = suite.finish(90)
    assert not suite.left_behind(15)
    (run,) = documents(tmp_path)
    assert code == run.exit_code in (0, 3)
    assert run.plan["workers"] == 2
    heard = [int(line.split()[1]) for line in suite.out.splitlines() if line.startswith("HEARD")]
    assert sum(heard) == run.operations["GET /items"]["ok"]
    assert list(run.operations) == ["GET /items"]


@pytest.mark.exhaustive
def test_what_was_written_runs_under_plain_locust(tmp_path):
    written = Suite(tmp_path, "locust", EXAMPLES / "load_items.py", "--write")
    assert written.finish() == 0
    words = ["-f", "locustfile.py", "--headless", "--users", "2", "--run-time", "2s"]
    program = [sys.executable, "-m", "locust", *words]
    done = subprocess.run(program, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = documents(tmp_path)
    assert run.workload == "items/browse"
    assert run.outcomes["ok"] > 0


@pytest.mark.exhaustive
def test_an_open_loop_ends_with_its_plan_which_is_delivered_to_the_start(tmp_path):
    planned = CALLS.replace("mixed", "planned")
    suite = Suite(
        tmp_path, "locust", planned, "--exclude-tags", "broken", "--headless", "--users", "6",
        "--spawn-rate", "6", "--only-summary",
    )  # fmt: skip
    suite.finish(90)
    assert not suite.left_behind(15)
    (run,) = documents(tmp_path)
    assert run.plan["loop"] == "open"
    assert sum(run.outcomes.values()) == 400  # 200 a second for 2 s
    assert run.metrics["offered"].value == pytest.approx(200, rel=0.02)
    assert run.metrics["lateness.p50"].value is not None
    assert run.histograms["service"].count == run.histograms["response"].count == run.outcomes["ok"]
