"""`suite export`: what goes out, to us or to other tools, comes back equal."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from asv.results import iter_results
from support.histories import fill, make_history_run, repository, steady
from support.runs import make_measured, validity_of

from suite.contract.metric import STANDARD
from suite.ledger.store import Ledger
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


@pytest.mark.parametrize("form", ["document", "asv", "pytest-benchmark"])
def test_an_export_stays_in_its_folder_whatever_links_are_in_it(command, shas, form, tmp_path_factory):
    fill(command.folder, *steady(shas[0], count=1))
    away = tmp_path_factory.mktemp("away")
    assert command("export", "out", "--format", form).code == 0
    for path in [one for one in (command.folder / "out").rglob("*") if one.is_file()]:
        path.unlink()
        path.symlink_to(away / path.name)
    said = command("export", "out", "--format", form)
    assert said.code == 2
    assert said.err.endswith(": it is a link that leads out of its folder; remove it\n")
    assert list(away.iterdir()) == []


def test_export_chooses_runs(command, shas):
    fill(command.folder, *steady(shas[0], count=3), *steady(shas[1], first=9, count=2, workload="shop/buy"))
    for words, count in (
        (["--workload", "shop/buy"], 2),
        (["--commit", "HEAD~39"], 3),
        (["--commit", shas[1][:9]], 2),
        (["--limit", "4"], 4),
    ):
        assert len(json.loads(command("export", "-", *words).out)["results"]) == count


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
