"""`suite export`, `suite import`, `suite prune`: what goes out comes back, once; nothing else is lost."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from asv.results import iter_results
from support.histories import fill, make_history_run, repository, steady
from support.records import make_search
from support.runs import make_measured

from suite.history.store import Ledger
from suite.report.document import document, write_document
from suite.report.leaks_document import leaks_document


@pytest.fixture
def shas(command):
    return repository(command.folder, 40)


def stored(folder, results="results"):
    with Ledger(folder / results / "ledger.db") as ledger:
        return [ledger.run(name) for name in ledger.run_ids()]


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
        assert len(json.loads(command("export", "-", *words).out)["runs"]) == count


def test_two_ledgers_merge_and_merging_twice_adds_nothing(command, shas):
    fill(command.folder, *steady(shas[0], count=4))
    with Ledger("other/ledger.db") as other:
        for run in [*stored(command.folder)[:2], *steady(shas[1], first=20, count=3)]:
            other.add(run)
        other.add_leaks(make_search())
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


def test_a_search_for_leaks_comes_in(command):
    write_document(Path("leak.json"), leaks_document(make_search()))
    assert "1 new of 1" in command("import", "leak.json").out
    assert "0 new of 1" in command("import", "leak.json").out


def test_what_can_not_be_read_is_named_and_the_rest_comes_in(command, shas):
    fill(command.folder, *steady(shas[0], count=2))
    command("export", "good.json")
    data = json.loads(Path("good.json").read_text())
    command.file("newer.json", json.dumps({**data, "schema": 99}))
    del data["runs"][0]["metrics"]
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
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    [line] = command("import", "results/ledger.db", "--results", "other").complaints
    assert "newer loadledger" in line


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


def series(shas, step=20):
    """A Run of each commit, a minute after the other, slower from `step` on."""
    made = []
    for at, sha in enumerate(shas):
        value = make_measured("response.p50", (1 if at < step else 1.3) * (1 + 0.004 * (at * 7 % 5 - 2)))
        made.append(replace(make_history_run(sha, minute=at), metrics={"response.p50": value}))
    return made


def test_pruning_keeps_the_newest_and_what_changes_stand_on(command, shas):
    fill(command.folder, *series(shas))
    said = command("prune", "--keep", "5", "--dry-run")
    assert said.out.splitlines() == [
        "shop/browse  33 runs of 33 commits; 2 commits kept for changes there",
        "would remove 33 runs; without --dry-run it does",
    ]
    assert len(stored(command.folder)) == 40
    assert command("prune", "--keep", "5").out.splitlines()[-1] == "removed 33 runs"
    assert [run.commit for run in stored(command.folder)] == [*shas[19:21], *shas[-5:]]
    with closing(sqlite3.connect("results/ledger.db")) as connection:
        for table in ("metrics", "round_values", "histograms", "outcomes"):
            column = f"SELECT COUNT(DISTINCT run_id) FROM {table}"
            assert connection.execute(column).fetchone()[0] <= 7
    assert command("prune", "--keep", "7").out.splitlines()[-1] == "nothing to remove"


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
            document([run], commit=None, environment={}, exit_code=0, verdict="pass"),
        )
    monkeypatch.setattr("suite.history.database._set_up", full)
    said = command("import", "big", "--results", "other")
    assert (said.code, len(said.complaints)) == (2, 1)
    assert "the disk is full; free some space" in said.complaints[0]
    monkeypatch.undo()
    with Ledger(command.folder / "other" / "ledger.db") as ledger:
        assert len(ledger.run_ids()) == 2


def full(connection, _record):
    """Settings of a connection to a database that can't grow."""
    connection.isolation_level = None
    connection.execute("PRAGMA max_page_count = 1")
