"""Objects on their way to a process that has never heard of their modules."""

import os
import pickle
import subprocess
import sys

from suite.process.pickled import PickledWorkload, load_as

OPEN = "import pickle, sys; print(pickle.load(sys.stdin.buffer).open()())"


def opened_elsewhere(pickled, cwd):
    said = subprocess.run(
        [sys.executable, "-c", OPEN], input=pickle.dumps(pickled), capture_output=True, check=False, cwd=cwd
    )
    assert said.returncode == 0, said.stderr.decode()
    return said.stdout.decode().strip()


def test_a_module_below_packages_that_no_import_would_find(tmp_path):
    """As pytest's importlib mode names test modules: "tests.unit.test_it" without any such package."""
    file = tmp_path / "test_it.py"
    file.write_text("def answer():\n    return 'forty-two'\n")
    module = load_as("invented.unit.test_it", file)
    pickled = PickledWorkload.pack(module.answer)
    assert ("invented.unit.test_it", str(file)) in pickled.modules
    assert opened_elsewhere(pickled, tmp_path) == "forty-two"


def test_a_function_of_a_function_travels_with_what_it_uses(tmp_path):
    word = "closure"

    def answer():
        return word.upper()

    assert opened_elsewhere(PickledWorkload.pack(answer), tmp_path) == "CLOSURE"


def test_what_can_be_imported_travels_by_reference(tmp_path):
    pickled = PickledWorkload.pack(os.getcwd)
    assert pickled.modules == ()
    assert len(pickled.pickled) < 200
    assert opened_elsewhere(pickled, tmp_path) == str(tmp_path)


class Strict:
    """A finder without defaults, as asv has one on sys.meta_path."""

    def find_spec(self, fullname, path, target):
        return None


def test_a_finder_without_defaults_is_asked_as_the_import_system_asks_it(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [Strict(), *sys.meta_path])
    assert PickledWorkload.pack(os.getcwd).modules == ()
