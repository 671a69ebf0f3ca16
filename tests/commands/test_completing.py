"""What a shell offers, without importing what it offers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from suite.commands.completing import workloads


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "load_shop.py").write_text(
        "raise SystemExit('imported')\n"
        "a = Workload('shop/browse', x, y)\n"
        "b = suite.Workload('shop/buy', x, y)\n"
        "c = Workload(f'shop/{name}', x, y)\n"
    )
    return tmp_path


def test_the_projects_own_come_first(here):
    assert workloads("") == ["load_shop.py", "shop/browse", "shop/buy"]
    assert workloads("shop/bu") == ["shop/buy"]


def test_systems_and_workloads_of_ours_are_offered_by_their_beginning(here):
    assert workloads("dic")[0] == "dicom"
    assert "dicom/forward" in workloads("dicom/")
    assert workloads("nothing") == []


def test_files_that_are_broken_offer_nothing(here):
    (here / "load_a.py").write_text("Workload('a/b' (((")
    (here / "load_b.py").write_bytes(b"Workload\xff\x00")
    (here / "load_c.py").symlink_to("nowhere")
    (here / "load_d.py").write_text("Workload(" + "-" * 100_000 + "1)")
    (here / "load_e.py").write_text("a = Workload('e/f')\nb = '\\d'\n")  # which has a warning
    assert workloads("a/") == workloads("load_c/") == []
    assert workloads("e/") == ["e/f"]


def test_a_shell_gets_them_without_a_load_file_or_numpy_being_imported(here):
    program = (
        "import sys; from suite.commands.run import command; from suite.commands.completing import workloads;"
        "print(workloads('shop/br')); print(*sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    offered, modules = said.stdout.splitlines()
    assert offered == "['shop/browse']"
    assert not {"numpy", "sqlalchemy", "rich.console", "pydantic", "uvloop"} & {*modules.split()}


def test_a_shell_that_asks_is_answered(here, command, monkeypatch):
    monkeypatch.chdir(here)
    for variable, value in (
        ("_SUITE_COMPLETE", "complete_bash"), ("COMP_WORDS", "suite run shop/b"), ("COMP_CWORD", "2")
    ):  # fmt: skip
        monkeypatch.setenv(variable, value)
    assert command().out.splitlines() == ["shop/browse", "shop/buy"]
