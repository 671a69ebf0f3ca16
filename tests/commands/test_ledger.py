"""`suite export`, `suite import`, `suite prune`: what goes out comes back, once; nothing else is lost."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from asv.results import iter_results
from support.bulk import fill_fast
from support.histories import fill, git, make_history_run, repository, runs, steady
from support.old_ledgers import write_old_ledger
from support.records import make_search
from support.runs import make_measured, validity_of

from suite.contract.metric import STANDARD
from suite.formats.document import write_document
from suite.formats.envelope import envelope
from suite.ledger.store import Ledger
from suite.ledger.timelines import Timelines
from suite.records.run import Measured


@pytest.fixture
def shas(command):
    return repository(command.folder, 40)


def stored(folder, results="results"):
    with Ledger(folder / results / "ledger.db") as ledger:
        return [ledger.run(name) for name in ledger.ids("run")]


@pytest.mark.parametrize("target", ["all.json", "runs"])
def test_documents_come_back_equal_and_once(command, shas, target):
    fill(command.folder, *steady(shas[0], count=3), *steady(shas[1], first=9, count=2, workload="shop/buy"))
    assert command("export", target).code == 0
    first, second = (command("import", target, "--results", "other") for _ in range(2))
    assert (first.code, first.err, second.code) == (0, "", 0)
    assert "5 new of 5" in first.out
    assert "0 new of 5" in second.out
    assert stored(command.folder, "other") == stored(command.folder)


def test_export_chooses_runs(command, shas):
    fill(command.folder, *steady(shas[0], count=3), *steady(shas[1], first=9, count=2, workload="shop/buy"))
    for words, count in (
        (["--workload", "shop/buy"], 2),
        (["--commit", "HEAD~39"], 3),
        (["--commit", shas[1][:9]], 2),
        (["--limit", "4"], 4),
    ):
        assert len(json.loads(command("export", "-", *words).out)["results"]) == count


def test_two_ledgers_merge_and_merging_twice_adds_nothing(command, shas):
    fill(command.folder, *steady(shas[0], count=4))
    with Ledger("other/ledger.db") as other:
        for run in [*stored(command.folder)[:2], *steady(shas[1], first=20, count=3)]:
            other.add(run)
        other.add(make_search())
    command("accept", "response.p50", shas[1], "--reason", "wanted", "--results", "other")
    before = Path("other/ledger.db").read_bytes()
    assert "5 new of 7" in command("import", "other/ledger.db").out
    assert "0 new of 7" in command("import", "other/ledger.db").out
    assert Path("other/ledger.db").read_bytes() == before
    assert len(stored(command.folder)) == 7
    with Ledger("results/ledger.db") as ledger:
        assert ledger.leaks() == [make_search()]
    assert "accepted: wanted" in command("history", "response.p50").out


def test_what_asv_keeps_is_read_by_asv_and_comes_back(command, shas):
    fill(command.folder, *steady(shas[0], count=3), *steady(shas[1], 2.0, first=9, count=3))
    assert command("export", "asv", "--format", "asv").code == 0
    found = {one.commit_hash: one for one in iter_results("asv")}
    assert set(found) == set(shas[:2])
    name = "shop.Browse.track_response_p50"
    assert found[shas[1]].get_result_value(name, []) == [pytest.approx(2.0, rel=0.02)]
    assert "asv, 2 files: 2 new of 2" in command("import", "asv", "--results", "other").out
    assert "0 new of 2" in command("import", "asv", "--results", "other").out
    [one, two] = stored(command.folder, "other")
    assert (one.workload, one.commit, set(one.metrics)) == (
        "shop/browse",
        shas[0],
        {"response.p50", "response.p95"},
    )
    assert two.metrics["response.p50"].value == pytest.approx(2.0, rel=0.02)
    assert "2 commits" in command("history", "response.p50", "--results", "other").out


def test_asv_gets_runs_that_count_of_one_load(command, shas):
    bad = steady(shas[0], 9.0, first=20, count=5, validity=validity_of("invalid", "x"))
    dirty = steady(shas[0], 9.0, first=30, count=5, dirty=True)
    quick = steady(shas[0], 9.0, count=5, plan={"loop": "closed", "users": 1, "quick": True})
    fill(command.folder, *steady(shas[0], first=40, count=3), *bad, *dirty, *quick)
    said = command("export", "asv", "--format", "asv").out
    assert "10 runs that do not count" in said
    assert "5 runs under another load than the newest" in said
    [result] = iter_results("asv")
    assert result.get_result_value("shop.Browse.track_response_p50", []) == [pytest.approx(1.0, rel=0.02)]


def test_an_asv_folder_keeps_what_it_has(command, shas):
    fill(command.folder, *steady(shas[0], count=3), *steady(shas[0], first=9, count=3, workload="shop/buy"))
    folder = command.folder / "asv"
    folder.mkdir()
    own = {"suite.Keys.time_get": {"name": "suite.Keys.time_get", "version": "abc", "type": "time"}}
    theirs = {"shop.Buy.track_response_p50": {"code": "theirs", "version": "their hash"}}
    (folder / "benchmarks.json").write_text(json.dumps({**own, **theirs, "version": 2}))
    for name in ("shop/browse", "shop/buy"):
        assert command("export", "asv", "--format", "asv", "--workload", name).code == 0
    known = json.loads((folder / "benchmarks.json").read_text())
    assert own.items() <= known.items()
    assert theirs.items() <= known.items()
    [result] = iter_results("asv")
    assert {"shop.Browse.track_response_p50", "shop.Buy.track_response_p50"} <= set(
        result.get_all_result_keys()
    )
    assert result.benchmark_version["shop.Buy.track_response_p50"] == "their hash"
    (folder / "benchmarks.json").write_text("[]")
    [line] = command("export", "asv", "--format", "asv").complaints
    assert "asv/benchmarks.json is not as asv writes it" in line


def test_a_parameterised_benchmark_of_asv_has_a_metric_for_each_set(command, shas):
    row = [[0.5, None], [["1", "2"]], "v1", 1, 0.1]
    data = {
        "commit_hash": shas[0], "env_name": "e", "date": 1714000000000,
        "params": {"machine": "m", "num_cpu": "4"},
        "python": "3.11", "requirements": {}, "env_vars": {}, "durations": {}, "version": 2,
        "result_columns": ["result", "params", "version", "started_at", "duration"],
        "results": {"suite.Keys.time_get": row, "suite.Keys.mem_all": [[800], [], "v1", 1, 0.1]},
    }  # fmt: skip
    command.file("one.json", json.dumps(data))
    assert "1 new of 1" in command("import", "one.json").out
    [run] = stored(command.folder)
    assert {name: (one.value, one.unit) for name, one in run.metrics.items()} == {
        "time_get(1)": (0.5, "s"),
        "mem_all": (800.0, "B"),
    }
    assert (run.workload, run.environment["cores"]) == ("suite/keys", 4)


def test_reports_of_pytest_benchmark_come_back(command, shas):
    fill(command.folder, *steady(shas[0], 0.01, count=1), *steady(shas[1], 0.01, first=5, count=1))
    assert command("export", "one.json", "--format", "pytest-benchmark", "--commit", shas[0]).code == 0
    [bench] = json.loads(Path("one.json").read_text())["benchmarks"]
    [run] = stored(command.folder)[:1]
    stats = bench["stats"]
    assert (bench["fullname"], stats["rounds"]) == ("shop/browse", 400)
    assert stats["mean"] == run.histograms["response"].mean
    assert stats["q1"] < stats["median"] < stats["q3"]
    assert 0.15 < stats["stddev"] / stats["mean"] < 0.25
    assert "2 files" in command("export", "reports", "--format", "pytest-benchmark").out
    assert "2 new of 2" in command("import", "reports", "one.json", "--results", "other").out
    back = stored(command.folder, "other")[0]
    assert back.metrics["service.p50"].value == stats["median"]
    assert back.metrics["throughput"].better == "higher"


def test_every_standard_metric_comes_back_from_a_report_of_pytest_benchmark(command, shas):
    metrics = {name: make_measured(name, 0.001 * at) for at, name in enumerate(STANDARD, 1)}
    own = {"fps": Measured("1/s", "higher", 7.0), "response.p99@buy": make_measured("response.p99", 0.2)}
    fill(command.folder, make_history_run(shas[0], 0.01, metrics=()))
    [run] = stored(command.folder)
    fill(command.folder, replace(run, id="all", started="2024-06-01", metrics={**metrics, **own}))
    command("export", "one.json", "--format", "pytest-benchmark", "--limit", "2")
    command("import", "one.json", "--results", "other")
    [back] = [run for run in stored(command.folder, "other") if "fps" in run.metrics]
    for name, one in metrics.items():
        found = back.metrics[name]
        assert (found.unit, found.better, found.value) == (one.unit, one.better, one.value), name
    assert back.metrics["response.p99@buy"].unit == "s"
    assert (back.metrics["fps"].value, back.metrics["fps"].unit) == (7.0, "1")


def test_what_others_note_beside_a_benchmark_is_no_standard_figure_of_it(command, shas):
    fill(command.folder, *steady(shas[0], 0.01, count=1))
    command("export", "one.json", "--format", "pytest-benchmark")
    report = json.loads(Path("one.json").read_text())
    del report["loadledger"]
    report["benchmarks"][0]["extra_info"] = {"throughput": 123, "rows": 5, "memory.peak": 1000}
    command.file("theirs.json", json.dumps(report))
    command("import", "theirs.json", "--results", "other")
    [run] = stored(command.folder, "other")
    assert run.metrics["throughput"].value == report["benchmarks"][0]["stats"]["ops"]
    assert (run.metrics["throughput"].unit, run.metrics["memory.peak"].unit) == ("1/s", "B")
    assert (run.metrics["rows"].value, run.metrics["rows"].better) == (5, "none")


def test_a_search_for_leaks_comes_in(command):
    write_document(Path("leak.json"), envelope("leaks", [make_search()], exit_code=1))
    assert "1 new of 1" in command("import", "leak.json").out
    assert "0 new of 1" in command("import", "leak.json").out


def test_what_can_not_be_read_is_named_and_the_rest_comes_in(command, shas):
    fill(command.folder, *steady(shas[0], count=2))
    command("export", "good.json")
    data = json.loads(Path("good.json").read_text())
    command.file("newer.json", json.dumps({**data, "schema": 99}))
    del data["results"][0]["metrics"]
    command.file("damaged.json", json.dumps(data))
    command.file("text.json", "hello")
    command.file("other.json", '{"a": 1}')
    cut = (command.folder / "results" / "ledger.db").read_bytes()[:5000]
    (command.folder / "cut.db").write_bytes(cut)
    files = ["newer.json", "damaged.json", "text.json", "other.json", "cut.db", "absent.json", "good.json"]
    said = command("import", *files, "--results", "fresh")
    assert (said.code, len(said.complaints)) == (2, 6)
    wanted = [
        "newer Loadledger",
        "is damaged",
        "not JSON",
        "no document of",
        "is corrupt",
        "can't read absent",
    ]
    for line, words in zip(said.complaints, wanted, strict=True):
        assert words in line
    assert said.out == "good.json  document: 2 new of 2\n"
    assert stored(command.folder, "fresh") == stored(command.folder)


def test_a_ledger_of_a_newer_version_is_left_alone(command, shas):
    fill(command.folder, *steady(shas[0], count=1))
    with closing(sqlite3.connect("results/ledger.db")) as connection:
        connection.execute("UPDATE loadledger_version SET version_num = '9999'")
        connection.commit()
    [line] = command("import", "results/ledger.db", "--results", "other").complaints
    assert "ledger results/ledger.db was written by a newer loadledger" in line


def test_a_document_with_a_time_that_is_none_does_not_stop_the_import(command, shas):
    fill(command.folder, *steady(shas[0], count=2))
    command("export", "good.json")
    data = json.loads(Path("good.json").read_text())
    data["results"][0]["started"] = "yesterday"
    command.file("bad.json", json.dumps(data))
    command.file("deep.json", '{"runs": ' + "[" * 100_000)
    said = command("import", "bad.json", "deep.json", "good.json", "--results", "other")
    assert (said.code, len(said.complaints)) == (2, 2)
    assert "bad.json: the record of run " in said.complaints[0]
    assert "started is no time like" in said.complaints[0]
    assert said.out == "good.json  document: 2 new of 2\n"


@pytest.mark.parametrize(
    "source", ["nonsense://x/y", "postgresql+nothing://me:secret@h/d", "sqlite:///typo.db", "://"]
)
def test_a_ledger_that_can_not_be_opened_does_not_stop_the_import(command, shas, source):
    fill(command.folder, *steady(shas[0], count=2))
    said = command("import", source, "results/ledger.db", "--results", "other")
    assert (said.code, len(said.complaints), len(stored(command.folder, "other"))) == (2, 1, 2)
    assert "secret" not in said.err + said.out
    assert not (command.folder / "typo.db").exists()


def test_a_ledger_by_its_url_is_left_as_it_is(command, shas):
    Path("results").mkdir()
    write_old_ledger("results/ledger.db", *steady(shas[0], count=2))
    with closing(sqlite3.connect("results/ledger.db")) as connection:
        connection.execute("ALTER TABLE loadledger_version RENAME TO alembic_version")
        connection.commit()
    before = Path("results/ledger.db").read_bytes()
    said = command("import", "sqlite:///results/ledger.db", "--results", "other")
    assert said.out == "results/ledger.db  ledger: 2 new of 2\n"
    assert Path("results/ledger.db").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["export", "x.json", "--format", "xml"], "--format is document, asv or pytest-benchmark"),
        (["export", "x.json", "--format", "asv"], "asv keeps a folder of results"),
        (["export", "x.json", "--format", "pytest-benchmark"], "has one commit and these are 2"),
        (["export", "x.json", "--workload", "nothing"], "no run matches"),
        (["export", "results/ledger.db/x.json"], "a part of its path is a file"),
        (["export", "x.json", "--results", "nowhere"], "there is no ledger"),
        (["import", "empty"], "there are no .json files in empty"),
        (["prune"], "say what to remove"),
        (["prune", "--before", "soon"], "--before soon: write a day like"),
    ],
)
def test_bad_input_is_one_clear_line(command, shas, words, complaint):
    (command.folder / "empty").mkdir()
    fill(command.folder, *steady(shas[0], count=1), *steady(shas[1], first=5, count=1))
    said = command(*words)
    assert (said.code, len(said.complaints)) == (2, 1)
    assert complaint in said.complaints[0]


def changed(folder, metric="response.p50"):
    """Commit and status of each change of a metric, as its history has them."""
    with Timelines(folder / "results" / "ledger.db") as historian:
        [track], _ = historian.tracks(metric)
        found = track.found
    return [
        (place.commit, point.status)
        for place, point in zip(found.places, found.detection.points, strict=True)
    ]


def test_pruning_twice_keeps_the_changes_as_sure_as_they_were(command):
    metrics = ("response.p50", "memory.idle")
    fill_fast(
        command.folder / "results/ledger.db", "shop/browse", range(400), steps=[100, 250], metrics=metrics
    )
    before = [changed(command.folder, metric) for metric in metrics]
    assert [len(found) for found in before] == [2, 2]
    said = command("prune", "--keep", "10", "--dry-run")
    assert said.out.splitlines() == [
        "shop/browse  310 runs of 310 commits; 80 commits kept for changes there",
        "would remove 310 runs; without --dry-run it does",
    ]
    assert len(stored(command.folder)) == 400
    assert command("prune", "--keep", "10").out.splitlines()[-1] == "removed 310 runs"
    for _ in range(2):
        assert [changed(command.folder, metric) for metric in metrics] == before
        command("prune", "--keep", "10")
    with closing(sqlite3.connect("results/ledger.db")) as connection:
        for table in ("documents", "results", "metrics"):
            runs = connection.execute(f"SELECT COUNT(DISTINCT number) FROM {table}").fetchone()[0]
            assert runs == 90


@pytest.mark.exhaustive
def test_a_small_change_keeps_more_around_it_than_a_large_one(command):
    fill_fast(command.folder / "results/ledger.db", "shop/browse", range(600), metrics=("response.p50",))
    with closing(sqlite3.connect("results/ledger.db")) as connection:
        connection.execute("UPDATE metrics SET value = value * 1.015 WHERE number > 300")
        connection.commit()
    [(_, before)] = changed(command.folder)
    command("prune", "--keep", "10")
    assert [status for _, status in changed(command.folder)] == [before]
    assert 60 < len(stored(command.folder)) < 590


@pytest.mark.exhaustive
def test_a_change_at_the_edge_of_what_can_be_found_is_not_kept_at_any_price(command):
    fill_fast(command.folder / "results/ledger.db", "a/b", range(1000), metrics=("response.p50",), seed=398)
    assert len(changed(command.folder)) == 2
    said = command("prune", "--keep", "10").out
    assert "2 faint changes may not be found again" in said
    assert len(stored(command.folder)) < 700


def test_pruning_on_a_branch_keeps_the_changes_of_the_main_one(command, shas):
    fill(command.folder, *runs(shas, step=24))
    git(command.folder, "checkout", "-q", "-b", "scratch", shas[5])
    said = command("prune", "--keep", "3").out
    assert "33 commits kept for changes there" in said
    assert "✗ worse" in command("history", "response.p50", "--branch", "main").out


def test_a_drift_is_still_told_after_pruning(command):
    fill_fast(command.folder / "results/ledger.db", "shop/browse", range(300), metrics=("response.p50",))
    with closing(sqlite3.connect("results/ledger.db")) as connection:
        connection.execute("UPDATE metrics SET value = value * (1 + 0.0007 * (number - 1))")
        connection.commit()

    def drifts():
        return "drift  +" in command("history", "response.p50").out

    assert drifts()
    command("prune", "--keep", "30")
    assert len(stored(command.folder)) < 300
    assert drifts()


def test_pruning_by_day_and_by_branch(command, shas):
    other = [replace(run, branch="scratch") for run in steady(shas[3], first=2000, count=2)]
    fill(command.folder, *steady(shas[0], count=2), *steady(shas[1], first=1500, count=3), *other)
    assert "removed 2 runs" in command("prune", "--before", "2024-05-02").out
    assert "nothing to remove" in command("prune", "--branch", "nothing").out
    assert "removed 2 runs" in command("prune", "--branch", "scratch").out
    assert len(stored(command.folder)) == 3


def test_accepted_commits_stay(command, shas):
    fill(command.folder, *steady(shas[0], count=2), *steady(shas[1], first=5, count=2))
    command("accept", "response.p50", shas[0], "--reason", "x")
    assert "1 commit kept for changes there" in command("prune", "--before", "2030-01-01").out
    assert {run.commit for run in stored(command.folder)} == {shas[0]}


def test_a_full_disk_is_one_line_and_what_was_there_stays(command, shas, monkeypatch):
    fill(command.folder, *steady(shas[0], count=2))
    command("export", "good.json")
    command("import", "good.json", "--results", "other")
    big = [replace(run, id=f"{run.id}x", branch="x" * 1_000_000) for run in stored(command.folder)]
    (command.folder / "big").mkdir()
    for run in big:
        write_document(
            Path("big") / f"{run.id}.json",
            envelope("run", [run], exit_code=0),
        )
    monkeypatch.setattr("suite.ledger.database._set_up", full)
    said = command("import", "big", "--results", "other")
    assert (said.code, len(said.complaints)) == (2, 1)
    assert "the disk is full; free some space" in said.complaints[0]
    monkeypatch.undo()
    with Ledger(command.folder / "other" / "ledger.db") as ledger:
        assert len(ledger.ids("run")) == 2


def full(connection, _record):
    """Settings of a connection to a database that can't grow."""
    connection.isolation_level = None
    connection.execute("PRAGMA max_page_count = 1")
