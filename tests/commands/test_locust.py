"""`suite locust`: what is its own and what is Locust's."""

import contextlib
import json
import os

import pytest

from suite.commands import locust


@pytest.fixture
def became(monkeypatch):
    """What the process would have become: its words, and what it was told to run."""
    seen = []
    monkeypatch.setattr(os, "execv", lambda program, words: seen.append((program, words)))
    monkeypatch.setenv("LOADLEDGER_LOCUST", "")
    return seen


def test_workloads_come_first_and_the_rest_is_locusts(became):
    locust.command(["dicom", "load_shop.py", "--users", "50", "--headless", "-t", "30s"])
    ((_, words),) = became
    assert json.loads(os.environ["LOADLEDGER_LOCUST"]) == ["dicom", "load_shop.py"]
    assert words[-4:] == ["50", "--headless", "-t", "30s"]


def test_nothing_to_run_is_said(command):
    said = command("locust", "--headless")
    assert said.code == 2
    assert said.complaints == [
        "suite: name a workload or a load file, before the options of Locust: suite list"
    ]


def test_without_locust_its_extra_is_named(command, monkeypatch):
    monkeypatch.setattr("suite.errors.find_spec", lambda name: None)
    said = command("locust", "dicom")
    assert said.code == 2
    assert said.complaints == ["suite: locust is not installed; run: pip install 'loadledger[locust]'"]


def test_a_locustfile_is_written_once(command):
    command.example("load_items.py")
    said = command("locust", "load_items.py", "canary/cpu", "--write")
    assert said.code == 0
    assert said.out == "locustfile.py is written; run it with: locust -f locustfile.py\n"
    written = (command.folder / "locustfile.py").read_text()
    assert "globals().update(users(str(HERE / 'load_items.py'), 'canary/cpu'))" in written
    compile(written, "locustfile.py", "exec")
    again = command("locust", "load_items.py", "--write")
    assert again.code == 2
    (complaint,) = again.complaints
    assert complaint == "suite: there is a locustfile.py already: move it away, or write in another folder"
    assert (command.folder / "locustfile.py").read_text() == written


def test_a_locustfile_that_is_a_link_elsewhere_is_not_written_to(command):
    """What came with a checkout made a file where it led."""
    folder = command.folder / "here"
    folder.mkdir()
    (folder / "locustfile.py").symlink_to("../outside.py")
    with contextlib.chdir(folder):
        said = command("locust", "canary/cpu", "--write")
    assert said.code == 2
    assert "locustfile.py: it is a link that leads out of its folder; remove it" in said.err
    assert not (command.folder / "outside.py").exists()


def test_a_load_file_may_be_called_what_it_likes(command):
    command.example("load_items.py")
    (command.folder / "load_items.py").rename(command.folder / 'load_"{x}".py')
    assert command("locust", 'load_"{x}".py', "--write").code == 0
    written = (command.folder / "locustfile.py").read_text().replace("globals().update(users(", "asked = ((")
    found = {"__file__": str(command.folder / "locustfile.py")}
    exec(written.replace("from suite.integrations.locust import users", ""), found)
    assert found["asked"] == str(command.folder / 'load_"{x}".py')


@pytest.mark.parametrize(("words", "named"), [(["-f", "here.py"], "-f"), (["--users", "3"], "--users")])
def test_what_writing_has_no_use_for_is_said(command, words, named):
    said = command("locust", "canary/cpu", "--write", *words)
    assert said.code == 2
    assert said.complaints == [
        f"suite: --write runs nothing: give {named} to plain locust, or leave out --write"
    ]
    assert not (command.folder / "locustfile.py").exists()


def test_only_what_there_is_is_written(command):
    said = command("locust", "no_such.py", "--write")
    assert said.code == 2
    assert said.complaints == [f"suite: there is no file {command.folder / 'no_such.py'}"]
    assert not (command.folder / "locustfile.py").exists()


def test_a_locustfile_runs_beside_ours_and_against_the_one_system(command, became):
    command.example("load_items.py")
    mine = command.file("locustfile.py", "")
    locust.command(["load_items.py", "--users", "3"], locustfile="locustfile.py")
    ((_, words),) = became
    files = words[words.index("-f") + 1].split(",")
    assert files[0] == "locustfile.py"
    assert files[1].endswith("beside.py")
    assert words[-2:] == ["--users", "3"]
    target = f"{mine.with_name('load_items.py')}::items/browse"
    assert json.loads(os.environ["LOADLEDGER_LOCUST"]) == ["locustfile.py", target]
    locust.command(["--users", "3"], locustfile="locustfile.py")
    assert json.loads(os.environ["LOADLEDGER_LOCUST"]) == ["locustfile.py"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["-f", "none.py"], "suite: there is no file none.py"),
        (
            ["conversation", "-f", "here.py"],
            "suite: a locustfile is run against one system: name one workload of",
        ),
        (["vision/match-500", "-f", "here.py"], "suite: vision/match-500 runs a Python object: a locustfile"),
    ],
)
def test_what_a_locustfile_can_t_be_run_against_is_said(command, words, complaint):
    command.file("here.py", "")
    said = command("locust", *words)
    assert said.code == 2
    assert said.complaints[0].startswith(complaint)
