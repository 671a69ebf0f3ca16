"""`suite doctor`: what is shown, and its exit code."""

import ast
import json
from pathlib import Path

import pytest

import suite
from suite.records.reason import Reason
from suite.report.reasons import doctor, words
from suite.report.terminal.console import make_console
from suite.report.terminal.symptoms import print_symptoms, remedy, symptoms_document
from suite.scaffold import tools
from suite.scaffold.symptom import Symptom, exit_code


@pytest.fixture(autouse=True)
def nothing_traced(monkeypatch):
    """What starts processes is tested beside itself."""
    monkeypatch.setattr(tools, "_memray", list)


def made():
    """All kinds that are found, by their files."""
    folder = Path(suite.__file__).parent / "scaffold"
    for name in ("machine.py", "tools.py", "checkout.py"):
        for node in ast.walk(ast.parse((folder / name).read_text())):
            if isinstance(node, ast.Constant) and node.value in doctor.KINDS:
                yield node.value


def test_every_kind_is_found_somewhere_and_what_is_not_good_says_what_to_do():
    assert set(made()) == doctor.KINDS.keys()
    assert doctor.REMEDIES.keys() < doctor.KINDS.keys()
    good = {"cores", "fast_governor", "quiet", "kernel", "valgrind", "memray", "clean_checkout", "installed"}
    assert doctor.KINDS.keys() - doctor.REMEDIES.keys() == {*good, "load_file", "no_pmu"}


def test_what_there_is_here(command):
    said = command("doctor")
    assert said.code == 0
    assert said.err == ""
    lines = said.out.splitlines()
    assert [line for line in lines if not line.startswith(" ")][:3] == ["machine", "tools", "project"]
    assert "no load file here" in said.out
    assert "→ suite init" in said.out
    assert not (command.folder / "results").exists()


def test_what_makes_figures_impossible_ends_it_with_2(command):
    command.file("load_broken.py", "import no_such_module_of_theirs\n")
    said = command("doctor")
    assert said.code == 2
    assert "✗  load_broken.py can't be loaded" in said.out
    assert said.out.splitlines()[-1] == "NO FIGURES  1 thing in their way"


def test_for_a_script(command):
    said = command("doctor", "--json")
    told = json.loads(said.out)
    assert (said.code, told["exit_code"]) == (0, 0)
    (absent,) = (one for one in told["findings"] if one["kind"] == "no_load_file")
    assert absent == {
        "area": "project",
        "severity": "note",
        "kind": "no_load_file",
        "figures": {},
        "says": words(Reason("no_load_file")),
        "do": "suite init",
    }


def test_the_gravest_comes_first_of_each_area(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    found = [
        Symptom("machine", "good", Reason("cores", {"cores": 4})),
        Symptom("machine", "note", Reason("swap_on", {"size": 2e9})),
        Symptom("machine", "warning", Reason("slow_governor", {"governor": "powersave"})),
    ]
    print_symptoms(make_console(), found)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[1].startswith("  !  the processor's clock is governed by powersave")
    assert lines[2] == "     → sudo cpupower frequency-set -g performance"
    assert lines[3] == "  ·  there is swap, 2 GB: memory that is short shows as latency"
    assert lines[5] == "  ✓  4 cores"
    assert lines[-1] == "UNSURE  1 thing that makes figures unreliable"
    assert exit_code(found) == 0
    assert symptoms_document(found[:1], 0)["findings"][0]["do"] is None
    assert remedy(Reason("turbo", {"file": "/sys/x", "off": 1})) == "echo 1 | sudo tee /sys/x"


def test_on_a_quiet_machine_it_says_so(capsys):
    print_symptoms(make_console(), [Symptom("machine", "good", Reason("memray"))])
    assert "READY" in capsys.readouterr().out
