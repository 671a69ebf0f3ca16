"""`suite import`: what comes in is there once, what can't be read is named, the rest comes in."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support.histories import fill, repository, steady
from support.old_ledgers import write_old_ledger
from support.records import make_search

from suite.formats.document import write_document
from suite.formats.envelope import envelope
from suite.ledger.store import Ledger
from suite.records.leak import LeakSearch


@pytest.fixture
def shas(command):
    return repository(command.folder, 40)


def stored(folder, results="results"):
    with Ledger(folder / results / "ledger.db") as ledger:
        return [ledger.run(name) for name in ledger.ids("run")]


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
        assert ledger.records(LeakSearch) == [make_search()]
    assert "accepted: wanted" in command("history", "response.p50").out


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


def test_what_is_said_of_a_document_is_no_longer_than_a_page(command, shas):
    """A time of a hundred thousand letters was told in full."""
    fill(command.folder, *steady(shas[0], count=1))
    command("export", "good.json")
    data = json.loads(Path("good.json").read_text())
    data["results"][0]["started"] = "a" * 100_000
    command.file("bad.json", json.dumps(data))
    (line,) = command("import", "bad.json", "--results", "other").complaints
    assert "started is no time like" in line
    assert re.search(r"a… \(90,\d{3} characters more\)$", line)


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
