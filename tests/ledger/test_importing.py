"""Results of other tools in one ledger: what the tool keeps apart is apart in histories and comparisons."""

import json
import sqlite3
from contextlib import closing

import pytest
from support.runs import make_run

from suite.compare.compare import compare
from suite.compare.likeness import likeness
from suite.errors import ConfigurationError
from suite.formats.document import write_document
from suite.formats.envelope import envelope
from suite.integrations.asv_results import workload_of
from suite.ledger.blame import blame
from suite.ledger.importing import import_all
from suite.ledger.journal import Journal
from suite.ledger.store import Ledger
from suite.ledger.timeline_reader import TimelineReader
from suite.ledger.timelines import Timelines
from suite.records.classes import machine_class
from suite.report.site.lineage import Lineage
from suite.report.site.stored import add_ledger

COLUMNS = ["result", "params", "version"]
WIGGLE = (1.0, 1.004, 0.997, 1.002, 0.995, 1.006, 0.999, 0.994)


def write(
    folder, number, value, *, machine="box", python="3.12", version="1", benchmark="s.T.time_work", **more
):
    """The result of one commit."""
    data = {
        "commit_hash": f"{number + 1:040x}", "env_name": f"v{python}", "python": python,
        "date": (1700000000 + 3600 * number) * 1000, "params": {"machine": machine, "python": python},
        "requirements": {}, "result_columns": COLUMNS, "version": 2,
        "results": {benchmark: [[value * WIGGLE[number % 8]], [], version]}, **more,
    }  # fmt: skip
    path = folder / "asv" / machine / f"{number:08x}-v{python}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))


def brought_in(folder, *more):
    """The ledger with all of that, and what was said of it."""
    faults = []
    with Ledger(folder / "ledger.db") as ledger:
        told = list(import_all(ledger, [str(folder / "asv"), *more], workload_of, faults))
    assert not faults
    return folder / "ledger.db", told


def changes(place, metric, **how):
    with Timelines(place, **how) as timelines:
        tracks, _ = timelines.tracks(metric)
        [track] = tracks
        return track.found.detection.points, track


def two_machines(folder):
    for number in range(40):
        name, speed = ("ubuntu-latest", 1.0) if number < 20 else ("windows-2022", 1.5)
        write(folder, number, speed, machine=name)


def two_pythons(folder):
    for number in range(24):
        write(folder, number, 1.0, python="3.8")
        if number < 20:
            write(folder, number, 0.6, python="3.12")


def two_requirements(folder):
    for number in range(24):
        write(folder, number, *((1.0,) if number < 12 else (2.0,)), requirements={"numpy": str(number // 12)})


@pytest.mark.parametrize("case", [two_machines, two_pythons, two_requirements])
def test_what_asv_keeps_apart_is_no_change(tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    case(tmp_path)
    place, _ = brought_in(tmp_path)
    points, track = changes(place, "time_work")
    assert points == ()
    assert any("on other machines: --machine " in note for note in track.notes)
    with Timelines(place) as timelines:
        assert timelines.overview().events == ()
        with pytest.raises(ConfigurationError, match="no change of level"):
            blame(timelines, "time_work", None)
    assert len(changes(place, "time_work", anywhere=True)[0]) == 1


def test_a_benchmark_that_changed_is_no_change_of_the_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in range(30):
        write(tmp_path, number, 1.0 if number < 15 else 2.0, version="1" if number < 15 else "2")
    place, _ = brought_in(tmp_path)
    points, track = changes(place, "time_work")
    assert points == ()
    assert track.values[:15] == (None,) * 15
    assert "15 runs of other versions of the benchmark, not mixed in" in track.notes
    stories = {}
    add_ledger(stories, place, [Lineage(None, tmp_path)])
    [graph] = stories["s/t"].of(stories["s/t"].briefs[-1].setting)
    assert [point.value for point in graph.points[:15]] == [None] * 15
    assert graph.changes == ()


def test_a_version_that_changes_later_makes_what_was_found_anew(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in range(30):
        write(tmp_path, number, 1.0 if number < 15 else 2.0)
    place, _ = brought_in(tmp_path)
    assert len(changes(place, "time_work")[0]) == 1
    write(tmp_path, 30, 5.0, version="2")
    brought_in(tmp_path)
    assert changes(place, "time_work")[0] == ()


def test_another_version_and_another_setting_are_not_compared(tmp_path):
    write(tmp_path, 0, 1.0)
    write(tmp_path, 1, 2.0, version="2")
    write(tmp_path, 2, 2.0, python="3.8")
    place, _ = brought_in(tmp_path)
    with Ledger(place) as ledger:
        one, changed, other = (ledger.run(name) for name in ledger.ids("run"))
    [change] = compare([one], [changed], metrics=["time_work"]).changes
    assert (change.verdict, change.reason.kind) == ("inconclusive", "other_version")
    assert change.reason.figures == {"base": "1", "head": "2"}
    assert [reason.figures["fact"] for reason in likeness(one, other).refused] == ["setting"]


def test_what_asv_measured_is_compared_though_none_of_it_is_usual(tmp_path):
    for number in range(20):
        write(tmp_path, number, 1.0 if number < 17 else 2.0)
    place, _ = brought_in(tmp_path)
    with Ledger(place) as ledger:
        every = [ledger.run(name) for name in ledger.ids("run")]
    [change] = compare(every[:17], every[17:]).changes
    assert (change.metric, change.base, change.head) == ("time_work", pytest.approx(1.0, rel=0.01),
                                                        pytest.approx(2.0, rel=0.01))  # fmt: skip
    assert change.verdict == "regression" or change.reason.kind == "few_head_runs"


def test_a_throughput_that_doubles_is_better(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = {"s.L.track_throughput": {"unit": "1/s"}, "version": 2}
    for number in range(30):
        write(tmp_path, number, 1.0 if number < 15 else 2.0, benchmark="s.L.track_throughput")
    (tmp_path / "asv" / "benchmarks.json").write_text(json.dumps(known))
    place, _ = brought_in(tmp_path)
    [point] = changes(place, "throughput")[0]
    assert point.direction == "better"


def test_files_of_a_folder_are_stored_together(tmp_path, monkeypatch):
    for number in range(300):
        write(tmp_path, number, 1.0)
    stored = []
    once = Ledger.add_new

    def counted(self, some):
        stored.append(len(some))
        return once(self, some)

    monkeypatch.setattr(Ledger, "add_new", counted)
    _, [told] = brought_in(tmp_path)
    assert (told.files, told.records, told.added, stored) == (300, 300, 300, [200, 100])


def test_what_was_imported_before_settings_gets_its_own(tmp_path):
    write(tmp_path, 0, 1.0)
    place, _ = brought_in(tmp_path)
    with Ledger(place) as ledger:
        [wanted] = [ledger.run(name) for name in ledger.ids("run")]
    as_revision_5(place)
    with Ledger(place) as ledger:
        assert [ledger.run(name) for name in ledger.ids("run")] == [wanted]
        reader = TimelineReader(ledger)
        [line] = reader.all()
        assert line.machine == machine_class(wanted.environment)
        assert reader.machines([line]) == {line.machine: "box, Python 3.12"}


def as_revision_5(place):
    """Without what revision 6 brings."""
    with closing(sqlite3.connect(place)) as connection, connection:
        for table, column in (("documents", "data"), ("results", "environment")):
            path = "$.environment.setting" if table == "documents" else "$.setting"
            connection.execute(f"UPDATE {table} SET {column} = json_remove({column}, '{path}')")
        connection.execute("UPDATE results SET machine = 'x', environment_hash = 'x'")
        connection.execute("UPDATE loadledger_version SET version_num = '0005'")


def test_rounds_of_a_comparison_that_runs_yet_are_no_part_of_a_history(tmp_path):
    """`suite import results` while `suite ab` ran had all rounds of both commits in the ledger."""
    results = tmp_path / "results"
    with Journal(results, "comparison", "comparison") as journal, Ledger(tmp_path / "ledger.db") as ledger:
        room = journal.room()
        for folder in (room / "runs", results / "runs", results / "journal"):
            folder.mkdir(exist_ok=True)
            run = make_run()
            write_document(folder / "20260101T000000Z-x-1.json", envelope("run", [run], exit_code=0))
        faults = []
        (found,) = import_all(ledger, [str(results)], workload_of, faults)
        assert (found.files, faults) == (2, [])
        (found,) = import_all(ledger, [str(tmp_path)], workload_of, faults)
        assert (found.files, faults) == (2, [])
        (found,) = import_all(ledger, [str(room)], workload_of, faults)
        assert found.files == 1
