"""`suite run`: what it runs, and what its options change."""

import asyncio
import json
import threading

import pytest
from support.command import document
from support.processes import Suite
from support.variants import exhaustive


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


def test_a_full_name_a_module_and_several_files_are_targets(command):
    module = "suite.reference.vision.workloads"
    everything = document(command("list", module, "--json"))["workloads"]
    name = everything[0]["name"]
    load = command.example("load_counter.py")
    found = document(command("list", name, load, module, name, "--json"))["workloads"]
    assert found[0]["name"] == name
    assert len(found) == len(everything) + 2


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
    "values",
    [{"step": 7, "ratio": 2.0, "name": "a=b", "fast": True}, {"name": ""}],
    ids=["each", "empty"],
)
def test_set_has_the_type_of_the_default(command, values):
    load = command.example("load_counter.py")
    said = {"step": "7", "ratio": "2", "name": values["name"], "fast": "ON"}
    words = [word for name in values for word in ("--set", f"{name}={said[name]}")]
    words += ["-k", "click", "--operations", "1", "--rounds", "1", "--json", "-"]
    parameters = document(command("run", load, *words))["results"][0]["plan"]["parameters"]
    found = {name: parameters[name] for name in values}
    assert found == values
    assert [*map(type, found.values())] == [*map(type, values.values())]


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

    asyncio.run_coroutine_threadsafe(end(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.parametrize("scheme", ["", exhaustive("http://"), exhaustive("tcp://")])
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
