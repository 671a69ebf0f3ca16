"""A place that can't be written, a full disk, a ledger that is none: seen before any load where it can be."""

import json
import os
import re
import resource
import sqlite3
import subprocess
from contextlib import contextmanager

import pytest
from support.capacities import make_capacity
from support.overloads import make_recovery
from support.records import make_calibration, make_search
from support.resiliences import make_resilience
from support.runs import make_run

from suite.errors import StoreError


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--results", "file"], "can't write file/runs/.*: a part of its path is a file; .*"),
        (["--results", "file/below"], "can't write file/below/runs/.*: a part of its path is a file; .*"),
        (["--results", "/proc/results"], "can't write /proc/results/runs/.*: .*"),
        (["--json", "file/out.json"], "can't write file/out.json: a part of its path is a file; .*"),
        (["--json", "."], "can't write .: it is a folder; give the name of a file"),
        (["--json", "/proc/out.json"], "can't write /proc/out.json: .*"),
        (["--json", "x" * 300], "can't write x*: the name is too long; choose a shorter one"),
    ],
)  # fmt: skip
def test_a_place_that_can_not_be_written(refused, engine, words, says):
    refused.file("file", "")
    refused("run", refused.example("load_counter.py"), *words, says=says)
    assert not engine.asked


def corrupt(path):
    path.write_bytes(b"garbage" * 1000)


def newer(path):
    with sqlite3.connect(path) as database:
        database.execute("update loadledger_version set version_num = '9999'")
    database.close()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (corrupt, "ledger results/ledger.db .* corrupt; it was left as it is: .*"),
        (newer, "ledger results/ledger.db .*newer.*"),
    ],
)
def test_a_ledger_that_can_not_be_used(command, engine, damage, says):
    load = command.example("load_counter.py")
    assert command("run", load).code == 0
    ledger = command.folder / "results/ledger.db"
    damage(ledger)
    before = ledger.read_bytes()
    engine.asked.clear()
    for words in (["run", load], ["show"], ["show", "counter/click"]):
        said = command(*words)
        assert (said.code, said.out) == (2, "")
        (line,) = said.complaints
        assert re.fullmatch(f"suite: {says}", line)
    assert not engine.asked
    assert ledger.read_bytes() == before


def test_a_full_device_for_the_document_loses_nothing(command, engine):
    said = command("run", command.example("load_counter.py"), "--json", "/dev/full")
    assert (said.code, said.complaints) == (
        2,
        ["suite: can't write /dev/full: the disk is full; free some space"],
    )
    assert len(command.saved()) == 2


@contextmanager
def mounted(folder, options):
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True).returncode:
        pytest.skip("a file system can't be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def tiny(tmp_path):
    """A file system of 1 MB."""
    with mounted(tmp_path / "tiny", "size=1m") as folder:
        yield folder


def fill(folder, leave=0):
    with (folder / "ballast").open("wb") as file:
        free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_bsize
        file.write(bytes(free - leave))


def test_a_full_disk(refused, engine, tiny):
    fill(tiny)
    refused("run", refused.example("load_counter.py"), "--results", tiny, says=".*the disk is full; free .*")
    assert not engine.asked


@pytest.mark.parametrize("left", [24, 48, 64, 80, 96])
def test_a_disk_that_runs_full_between_two_workloads(command, engine, tiny, left):
    """Wherever it happens: a line for each fault says so, and what was kept before can still be read."""
    load = command.example("load_counter.py")
    assert command("run", load, "-k", "click", "--results", tiny).code == 0
    fill(tiny, leave=left * 1024)
    engine.asked.clear()
    said = command("run", load, "--results", tiny, "--json", "out.json")
    if said.code:
        assert said.code == 2
        assert len({*said.complaints}) == len(said.complaints) > 0
        mends = [line for line in said.complaints if "brought in later by: suite import" in line]
        for line in said.complaints:
            assert line in mends or re.search("disk is full|check the disk and its space", line)
        kept = [path for path in tiny.glob("runs/*.json") if json.loads(path.read_text())["results"]]
        assert ("saved in" in said.out) == (len(kept) > 1)
        if engine.asked:
            assert json.loads((command.folder / "out.json").read_text())["exit_code"] == 2
    (tiny / "ballast").unlink()
    assert "counter/click" in command("show", "--results", tiny).out


NO_MORE_FILES = "it takes no more files, its inodes are used up; remove some files"


@pytest.mark.parametrize("files", range(1, 12))
def test_a_folder_that_takes_so_many_files_has_what_was_measured_or_says_so(
    command, monkeypatch, tmp_path, files
):
    """All files that there was room for were the journal's own, which kept nothing; the advice was to free
    space of a disk that had it, or to make a folder writable that was.
    """

    def run(workload, *_, keeper, **__):
        measured.append(workload.name)
        result = make_run(workload=workload.name)
        keeper.begin(result)
        keeper.keep(result)
        return result

    measured = []
    monkeypatch.setattr("suite.engine.coordinator.run", run)
    with mounted(tmp_path / "few", f"nr_inodes={files}") as folder:
        said = command("run", command.example("load_counter.py"), "-k", "click", "--results", folder)
        assert len([*folder.glob("runs/*.json")]) == len(measured)
        assert not (folder / "journal").exists()
    assert said.code in (0, 2)
    for line in said.complaints:
        assert line.endswith(NO_MORE_FILES) or "brought in later by: suite import" in line


def test_a_file_system_that_is_read_only_is_called_that(command, engine, tiny):
    """Of its ledger the advice was to make file and folder writable."""
    load = command.example("load_counter.py")
    assert command("run", load, "-k", "click", "--results", tiny).code == 0
    subprocess.run(["mount", "-o", "remount,ro", str(tiny)], check=True)
    command("run", load)
    said = command("import", "results/ledger.db", "--results", tiny)
    assert (said.code, len(said.complaints)) == (2, 1)
    assert "the file system is read-only; choose another folder" in said.complaints[0]


FOUND = {
    "run": ("suite.engine.coordinator.run", make_run),
    "leaks": ("suite.leaks.session.find_leaks", make_search),
    "capacity": ("suite.capacity.capacity.capacity", make_capacity),
    "resilience": ("suite.resilience.resilience.resilience", make_resilience),
    "recover": ("suite.resilience.recover.recover", make_recovery),
}


@pytest.mark.parametrize("ledger", ["full too", "well"])
@pytest.mark.parametrize("name", FOUND)
def test_saved_is_not_said_of_what_is_not(command, monkeypatch, name, ledger):
    """The disk is full when the result is there: that is shown, and told where `--json` wants it."""

    def full(*_):
        raise StoreError("can't write it: the disk is full; free some space")

    module, make = FOUND[name]
    monkeypatch.setattr(module, lambda *_, **__: make())
    monkeypatch.setattr("suite.commands.output.write_document", full)
    if ledger == "full too":
        monkeypatch.setattr("suite.ledger.store.Ledger.add", full)
    load = command.example("load_counter.py")
    said = command(name, load, "-k", "click", "--json", "out.json")
    assert said.code == 2
    assert said.complaints == ["suite: can't write it: the disk is full; free some space"]
    assert "saved" not in said.out
    assert make().workload in said.out
    out = json.loads((command.folder / "out.json").read_text())
    assert (len(out["results"]), out["exit_code"]) == (1, 2)
    assert len(command("show", "--json").out.splitlines()) > 3 or ledger == "full too"


def test_a_calibration_that_could_not_be_written_is_not_said_to_be_kept(command, monkeypatch):
    def full(*_):
        raise StoreError("can't write it: the disk is full; free some space")

    monkeypatch.setattr("suite.ab.calibration_store.write_document", full)
    monkeypatch.setattr("suite.ab.calibration.Calibrator.measure", lambda _: None)
    monkeypatch.setattr("suite.ab.calibration.Calibrator.enough", True)
    monkeypatch.setattr("suite.ab.calibration.Calibrator.calibration", lambda _: make_calibration())
    said = command("calibrate", "vision/match-10")
    assert (said.code, said.complaints) == (2, ["suite: can't write it: the disk is full; free some space"])
    assert make_calibration().workload in said.out
    assert "kept in" not in said.out


def test_where_no_file_may_be_that_large_it_says_so(command):
    """`ulimit -f` is for columns too, which lie in memory: it was called a fault of Loadledger."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    command.example("load_counter.py")
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, limits[1]))
        said = command("run", "load_counter.py", "-k", "click", "--operations", 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert said.code != 70
    assert "; allow larger ones: ulimit -f unlimited" in said.err


@pytest.mark.parametrize("words", [("run",), ("leaks",), ("soak", "--hours", 1)])
def test_too_few_files_that_may_be_open_are_told_before_anything_starts(command, words):
    """`ulimit -n 24 suite run` showed a worker's traceback, or a check that failed and a system with it."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    command.example("load_counter.py")
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (60, limits[1]))
        said = command(*words, "load_counter.py", "-k", "click")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert said.code == 2
    (line,) = said.complaints
    assert re.fullmatch(
        r"suite: counter/click: a process may have 60 files open \(ulimit -n\), and a round takes up to 64 "
        "and one a connection: ulimit -n 4096",
        line,
    )
    assert command.saved() == []
