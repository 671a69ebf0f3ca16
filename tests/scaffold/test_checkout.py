"""What about a project makes figures unreliable."""

import shutil
from types import SimpleNamespace

import pytest
from support.processes import EXAMPLES
from support.repositories import Scratch

from suite.scaffold import checkout
from suite.scaffold.checkout import examine_project


def kinds(folder, *files, results="results"):
    found = examine_project(folder, folder / results, files)
    assert {one.area for one in found} == {"project"}
    return {one.reason.kind: (one.severity, dict(one.reason.figures)) for one in found}


def project(folder, text):
    (folder / "pyproject.toml").write_text(text)
    return kinds(folder)


def test_a_folder_with_nothing_in_it(tmp_path):
    assert {kind: severity for kind, (severity, _) in kinds(tmp_path).items()} == {
        "no_checkout": "note",
        "not_installable": "note",
        "no_load_file": "note",
    }


def test_a_checkout_clean_and_changed(tmp_path):
    there = Scratch(tmp_path)
    there.write("a.py", "1\n")
    there.commit("one")
    assert kinds(tmp_path)["clean_checkout"][0] == "good"
    (tmp_path / "a.py").write_text("2\n")
    assert kinds(tmp_path)["differs_from_commit"][0] == "note"
    (tmp_path / ".git" / "shallow").write_text("0" * 40 + "\n")
    assert kinds(tmp_path)["shallow"][0] == "warning"


def test_a_checkout_that_git_refuses(tmp_path, monkeypatch):
    monkeypatch.setattr(checkout, "untold", lambda _: "dubious ownership")
    assert kinds(tmp_path)["git_refuses"] == ("warning", {"said": "dubious ownership"})


@pytest.mark.parametrize(
    ("text", "kind", "severity"),
    [
        ("[project", "broken_pyproject", "warning"),
        ('project = "shop"', "broken_pyproject", "warning"),
        ("[tool.ruff]\n", "not_installable", "note"),
        ('[project]\nname = "shop"\n', "unbuildable", "warning"),
        ('[project]\nversion = "1"\n', "unbuildable", "warning"),
        ('[project]\nname = "no-such-shop"\ndynamic = ["version"]\n', "not_installed", "note"),
        ('[project]\nname = "pytest"\nversion = "1"\n', "installed", "good"),
    ],
)
def test_whether_a_commit_of_it_can_be_installed(tmp_path, text, kind, severity):
    assert project(tmp_path, text)[kind][0] == severity


def test_what_asv_would_install_is_not_there(tmp_path):
    (tmp_path / "asv.conf.json").write_text('{"version": 1}')
    assert kinds(tmp_path)["asv_has_nothing"][0] == "warning"
    (tmp_path / "asv.conf.json").write_text('{"version": 1, "install_command": []}')
    assert kinds(tmp_path)["not_installable"][0] == "note"


def test_results_that_can_not_be_written(tmp_path, monkeypatch):
    (tmp_path / "results").write_text("a file")
    assert kinds(tmp_path, results="results/here")["no_place_for_results"][0] == "fatal"
    monkeypatch.setattr("psutil.disk_usage", lambda _: SimpleNamespace(free=5e6))
    assert kinds(tmp_path, results="else")["little_room"][1] == {"place": str(tmp_path), "free": 5e6}


def test_a_load_file_that_can_not_be_loaded(tmp_path):
    (tmp_path / "load_a.py").write_text("import no_such_module_of_theirs\n")
    severity, figures = kinds(tmp_path, "load_a.py")["broken_load_file"]
    assert severity == "fatal"
    assert "No module named 'no_such_module_of_theirs'" in figures["said"]


def test_a_load_file_that_is_slow_to_import_and_which_package_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(checkout, "_SLOW", 0.05)
    (tmp_path / "dear.py").write_text("import time; time.sleep(0.2)\n")
    shutil.copy(EXAMPLES / "load_counter.py", tmp_path)
    path = tmp_path / "load_counter.py"
    path.write_text(path.read_text().replace("\nfrom suite", "\nimport dear\nfrom suite", 1))
    severity, figures = kinds(tmp_path, "load_counter.py")["slow_import"]
    assert (severity, figures["package"]) == ("warning", "dear")
    assert figures["most"] >= 0.2
    assert figures["seconds"] >= figures["most"]


def test_what_a_load_file_says_when_it_ends_is_no_time(tmp_path):
    shutil.copy(EXAMPLES / "load_counter.py", tmp_path)
    path = tmp_path / "load_counter.py"
    path.write_text(path.read_text() + 'import atexit, sys\natexit.register(print, "bye", file=sys.stderr)\n')
    assert {"load_file", "slow_import"} & set(kinds(tmp_path, "load_counter.py"))


def test_a_load_file_that_ends_the_process_can_not_be_loaded(tmp_path):
    (tmp_path / "load_a.py").write_text("import os\nos._exit(0)\n")
    assert kinds(tmp_path, "load_a.py")["broken_load_file"][1]["said"] == "it said nothing"


def test_a_place_for_results_that_there_can_not_be(tmp_path):
    assert "no_place_for_results" not in kinds(tmp_path, results="x" * 300)


def test_a_load_file_that_never_ends_importing(tmp_path, monkeypatch):
    monkeypatch.setattr(checkout, "_LONGEST", 0.05)
    (tmp_path / "load_a.py").write_text("while True: pass\n")
    assert kinds(tmp_path, "load_a.py")["endless_import"][0] == "fatal"
