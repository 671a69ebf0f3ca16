"""What comes from outside is data: it names no place, steers no terminal, and stops nobody's command."""

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from support.capacities import make_capacity
from support.records import make_search
from support.runs import make_run

from suite.ab.manifest import read_manifest
from suite.compare.accepted import read_acceptances
from suite.errors import ConfigurationError
from suite.formats.document import dumps
from suite.formats.envelope import envelope
from suite.ledger.store import Ledger
from suite.ledger.summaries import past
from suite.measure.packages import packages
from suite.records.leak import LeakSearch
from suite.scaffold.project import read_project

EVIL = "\x1b]0;owned\x07\x9b31m\x1b[2J"
AWAY = "../../../away"


def written(path, *records, kind="run"):
    path.parent.mkdir(exist_ok=True)
    path.write_text(dumps(envelope(kind, records, exit_code=0)))
    return path


def altered(path, **fields):
    """A document whose first result says something else."""
    data = json.loads(path.read_text())
    data["results"][0].update(fields)
    path.write_text(json.dumps(data))


@pytest.mark.parametrize("form", ["document", "asv", "pytest-benchmark"])
def test_an_export_writes_nothing_outside_of_its_folder(command, form):
    environment = {**make_run().environment, "python": f"{AWAY}/{AWAY}"}
    run = make_run(id=f"{AWAY}/id", commit=f"../..{AWAY}", environment=environment)
    written(command.folder / "in" / "a.json", run)
    assert command("import", "in").code == 0
    before = {path for path in command.folder.rglob("*") if path.is_file()}
    inside = command.folder / "deep" / "down" / "out"
    assert command("export", inside, "--format", form).code == 0
    made = {path for path in command.folder.rglob("*") if path.is_file()} - before
    assert made
    assert all(inside in path.parents for path in made), made


@pytest.mark.parametrize("started", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_the_calendar_end_no_command(command, started):
    written(command.folder / "in" / "a.json", make_run(id="odd", started=started), make_run(id="usual"))
    said = command("import", "in")
    assert said.code == 0
    assert ("1 record of it began later than now" in said.err) == started.startswith("9")
    for words in (["show"], ["show", "odd"], ["history"], ["history", "response.p99"], ["export", "out"]):
        assert command(*words).code == 0, words
    assert len(list((command.folder / "out").iterdir())) == 2


def test_a_malformed_plan_is_one_line_and_the_rest_goes_on(command):
    altered(written(command.folder / "in" / "a.json", make_run(id="bad")), plan={"users": "many"})
    written(command.folder / "in" / "b.json", make_run(id="good"))
    said = command("import", "in")
    assert said.code == 2
    assert "1 new of 1" in said.out
    (line,) = said.complaints
    assert "the record of run bad is damaged: plan.users is no number from 0 on: 'many'" in line


def test_one_damaged_record_of_a_ledger_is_one_line(command):
    with Ledger(command.folder / "results" / "ledger.db") as ledger:
        for number in range(3):
            ledger.add(make_run(id=f"run{number}"))
    with closing(sqlite3.connect(command.folder / "results" / "ledger.db")) as base, base:
        base.execute("update documents set data = json_set(data, '$.plan.users', 'x') where id = 'run1'")
    said = command("export", "out")
    assert said.code == 2
    wrong = "plan.users is no number from 0 on: 'x'"
    assert said.complaints == [f"suite: the record of run run1 is damaged: {wrong}"]
    assert len(list((command.folder / "out").iterdir())) == 2
    assert command("show").code == 0
    assert command("show", "run1").complaints == said.complaints


HUGE = (
    "ledger {} has a value of more than 256 MiB there, which no result has; what else there is can be had: "
    "suite export FOLDER, and suite import FOLDER --ledger with another file"
)


@pytest.fixture
def huge(command, monkeypatch):
    """Put a value into a row of a ledger of three runs and a search that is larger than what is read."""
    monkeypatch.setattr("suite.ledger.database.LARGEST", 1 << 20)

    def put(change):
        with Ledger(command.folder / "results" / "ledger.db") as ledger:
            for number in range(3):
                ledger.add(make_run(id=f"run{number}", workload="shop/browse"))
            for number in range(2):
                ledger.add(make_search(id=f"leak{number}", workload="shop/browse"))
        with closing(sqlite3.connect(command.folder / "results" / "ledger.db")) as base, base:
            base.execute(change.replace("HUGE", "cast(zeroblob(2000000) as text)"))
        return HUGE.format("results/ledger.db")

    return put


def test_one_document_of_a_ledger_that_is_too_large_is_one_line_and_the_rest_goes_on(command, huge):
    """One ended what was asked of all of them."""
    line = huge("update documents set data = HUGE where id in ('run1', 'leak1')")
    said = command("export", "out")
    assert (said.code, said.complaints) == (2, [f"suite: {line}"])
    assert len(list((command.folder / "out").iterdir())) == 3
    assert command("show", "run1").complaints == [f"suite: {line}"]
    for words in (("show",), ("show", "run0"), ("history",), ("prune", "--keep", "1")):
        assert command(*words).code == 0, words
    damaged = []
    with Ledger(command.folder / "results" / "ledger.db", called="results/ledger.db") as ledger:
        (search,) = ledger.records(LeakSearch, damaged=damaged)
    assert (search.id, list(map(str, damaged))) == ("leak0", [line])
    said = command("import", "results/ledger.db", "--ledger", "other.db")
    assert said.code == 2
    assert "3 new of 5" in said.out
    assert len(said.complaints) == 1
    assert command("show", "leak0", "--ledger", "other.db").code == 0


def test_one_column_of_a_ledger_that_is_too_large_is_one_line(command, huge):
    """All that is indexed follows from documents: nothing is lost, and another ledger has it whole."""
    line = huge("update results set branch = HUGE where id = 'run1'")
    for words in (("show",), ("prune", "--keep", "1")):
        assert command(*words).complaints == [f"suite: {line}"]
    said = command("export", "out")
    assert (said.code, len(list((command.folder / "out").iterdir()))) == (0, 5)
    assert "5 new of 5" in command("import", "out", "--ledger", "other.db").out
    for other in (("show",), ("show", "run1"), ("prune", "--keep", "1")):
        assert command(*other, "--ledger", "other.db").code == 0


def test_an_odd_capacity_ends_nothing_but_itself(command):
    capacity = make_capacity(id="odd")
    looks = tuple(replace(look, load=-look.load, p99=-1.0) for look in capacity.found.looks)
    odd = replace(capacity, found=replace(capacity.found, looks=looks, low=-1e308, high=1e308))
    written(command.folder / "in" / "a.json", odd, kind="capacity")
    assert command("import", "in").code == 0
    assert command("show", "odd").code in (0, 2)
    assert command("history").code == 0


def test_nothing_of_a_document_steers_the_terminal(command):
    run = make_run(
        id=f"a{EVIL}", workload=f"shop/{EVIL}", branch=EVIL, commit=EVIL, plan={"loop": EVIL, "target": EVIL},
        environment={"cpu": EVIL, "setting": EVIL, "python": EVIL},
    )  # fmt: skip
    search = make_search(id=f"b{EVIL}", workload=EVIL, recordings=(EVIL,), plan={"loop": EVIL})
    capacity = make_capacity(id=f"c{EVIL}", workload=EVIL, plan={"loop": EVIL})
    written(command.folder / "in" / f"{EVIL.replace('/', '')}.json", run)
    written(command.folder / "in" / "b.json", search, kind="leaks")
    written(command.folder / "in" / "c.json", capacity, kind="capacity")
    (command.folder / "in" / f"d{EVIL}.json").write_text("nothing")
    for words in (
        ["import", "in"], ["show"], ["show", "a"], ["show", "b"], ["show", "c"], ["history"],
        ["history", "response.p99"], ["prune", "--keep", "1"], ["compare", "a", "b"], ["show", EVIL],
        ["export", "out", "--format", "asv"], ["blame", EVIL],
    ):  # fmt: skip
        said = command(*words)
        assert not set("\x1b\x07\x9b") & set(said.out + said.err), (words, said)


@pytest.mark.parametrize("field", ["id", "workload", "branch", "commit"])
def test_half_a_sign_in_a_document_ends_nothing(command, field):
    """One document with a lone surrogate kept all others from being imported."""
    altered(written(command.folder / "in" / "a.json", make_run()), **{field: "a\ud800b"})
    written(command.folder / "in" / "b.json", make_run(id="good"))
    assert command("import", "in").code == 0
    assert command("show", "good").code == 0
    for words in (["show"], ["export", "out"], ["report", "--html", "report.html"]):
        assert command(*words).code == 0, words


def test_a_pipe_in_an_imported_folder_is_passed_over(command):
    written(command.folder / "in" / "a.json", make_run())
    os.mkfifo(command.folder / "in" / "b.json")
    said = command("import", "in")
    assert (said.code, said.err) == (0, "")
    assert "1 new of 1" in said.out
    for words in (["import", "in/b.json"], ["compare", "in/b.json", "in/a.json"]):
        (line,) = command(*words).complaints
        assert line == "suite: can't read in/b.json: it is no file"


def test_runs_of_the_future_are_told_and_left_alone(command):
    times = ["2024-05-01T10:11:12+00:00", "2024-05-02T10:11:12+00:00", "2931-05-01T10:11:12+00:00"]
    runs = [make_run(id=f"run{at}", commit=f"{at}" * 40, started=time) for at, time in enumerate(times)]
    written(command.folder / "in" / "a.json", *runs)
    assert command("import", "in").complaints == [
        "suite: note: 1 record of it began later than now; look at the clocks"
    ]
    said = command("prune", "--keep", "1")
    assert "removed 1 run" in said.out
    assert "left alone: 1 run that began later than now" in said.out
    with Ledger(command.folder / "results" / "ledger.db") as ledger:
        assert ledger.ids("run") == ["run1", "run2"]


ENDLESS = "with recursive c(n) as (select 1 union all select n + 1 from c)"


@pytest.mark.parametrize("table", ["results", "documents", "metrics", "loadledger_version"])
def test_a_ledger_with_a_view_for_a_table_is_one_line(command, table):
    """One that selects from itself has no end, nor had `suite show` and `suite import`."""
    (command.folder / "other").mkdir()
    place = command.folder / "other" / "ledger.db"
    with Ledger(place) as ledger:
        ledger.add(make_run())
    with closing(sqlite3.connect(place)) as base, base:
        base.execute("pragma legacy_alter_table = on")
        base.execute(f"alter table {table} rename to theirs")
        names = ", ".join(f'theirs."{row[1]}"' for row in base.execute("pragma table_info(theirs)"))
        base.execute(f"create view {table} as {ENDLESS} select {names} from theirs, c")
    for words in (["import", place], ["show", "--ledger", place], ["history", "--ledger", place]):
        said = command(*words)
        told = "has views or triggers" in said.err or "is a database of something else" in said.err
        assert (said.code, told) in ((2, True), (0, False)), (words, said)


def test_a_trigger_of_a_ledger_does_nothing(command):
    with Ledger(command.folder / "ledger.db") as ledger:
        ledger.add(make_run())
    with closing(sqlite3.connect(command.folder / "ledger.db")) as base, base:
        base.execute(
            "create trigger t after insert on results begin "
            "insert into accepted select 'a', 'b', 'c', 'd', 'e' from results, results, results; end"
        )
    written(command.folder / "in" / "a.json", make_run(id="new"))
    said = command("import", "in", "--ledger", command.folder / "ledger.db")
    assert said.code == 2
    assert "has views or triggers, or reckons in its tables, which a ledger does not" in said.err


@pytest.mark.parametrize("name", ["loadledger.toml", "pyproject.toml", "loadledger.json"])
@pytest.mark.parametrize("text", ["a = " + "[" * 5_000 + "]" * 5_000, "rounds = " + "9" * 5_000])
def test_a_configuration_file_without_end_is_one_line(command, name, text):
    """What is nested without end, and a number of thousands of digits, were faults of ours."""
    text = text.partition(" = ")[2] if name.endswith("json") else text
    command.file(name, text)
    options = ["--config", name] if name.endswith("json") else []
    (line,) = command("show", *options).complaints
    assert line.startswith(f"suite: {name} is not valid {'JSON' if name.endswith('json') else 'TOML'}: ")


@pytest.mark.parametrize("key", ["results", "ledger", "notify"])
def test_a_name_with_a_nul_in_a_configuration_file_is_one_line(command, key):
    command.file("loadledger.toml", f'{key} = "https://a\\u0000b"')
    (line,) = command("show").complaints
    assert "has a NUL in it, which no name and no address has" in line


@pytest.mark.parametrize("text", ["[" * 5_000, "a = " + "9" * 5_000])
def test_other_files_of_a_checkout_without_end_end_nothing(command, text):
    for name in ("costs-accepted.toml", "pyproject.toml"):
        command.file(name, f"a = {text}{']' * 5_000}" if text[0] == "[" else text)
    with pytest.raises(ConfigurationError):
        read_acceptances(command.folder / "costs-accepted.toml")
    with pytest.raises(ConfigurationError, match=r"pyproject.toml can't be read"):
        read_project(command.folder)
    assert "build-system" in read_manifest(command.folder).terms
    packages(command.folder)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 200_000,
        b"not JSON",
        b'{"a": ' + b"1" * 6000 + b"}",
        b"\xffA",
        memoryview(b"\x00\xff"),
        b"",
    ],
    ids=["nested", "no-json", "digits", "no-utf-8", "blob", "empty"],
)
def test_a_document_of_a_ledger_that_is_none_is_one_line_and_others_go_on(command, data):
    """It was a traceback, in all commands."""
    with Ledger("odd.db") as ledger:
        ledger.add_new([make_run(id="sound"), make_run(id="odd")])
    with closing(sqlite3.connect("odd.db")) as database:
        value = data if isinstance(data, memoryview) else "?"
        database.execute("update documents set data = ? where id = 'odd'", [value])
        if value is not data:
            database.execute("update documents set data = cast(? as text) where id = 'odd'", [data])
        database.commit()
    assert command("show", "sound", "--ledger", "odd.db").code == 0
    for words in (["show", "odd", "--ledger", "odd.db"], ["export", "out", "--ledger", "odd.db"]):
        said = command(*words)
        assert said.code == 2
        [line] = said.complaints
        assert line.startswith("suite: the record of run ? is damaged: it is no object: ")
    assert len([*(command.folder / "out").glob("*.json")]) == 1


def test_a_column_that_is_computed_takes_no_memory_without_end(command):
    """A ledger of a hundred kilobytes took three gigabytes."""
    with Ledger("odd.db") as ledger:
        ledger.add(make_run(id="odd"))
    with closing(sqlite3.connect("odd.db")) as database:
        database.execute("alter table documents rename column data to other")
        computed = "replace(hex(zeroblob(90000000)), '00', '[[[[')"
        database.execute(f"alter table documents add column data text as ({computed})")
        database.commit()
    said = command("show", "odd", "--ledger", "odd.db")
    assert said.code == 2
    [line] = said.complaints
    assert "reckons in its tables" in line


@pytest.mark.parametrize(
    "change",
    [
        "started = 'abc'",
        "started = x'00'",
        "workload = x'ff'",
        "kind = 'zzz'",
        "verdict = 17",
        "verdict = x'ff'",
        "branch = x'ff00'",
        "id = x'ff'",
        "started_at = 'abc'",
        "plan = 'abc'",
        "plan = '[1]'",
        "environment = '7'",
        "reasons = '[1]'",
        "branch = 'a' || char(0)",
        "load = 'a/b' || char(0)",
    ],
)
def test_no_column_of_a_ledger_from_elsewhere_ends_a_command_with_an_error_of_ours(command, change):
    """They may say something else than the documents, and SQLite takes anything anywhere."""
    with Ledger("odd.db") as ledger:
        ledger.add_new([make_run(id="sound"), make_run(id="odd")])
    with closing(sqlite3.connect("odd.db")) as database:
        database.execute(f"update results set {change} where id = 'odd'")
        database.execute("update metrics set value = 'abc' where name = 'throughput'")
        database.execute(
            "insert into detections values ('w', 'm', 'x', '', '', 0, '[]', '[]', null, '{}', null)"
        )
        database.commit()
    for words in (["show"], ["show", "sound"], ["history"], ["prune", "--keep", "1"], ["report"]):
        assert command(*words, "--ledger", "odd.db").code == 0, words
    for words in (["show", "odd", "--ledger", "odd.db"], ["export", "out", "--ledger", "odd.db"]):
        said = command(*words)
        assert said.code in (0, 2), said
        assert len(said.complaints) < 2
    with Ledger("odd.db") as ledger:
        assert past(ledger, make_run().workload, 9)
