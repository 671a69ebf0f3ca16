"""What `suite` does when all is well: run, list, show, and the options of each."""

import asyncio
import json
import re
import resource
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import typer.main
from support.processes import Suite
from support.runs import make_run, validity_of
from support.variants import exhaustive

import suite
from suite.ab.checkout import Checkout
from suite.ab.repository import Commit
from suite.cli import COMMANDS as SHORT
from suite.cli import app
from suite.records.run import CheckResult, Failure

GROUP: Any = typer.main.get_command(app)
NOTHING, IMPORT, HELP = ["-c", "pass"], ["-c", "import suite"], ["-m", "suite.cli", "--help"]
COMMANDS = sorted(GROUP.commands)


def document(said):
    """stdout, which must be JSON and nothing else."""
    return json.loads(said.out)


# --- help


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)])
def test_help_shows_examples(command, words):
    said = command(*words, "--help")
    assert said.code == 0
    assert said.err == ""
    assert "Examples:\n" in said.out
    assert len(re.findall(rf"^ +suite {words[0] if words else ''}", said.out, re.M)) >= 1
    assert max(map(len, said.out.splitlines())) <= 100


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_of_the_help_are_commands(command, name):
    examples = re.findall(rf"^ +suite {name}\b(.*?)(?:   .*)?$", command(name, "--help").out, re.M)
    targets = set()
    for example in examples:
        context = GROUP.commands[name].make_context(name, shlex.split(example))
        targets |= {target for target in context.params.get("targets") or () if not target.endswith(".py")}
    assert command("list", *sorted(targets)).code == 0


def test_without_a_command_there_is_help(command):
    said = command()
    assert said.code == 2
    assert said.out == ""
    assert "Examples:" in said.err


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_told_in_the_line_that_its_own_help_begins_with(command, name):
    assert SHORT[name] in " ".join(command(name, "--help").out.split())


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["run", "--hlep"], *([c, "--help"] for c in COMMANDS)]
)
def test_help_is_light(words):
    script = (
        "import sys, suite.cli\n"
        "try: suite.cli.main(sys.argv[1:])\n"
        "except SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True)
    loaded = set(said.stderr.split())
    assert "suite.errors" in loaded
    heavy = {"numpy", "sqlalchemy", "alembic", "rich", "memray", "uvloop", "suite.engine"}
    assert not heavy & loaded
    others = {f"suite.commands.{name}" for name in COMMANDS} - {f"suite.commands.{words[0]}"}
    assert not others & loaded, "a command is imported when it is called"


def test_what_starting_costs(capsys):
    """As shares of a Python that does nothing (some 14 ms), which no load on the machine changes much: a goal
    of 150 ms for the library and 300 for a help text."""

    def seconds(*words):
        found = []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *words], capture_output=True, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
        return min(found)

    bare, library, command = (seconds(*words) for words in (NOTHING, IMPORT, HELP))
    with capsys.disabled():
        sys.stdout.write(f" CPU: import suite {1000 * library:.0f} ms, suite --help {1000 * command:.0f} ms ")
    assert library < 11 * bare
    assert command < 22 * bare


@pytest.mark.parametrize("module", ["suite", "suite.cli"])
def test_it_runs_as_a_module_and_tells_its_version(module):
    said = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, f"loadledger {suite.__version__}\n")


# --- run, list, show


def test_a_run_is_printed_kept_and_shown_again(command):
    load = command.example("load_counter.py")
    ran = command("run", load, "--rounds", 1)
    assert (ran.code, ran.err) == (0, "")
    assert "counter/click" in ran.out
    assert "✓ check counts" in ran.out
    assert "PASSED  2 passed; saved in results" in ran.out
    assert len(command.saved()) == 2

    runs = document(command("show", "--json"))["runs"]
    assert [run["workload"] for run in runs] == ["counter/watch", "counter/click"]
    table = command("show")
    assert (table.code, table.out.count("counter/")) == (0, 2)
    assert command("show", "--limit", 1).out.count("counter/") == 1
    assert command("show", "counter/click").out.count("counter/") == 1

    whole = command("show", runs[1]["id"][:8])
    assert "✓ check counts" in whole.out
    (shown,) = document(command("show", runs[1]["id"], "--json"))["results"]
    assert shown["outcomes"]["ok"] == 2000
    (kept,) = command.folder.glob("results/runs/*click*")
    assert json.loads(kept.read_text())["results"] == [shown]


def test_the_real_command_runs_and_leaves_nothing_behind(tmp_path, command):
    suite = Suite(tmp_path, "run", command.example("load_counter.py"), "--rounds", "1", "--json", "-")
    assert suite.finish() == 0, suite.err
    result = json.loads(suite.out)
    assert [run["workload"] for run in result["results"]] == ["counter/click", "counter/watch"]
    assert (result["schema"], result["verdict"], result["exit_code"]) == (2, "pass", 0)
    assert "PASSED" in suite.err
    assert suite.left_behind() == []


def test_listing(command):
    said = command("list", command.example("load_counter.py"))
    assert (said.code, said.err) == (0, "")
    assert "counter/click  closed loop, 1 user, 2,000 operations\n  counts as fast as it can\n" in said.out
    assert "step=1 ratio=0.5 name=x fast=False" in said.out
    assert "depth=3" in said.out
    assert "counter read small write" in said.out


def test_listing_as_json(command):
    click, watch = document(command("list", command.example("load_counter.py"), "--json"))["workloads"]
    assert click["name"] == "counter/click"
    assert click["loop"]["operations"] == 2000
    assert click["operations"] == ["click", "look"]
    assert click["parameters"] == {"step": 1, "ratio": 0.5, "name": "x", "fast": False}
    assert watch["parameters"] == {"depth": 3}


def test_listing_all_that_is_installed(command):
    names = {found["name"] for found in document(command("list", "--json"))["workloads"]}
    assert {name.partition("/")[0] for name in names} >= {"dicom", "conversation", "vision"}
    some = document(command("list", "dicom", "vision/", "--json"))["workloads"]
    assert {found["name"].partition("/")[0] for found in some} == {"dicom", "vision"}


def test_a_full_name_a_module_and_several_files_are_targets(command):
    module = "suite.reference.vision.workloads"
    everything = document(command("list", module, "--json"))["workloads"]
    name = everything[0]["name"]
    load = command.example("load_counter.py")
    found = document(command("list", name, load, module, name, "--json"))["workloads"]
    assert found[0]["name"] == name
    assert len(found) == len(everything) + 2


# --- which workloads, which operations


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {"counter/click": set(), "counter/watch": set()}),
        (["-k", "CLICK"], {"counter/click": set()}),
        (["--tags", "small"], {"counter/click": set()}),
        (["-t", "small", "-t", "counter"], {"counter/click": set(), "counter/watch": set()}),
        (["--tags", "read"], {"counter/click": {"click"}, "counter/watch": {"click"}}),
        (["--tags", "small", "-T", "write"], {"counter/click": {"click"}}),
        (["--exclude-tags", "small"], {"counter/watch": set()}),
        (["--exclude-tags", "read"], {"counter/click": {"look"}, "counter/watch": {"look"}}),
        (["-T", "read", "-k", "watch"], {"counter/watch": {"look"}}),
    ],
)
def test_selection(command, engine, words, expected):
    assert command("run", command.example("load_counter.py"), *words).code == 0
    assert {name: settings.skipped_operations for name, settings in engine.asked.items()} == expected


def test_operations_left_out_do_not_run(command):
    load = command.example("load_counter.py")
    said = command("run", load, "-k", "click", "--tags", "read", "--rounds", 1, "--json", "-")
    (run,) = document(said)["results"]
    assert run["outcomes"]["ok"] == 2000
    assert not [name for name in run["metrics"] if name.endswith("@click")]


def test_a_threshold_on_an_operation_that_is_left_out_goes_with_it(command):
    load = command.example("load_counter.py")
    command.file(
        "loadledger.toml",
        """
        [thresholds."response.p50@click"]
        critical = "10s"
        """,
    )
    with_it = document(command("run", load, "-k", "click", "--rounds", 1, "--json", "-"))
    assert [judged["passed"] for judged in with_it["results"][0]["thresholds"]] == [True]
    without = document(command("run", load, "-k", "click", "-T", "write", "--rounds", 1, "--json", "-"))
    assert without["results"][0]["thresholds"] == []
    assert without["exit_code"] == 0


# --- what the options change


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {"rounds": None, "quick": False, "workers": 1, "seed": 1, "seconds": None}),
        (["--rounds", 5], {"rounds": 5}),
        (["--quick"], {"quick": True}),
        (["--users", 7, "--seed", 42], {"users": 7, "seed": 42}),
        (["--seconds", "300"], {"seconds": 300.0}),
        (["--seconds", "5min"], {"seconds": 300.0}),
        (["--seconds", "250ms"], {"seconds": 0.25}),
        (["--operations", 10], {"operations": 10}),
        (["--each", 10], {"each": 10, "operations": None}),
    ],
)
def test_options(command, engine, words, expected):
    assert command("run", command.example("load_counter.py"), "-k", "click", *words).code == 0
    settings = engine.asked["counter/click"]
    assert {name: getattr(settings, name) for name in expected} == expected


@pytest.mark.parametrize(("text", "rate"), [("200", 200.0), ("200/s", 200.0), ("120/min", 2.0)])
def test_rates(command, engine, text, rate):
    assert command("run", command.example("load_echo.py"), "-k", "open", "--rate", text).code == 0
    assert engine.asked["echo/open"].rate == rate


def test_the_plan_says_what_the_options_made_of_it(command):
    load = command.example("load_counter.py")
    words = ["--operations", 300, "--rounds", 2, "--seed", 9, "--set", "step=4", "--set", "fast=yes"]
    (run,) = document(command("run", load, "-k", "click", *words, "--json", "-"))["results"]
    assert run["rounds"] == 2
    assert run["plan"]["operations"] == 300
    assert run["plan"]["seed"] == 9
    assert run["plan"]["parameters"] == {"step": 4, "ratio": 0.5, "name": "x", "fast": True}
    (check,) = run["checks"]
    assert check["passed"]
    assert int(check["detail"].split()[0]) == 4 * int(check["detail"].split()[2])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("step=7", {"step": 7}),
        ("ratio=2", {"ratio": 2.0}),
        ("name=a=b", {"name": "a=b"}),
        ("name=", {"name": ""}),
        ("fast=ON", {"fast": True}),
    ],
)
def test_set_has_the_type_of_the_default(command, text, values):
    load = command.example("load_counter.py")
    words = ["-k", "click", "--operations", 1, "--rounds", 1, "--set", text, "--json", "-"]
    parameters = document(command("run", load, *words))["results"][0]["plan"]["parameters"]
    name = text.partition("=")[0]
    assert {name: parameters[name]} == values
    assert type(parameters[name]) is type(values[name])


def test_each_of_several_workloads_takes_the_parameters_that_it_knows(command, engine):
    load = command.example("load_counter.py")
    assert command("run", load, "--set", "step=2", "--set", "depth=5").code == 0
    assert engine.asked["counter/click"].values == {"step": "2"}
    assert engine.asked["counter/watch"].values == {"depth": "5"}


def test_users_of_an_echo_server_in_two_workers(command):
    words = ["-k", "closed", "--users", 3, "--workers", 2, "--seconds", "0.2", "--rounds", 1, "--json", "-"]
    (run,) = document(command("run", command.example("load_echo.py"), *words))["results"]
    assert (run["plan"]["users"], run["plan"]["workers"]) == (3, 2)
    assert run["outcomes"]["ok"] > 0
    assert len(run["pids"][0]["workers"]) == 2


@pytest.fixture
def echoing():
    """An echo server that was there before; its port."""
    loop = asyncio.new_event_loop()

    async def answer(reader, writer):
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(answer, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield server.sockets[0].getsockname()[1]

    async def end():
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.parametrize("scheme", ["", "http://", "tcp://"])
def test_a_target_that_is_running_already(command, echoing, scheme):
    target = f"{scheme}127.0.0.1:{echoing}"
    words = ["-k", "closed", "--target", target, "--seconds", "0.2", "--rounds", 1, "--json", "-"]
    said = command("run", command.example("load_echo.py"), *words)
    assert said.code == 0
    (run,) = document(said)["results"]
    assert run["plan"]["target"] == target
    assert run["outcomes"]["ok"] > 0
    for name in ("memory.peak", "memory.growth", "cpu.per_operation"):
        assert run["metrics"][name]["value"] is None
        assert run["metrics"][name]["note"]
    assert run["pids"][0]["system"] == []


# --- where it goes


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


# --- exit codes


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


# --- configuration file


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


# --- everything


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
