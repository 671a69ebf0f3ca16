"""Where a record comes from."""

import re
import subprocess
from dataclasses import fields

from support.repositories import Scratch

from suite.measure.record_origin import RecordOrigin
from suite.records.provenance import Provenance


def test_it_gives_all_of_a_provenance_but_workload_and_plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    origin = RecordOrigin()
    found = origin.fields()
    assert found.keys() == {field.name for field in fields(Provenance)} - {"workload", "plan", "partial"}
    assert (found["commit"], found["branch"], found["dirty"]) == (None, None, False)
    assert re.fullmatch(r"[0-9a-f]{12}", found["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", found["started"])
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "--allow-empty", "-m", "x"],
        check=True,
    )
    later = origin.fields()
    assert (later["branch"], len(later["commit"])) == ("main", 40)
    assert (later["id"], later["started"]) == (found["id"], found["started"])
    assert RecordOrigin().id != origin.id


def test_a_commit_that_comes_meanwhile_is_not_what_was_measured(tmp_path, monkeypatch):
    """What an older commit took went into the history of a newer one."""
    repository = Scratch(tmp_path / "work")
    first = repository.commit("First")
    monkeypatch.chdir(repository.folder)
    origin, other = RecordOrigin(), RecordOrigin()
    assert (origin.known()["commit"], origin.known()["dirty"]) == (first, False)
    assert (origin.fields()["commit"], origin.fields()["dirty"]) == (first, False)
    second = repository.commit("Second")
    found = origin.fields()
    assert (found["commit"], found["branch"], found["dirty"]) == (first, origin.known()["branch"], True)
    assert (other.fields()["commit"], other.fields()["dirty"]) == (second, False)


def test_why_a_checkout_has_no_commit_stands_in_its_environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    assert "git" not in RecordOrigin().fields()["environment"]
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    found = RecordOrigin().fields()
    assert found["commit"] is None
    assert "dubious ownership" in found["environment"]["git"]


def test_of_a_folder_that_is_removed_meanwhile_what_was_known_stays(tmp_path, monkeypatch):
    """What all rounds had measured was neither kept nor shown."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    origin = RecordOrigin()
    before = origin.known()
    (tmp_path / "here").rmdir()
    assert origin.fields() == before
