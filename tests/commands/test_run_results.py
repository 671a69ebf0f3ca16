"""`suite run`: where results go, what it ends with, what the configuration says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.command import document
from support.runs import make_run, validity_of
from support.variants import exhaustive

from suite.ab.checkout import Checkout
from suite.ab.repository import Commit
from suite.errors import SystemFailed
from suite.records.run import CheckResult, Failure


def test_json_into_a_file_and_results_elsewhere(command):
    load = command.example("load_counter.py")
    said = command("run", load, "-k", "click", "--json", "new/folder/out.json", "--results", "elsewhere",
                   "--operations", 9, "--rounds", 1)  # fmt: skip
    assert said.code == 0
    assert "saved in elsewhere" in said.out
    result = json.loads((command.folder / "new/folder/out.json").read_text())
    assert (result["verdict"], len(result["results"])) == ("pass", 1)
    assert (command.folder / "elsewhere/ledger.db").exists()
    assert len(list(command.folder.glob("elsewhere/runs/*.json"))) == 1
    assert not (command.folder / "results").exists()
    assert command("show", "--results", "elsewhere").out.count("counter/click") == 1


def test_forms_for_other_tools_are_written_as_it_ends(command, engine):
    load = command.example("load_counter.py")
    words = ["--junit", "j.xml", "--html", "page.html", "--markdown", "m.md", "--csv", "c.csv"]
    said = command("run", load, *words)
    assert said.code == 0
    assert said.out.splitlines()[-4:] == ["wrote page.html", "wrote m.md", "wrote j.xml", "wrote c.csv"]
    cases = (command.folder / "j.xml").read_text()
    assert cases.count("<testsuite ") == 2
    said = command("run", load, "--json", "-", "--junit", "j.xml")
    assert document(said)
    assert "wrote j.xml" in said.err


def test_what_was_measured_until_a_fault_is_in_the_forms_too(command, engine):
    load = command.example("load_counter.py")
    engine.answers = {"counter/watch": SystemFailed("no port is free")}
    said = command("run", load, "--junit", "j.xml")
    assert said.code == 4
    assert (command.folder / "j.xml").read_text().count("<testsuite ") == 1


def test_a_form_that_can_not_be_written_is_told_before_anything_runs(command, engine):
    load = command.example("load_counter.py")
    command.file("file", "")
    for words, why in (
        (("--junit", "file/j.xml"), "a part of its path is a file"),
        (("--csv", "-"), "--csv: stdout has the tables; give a file"),
    ):
        said = command("run", load, *words)
        assert said.code == 2
        assert why in said.complaints[0]
    assert engine.asked == {}


@pytest.mark.parametrize("how", [exhaustive("option"), "variable", exhaustive("file")])
def test_a_ledger_elsewhere(command, monkeypatch, how):
    command.example("load_counter.py")
    words = ["--ledger", "team.db"] if how == "option" else []
    if how == "variable":
        monkeypatch.setenv("LOADLEDGER_LEDGER", "team.db")
    if how == "file":
        command.file("loadledger.toml", "ledger = 'team.db'")
    assert command("run", "load_counter.py", "-k", "click", "--operations", 9, *words).code == 0
    assert (command.folder / "team.db").exists()
    assert not (command.folder / "results/ledger.db").exists()
    assert "counter/click" in command("show", *words).out
    assert len(command.saved()) == 1


def test_rounds_of_a_comparison_are_in_no_ledger_of_a_team(command, monkeypatch):
    """They inherit our environment; an empty variable means what none does."""
    side = Checkout("base", Commit("0" * 40, ""), command.folder, Path(sys.executable))
    monkeypatch.setenv("LOADLEDGER_LEDGER", "team.db")
    for name, value in side.variables(command.folder).items():
        if name.startswith("LOADLEDGER"):
            monkeypatch.setenv(name, value)
    command.example("load_counter.py")
    assert command("run", "load_counter.py", "-k", "click", "--operations", 9, "--results", "r").code == 0
    assert (command.folder / "r/ledger.db").exists()
    assert not (command.folder / "team.db").exists()


@pytest.mark.parametrize("name", ["run", "list"])
def test_stdout_is_json_alone_even_if_a_load_file_prints(command, engine, name):
    load = command.file("load_chatty.py", "print('hello')\nfrom load_counter import *\n")
    command.example("load_counter.py")
    said = command(name, load, "--json", *(["-"] if name == "run" else []))
    assert said.code == 0
    assert document(said)
    assert "hello" in said.err


def test_a_summary_instead_of_tables_of_many_workloads(command, engine):
    text = "from load_counter import *\n" + "".join(
        f"w{n} = Workload('many/{n}', Component(Counter), Clicker, loop=closed_loop(1, operations=1))\n"
        for n in range(5)
    )
    command.example("load_counter.py")
    said = command("run", command.file("load_many.py", text))
    assert said.code == 0
    assert said.out.count("many/3") == 1
    assert "7 passed" in said.out


def outcome(**changes):
    return make_run(**changes)


GOOD = make_run()
CHECKED = make_run(checks=(CheckResult("kept", False, "2 of 3"),))
INVALID = make_run(validity=validity_of("invalid", "the generator was late"))
DEAD = make_run(error=Failure("system", "the system died"))


@pytest.mark.parametrize(
    ("first", "second", "code", "verdict"),
    [
        (GOOD, GOOD, 0, "pass"),
        (GOOD, CHECKED, 1, "fail"),
        (INVALID, GOOD, 3, "invalid"),
        (INVALID, CHECKED, 1, "fail"),
        (DEAD, CHECKED, 4, "error"),
    ],
)
def test_the_gravest_exit_code_counts(command, engine, first, second, code, verdict):
    engine.answers = {"counter/click": first, "counter/watch": second}
    said = command("run", command.example("load_counter.py"), "--json", "-")
    assert said.code == code
    assert (document(said)["verdict"], document(said)["exit_code"]) == (verdict, code)
    assert len(command.saved()) == 2


def test_invalid_can_be_a_warning(command, engine):
    load = command.example("load_counter.py")
    engine.answers = {"counter/click": INVALID}
    assert command("run", load, "--on-invalid", "fail").code == 3
    assert command("run", load, "--on-invalid", "warn").code == 0
    assert command("run", load, "--on-invalid=warn").code == 0
    engine.answers = {"counter/click": INVALID, "counter/watch": CHECKED}
    assert command("run", load, "--on-invalid", "warn").code == 1


def test_a_failing_check_ends_with_1(command):
    load = command.file(
        "load_it.py",
        """
        from load_counter import *

        def never(counter, kept, recording):
            assert False, "it is as I feared"

        loop = closed_loop(1, operations=9)
        broken = Workload("broken/check", click.system, Clicker, loop=loop, checks=[never])
        """,
    )
    command.example("load_counter.py")
    said = command("run", load, "-k", "broken", "--rounds", 1)
    assert said.code == 1
    assert "CHECK FAILED never: it is as I feared" in said.out


def test_the_table_of_pyproject(command):
    load = command.example("load_counter.py")
    command.file(
        "pyproject.toml",
        """
        [project]
        name = "mine"

        [tool.loadledger]
        rounds = 1
        operations = 30
        results = "kept"

        [tool.loadledger.thresholds]
        "throughput" = { critical = "1/s" }

        [tool.loadledger.workloads.counter.set]
        step = 3

        [tool.loadledger.workloads."counter/click".thresholds]
        "response.max" = { target = "1ns", critical = "1h" }
        """,
    )
    said = command("run", load, "-k", "click", "--json", "-")
    (run,) = document(said)["results"]
    assert said.code == 0
    assert (run["rounds"], run["plan"]["operations"], run["plan"]["parameters"]["step"]) == (1, 30, 3)
    judged = {(one["metric"], one["level"]): one["passed"] for one in run["thresholds"]}
    assert judged == {
        ("throughput", "critical"): True,
        ("response.max", "target"): False,
        ("response.max", "critical"): True,
    }
    assert (command.folder / "kept/ledger.db").exists()
    assert command("show").code == 0


def test_a_critical_threshold_of_the_configuration_fails_the_run(command):
    load = command.example("load_counter.py")
    config = command.file("strict.toml", 'rounds = 1\nthresholds."response.max" = { critical = "1ns" }\n')
    said = command("run", load, "-k", "click", "--config", config)
    assert said.code == 1
    assert "FAILED" in said.out


def test_the_command_line_goes_over_the_configuration(command, engine):
    load = command.example("load_counter.py")
    command.file("loadledger.toml", "rounds = 7\nworkers = 4\nseed = 5\nseconds = '1min'\nset.step = 5\n")
    config = command.file("other.toml", "rounds = 8")
    words = ["--workers", 1, "--seed", 1, "--operations", 6, "--set", "step=2"]
    assert command("run", load, "-k", "click", *words).code == 0
    settings = engine.asked["counter/click"]
    assert (settings.rounds, settings.workers, settings.seed) == (7, 1, 1)
    assert (settings.operations, settings.seconds) == (6, None)
    assert settings.values == {"step": "2"}
    assert command("run", load, "-k", "click", "--config", config).code == 0
    assert engine.asked["counter/click"].rounds == 8


def test_what_the_configuration_sets_for_other_workloads_is_only_a_note(command, engine):
    load = command.example("load_counter.py")
    command.file("loadledger.toml", "set.depth = 5\nset.wdith = 7")
    said = command("run", load)
    assert (said.code, said.err) == (
        0,
        "suite: note: loadledger.toml sets wdith, which no chosen workload has\n",
    )
    assert engine.asked["counter/watch"].values == {"depth": 5}


def test_a_checkout_that_git_refuses_for_its_owner_is_told_as_that(command, engine, monkeypatch):
    """It was recorded as "no commit" without a word."""
    load = command.example("load_counter.py")
    subprocess.run(["git", "init", "-q"], check=True)
    assert command("run", load).err == ""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    said = command("run", load)
    assert said.code == 0
    (line,) = said.complaints
    assert line.startswith("suite: note: no commit is recorded: detected dubious ownership in repository at ")
    assert line.endswith(f"git config --global --add safe.directory {command.folder}")


def test_a_tour_skips_what_an_extra_is_missing_for(command, engine, monkeypatch):
    from suite.config.catalog import from_file

    load = command.file(
        "needy.py",
        """
        from counter import *
        needy = Workload("needy/click", Component(Counter, needs=("dicom", "no_such_module")), Clicker,
                         loop=closed_loop(1, operations=5))
        for one in (needy, click, watch):
            one.tags |= {"tour"}
        """,
    )
    Path(command.example("load_counter.py")).rename(command.folder / "counter.py")
    monkeypatch.setattr("suite.config.catalog.installed", lambda _broken: from_file(load))
    said = command("run", "--json", "-")
    assert said.code == 0
    assert [run["workload"] for run in document(said)["results"]] == ["counter/click", "counter/watch"]
    assert all(settings.quick for settings in engine.asked.values())
    assert (
        "skipped  needy/click: no_such_module is not installed; run: pip install 'loadledger[dicom]'"
        in said.err
    )
    assert "2 passed, 1 skipped" in said.err
