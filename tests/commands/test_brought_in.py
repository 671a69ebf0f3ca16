"""The next command keeps for good what a killed one had measured; a ledger that is locked ends nothing."""

import fcntl
import json
import os
import shutil
import signal
import sqlite3
import time
from dataclasses import replace

import pytest
from support.runs import make_run

from suite.errors import Interrupted, StoreError
from suite.formats.document import dumps
from suite.formats.envelope import envelope
from suite.ledger.journal import Journal
from suite.ledger.store import Ledger
from suite.records.run import Failure

ENDED = Failure("interrupted", "the command ended before this was whole")
RUN = replace(make_run(error=ENDED), partial=True, workload="counter/click")
BEGINS = "suite: note: a command ended before all was kept; "
NOTE = f"{BEGINS}what it had measured of counter/click is results/runs/"


@pytest.fixture
def killed(command, engine):
    """A folder of results in which a command was killed."""
    results = command.folder / "results"
    with Ledger(results / "ledger.db") as ledger, Journal(results, "runs", "run", ledger.identity) as journal:
        journal.keep(RUN)
    return command


def test_show_brings_in_what_a_killed_run_had_measured(killed):
    said = killed("show")
    assert said.code == 0
    assert said.err.startswith(NOTE)
    assert said.err.count("\n") == 1
    assert "counter/click" in said.out
    assert killed("show").err == ""
    assert len(killed.saved()) == 1


def test_the_next_command_that_measures_brings_it_in_too(killed):
    said = killed("run", killed.example("load_counter.py"), "-k", "watch")
    assert (said.code, said.err.startswith(NOTE)) == (0, True)
    assert "counter/click" in killed("show").out


@pytest.mark.parametrize(
    "words", [("history",), ("compare", "HEAD"), ("gate", "HEAD"), ("blame", "response.p99"), ("export", "-")]
)
def test_what_reads_the_ledger_brings_it_in_first(killed, words):
    assert killed(*words).err.startswith(NOTE)
    assert killed("show").err == ""


def test_an_interrupt_before_anything_was_measured_is_said(command, engine):
    engine.answers = {"counter/click": Interrupted(signal.SIGINT)}
    said = command("run", command.example("load_counter.py"), "-k", "click")
    assert (said.code, said.complaints) == (130, ["suite: interrupted before anything was measured"])


@pytest.mark.parametrize("name", [".owner", "ledger", "runs/x.json.journal"])
def test_a_pipe_in_the_journal_is_not_waited_for(killed, name):
    """`suite show` hung where a folder of results had one."""
    folder = killed.folder / "results/journal/theirs"
    (folder / "runs").mkdir(parents=True)
    (folder / ".owner").touch()
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    said = killed("show")
    assert said.code == 0
    assert NOTE in said.err


def theirs(command, draft="runs/a.json.journal", **round_files):
    """A journal that came with a folder of results."""
    folder = command.folder / "results/journal/theirs"
    (folder / draft).parent.mkdir(parents=True)
    (folder / ".owner").touch()
    (folder / draft).write_text(dumps(envelope("run", [replace(RUN, id="theirs")], exit_code=130)))
    for name, text in round_files.items():
        (folder / "round").mkdir(exist_ok=True)
        (folder / "round" / name.replace("_", "-")).write_text(text)
    return folder


@pytest.mark.parametrize("link", ["results/journal/theirs", "results/journal"])
def test_a_journal_that_is_a_link_has_nothing_removed(command, link):
    """`suite show` in a checkout that had results/journal/x -> ../.. removed the whole checkout."""
    theirs = command.folder / "theirs"
    (theirs / "src").mkdir(parents=True)
    for folder in (theirs, theirs / "src"):
        (folder / ".owner").touch()
    (theirs / "src" / "work.py").write_text("1")
    (command.folder / link).parent.mkdir(parents=True)
    (command.folder / link).symlink_to(theirs)
    command("show")
    assert (theirs / "src" / "work.py").exists()
    assert (theirs / ".owner").exists()


@pytest.mark.parametrize("link", ["runs", "runs/a.json.journal"])
def test_nothing_is_brought_in_from_elsewhere(command, link):
    folder = theirs(command)
    elsewhere = command.folder / "elsewhere"
    (folder / link).rename(elsewhere)
    (folder / link).symlink_to(elsewhere)
    command("show")
    assert elsewhere.exists()
    assert elsewhere.is_file() or [path.name for path in elsewhere.iterdir()] == ["a.json.journal"]
    assert not (command.folder / "results/runs").exists()


def held(**fields):
    about = {"index": 0, "loop": "closed", "warmup": 0, "seconds": 1, "names": ["a"], "row_bytes": 39}
    column = {"rows": 8, "planned": None, "by_loop": True}
    told = {"of": "a.json.journal", "round": {**about, "columns": [{**column, **fields}]}}
    return {"round": json.dumps(told), "ended": "1 5000000000", "columns_0": "\1" * 9000}


@pytest.mark.parametrize(
    "files",
    [
        {"round": "[]"},
        {"round": '{"of": "a.json.journal", "round": 5}'},
        held(rows=0),
        held(rows=1 << 40),
        held(planned=8, due=8, choices="!!!"),
        held(marks=True),
        {**held(), "ended": "1"},
    ],
)
def test_whatever_a_journal_says_the_next_command_goes_on(killed, files):
    theirs(killed, **files)
    said = killed("show")
    assert said.code == 0
    assert NOTE in said.err


@pytest.mark.parametrize("text", [b"\xff\xfe", b"postgresql://elsewhere/x"])
def test_a_journal_of_another_ledger_or_of_none_is_passed_over(killed, text):
    folder = theirs(killed)
    (folder / "ledger").write_bytes(text)
    said = killed("show")
    assert (said.code, said.err.count("\n")) == (0, 1)
    assert folder.exists()


def test_the_name_of_a_draft_steers_no_terminal(killed):
    theirs(killed, "ru\x1b[31mns/a\x1b]0;owned\x07.json.journal")
    said = killed("show")
    assert not set("\x1b\x07") & set(said.out + said.err)
    assert "owned" in said.err


def test_a_watchman_that_never_comes_is_waited_for_once(command, monkeypatch):
    """Each draft took its twenty seconds, however many there were."""
    monkeypatch.setattr("suite.ledger.left_behind._WATCHMAN_SECONDS", 0.3)
    folder = theirs(command, round="{}")
    for name in "bcdefghi":
        shutil.copy(folder / "runs/a.json.journal", folder / f"runs/{name}.json.journal")
    held = (folder / "round/.held").open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    looked = []
    monkeypatch.setattr("suite.ledger.left_behind.is_abandoned", lambda *_: looked.append(time.monotonic()))
    said = command("show")
    held.close()
    assert said.err.count("is written there yet; try again later") == 9
    assert max(looked) - min(looked) < 2 * 0.3


def locked(folder):
    """A ledger that another process holds."""
    database = sqlite3.connect(folder / "results/ledger.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    return database


def test_a_ledger_that_stays_locked_leaves_documents_and_the_command_that_brings_them_in(
    command, engine, monkeypatch
):
    """All workloads are measured, and the fault is told once."""
    load = command.example("load_counter.py")
    command("run", load, "-k", "click")
    monkeypatch.setattr(
        Ledger.__init__, "__kwdefaults__", {**Ledger.__init__.__kwdefaults__, "timeout": 0.01}
    )
    engine.asked.clear()
    holder = locked(command.folder)
    try:
        said = command("run", load, "--json", "out.json")
    finally:
        holder.close()
    assert list(engine.asked) == ["counter/click", "counter/watch"]
    assert said.code == 2
    assert "CONFIGURATION ERROR  2 passed; saved in results; 2 not in the ledger" in said.out
    fault, mend = said.complaints
    assert "stays locked by another process" in fault
    assert len(json.loads((command.folder / "out.json").read_text())["results"]) == 2
    words = mend.partition("suite import ")[2].split()
    assert len(words) == 2
    assert command("import", *words).code == 0
    assert command("show", "counter/watch").code == 0


def test_what_could_be_kept_nowhere_is_in_the_journal_and_comes_with_the_next_command(
    command, engine, monkeypatch
):
    def fail(*_):
        raise StoreError("can't write it: the disk is full; free some space")

    results = command.folder / "results"
    load = command.example("load_counter.py")

    def run(workload, settings, *, reference, progress, keeper, stopping):
        keeper.keep(RUN)
        return replace(RUN, partial=False, error=None)

    monkeypatch.setattr("suite.engine.coordinator.run", run)
    with monkeypatch.context() as full:
        full.setattr("suite.commands.output.write_document", fail)
        full.setattr(Ledger, "add", fail)
        said = command("run", load, "-k", "click")
    assert said.code == 2
    assert said.out.splitlines()[-1] == "CONFIGURATION ERROR  1 passed; 1 could not be kept"
    (draft,) = (path.relative_to(command.folder) for path in results.glob("journal/*/runs/*.journal"))
    assert said.complaints == [
        f"suite: note: what there is of it is {draft}; the next command brings it in",
        "suite: can't write it: the disk is full; free some space",
    ]
    after = command("show")
    assert after.err.startswith(NOTE)
    assert "killed" not in after.err, "nobody killed it: the disk was full"


def test_what_was_killed_between_document_and_ledger_is_in_both(command, monkeypatch):
    class Killed(Exception):
        pass

    def kill(*_):
        raise Killed

    whole = replace(RUN, partial=False, error=None)

    def run(workload, settings, *, reference, progress, keeper, stopping):
        keeper.keep(whole)
        return whole

    monkeypatch.setattr("suite.engine.coordinator.run", run)
    load = command.example("load_counter.py")
    with monkeypatch.context() as killed:
        killed.setattr(Ledger, "add", kill)
        with pytest.raises(AssertionError, match="Traceback"):
            command("run", load, "-k", "click")
    assert len(command.saved()) == 1
    assert command("show").err.startswith(NOTE)
    with Ledger(command.folder / "results/ledger.db") as ledger:
        assert ledger.run(whole.id) == whole
    assert len(command.saved()) == 1


def test_what_the_ledger_lacked_of_a_command_that_was_killed_before_it_said_so_is_in_it(command, monkeypatch):
    """Of six workloads two, measured while the server was down: their documents were there, and no word."""

    class Killed(Exception):
        pass

    def refuse(*_):
        raise StoreError("the server was shut down")

    def run(workload, settings, *, reference, progress, keeper, stopping):
        if workload.name != RUN.workload:
            raise Killed
        keeper.keep(whole)
        return whole

    whole = replace(RUN, partial=False, error=None)
    monkeypatch.setattr("suite.engine.coordinator.run", run)
    load = command.example("load_counter.py")
    with monkeypatch.context() as killed:
        killed.setattr(Ledger, "add", refuse)
        killed.setattr("suite.commands.output.Output.tell_unkept", lambda _: None)
        with pytest.raises(AssertionError, match="Traceback"):
            command("run", load)
    assert len(command.saved()) == 1
    assert command("show").err.startswith(NOTE)
    with Ledger(command.folder / "results/ledger.db") as ledger:
        assert ledger.run(whole.id) == whole
    assert len(command.saved()) == 1
