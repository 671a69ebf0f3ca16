"""What was measured stays, however the command ends."""

import json
import os
import signal

import pytest
from support.processes import Suite, wait_for
from support.runs import make_run
from support.variants import exhaustive

from suite.engine.coordinator import RunInterrupted
from suite.errors import ConfigurationError, Interrupted, StoreError
from suite.records.run import Failure


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        (ConfigurationError("this makes no sense"), 2, "suite: this makes no sense\n"),
        (StoreError("can't write there"), 2, "suite: can't write there\n"),
        (RunInterrupted(signal.SIGINT, None), 130, ""),
        (RunInterrupted(signal.SIGTERM, make_run(error=Failure("interrupted", "x"))), 143, ""),
        (Interrupted(signal.SIGINT), 130, ""),
    ],
)
def test_a_fault_in_the_second_workload_keeps_the_first(command, engine, fault, code, says):
    engine.answers = {"counter/watch": fault}
    said = command("run", command.example("load_counter.py"), "--json", "out.json")
    assert (said.code, said.err) == (code, says)
    assert "counter/click" in said.out
    result = json.loads((command.folder / "out.json").read_text())
    assert result["exit_code"] == code
    assert result["results"][0]["workload"] == "counter/click"
    assert command("show", "counter/click").out.count("counter/click") == 1


def test_what_was_measured_before_a_load_file_went_is_kept_and_shown(command):
    """It said that nothing ran, and was in the journal only."""
    command.file(
        "load_gone.py",
        """
        from pathlib import Path
        from suite import Component, User, Workload, closed_loop, operation

        class Clicker(User):
            def connect(self, counter):
                self.counter = counter

            @operation
            def click(self):
                self.counter.append(1)

        def gone(system, kept, recording):
            Path(__file__).unlink()
            return True

        loop = closed_loop(1, operations=20)
        click = Workload("counter/click", Component(list), Clicker, loop=loop, checks=[gone])
    """,
    )
    said = command("run", "load_gone.py", "--rounds", 3, "--json", "out.json")
    assert said.code == 2
    assert "there is no file" in said.err
    assert "the next command brings it in" not in said.err
    assert "nothing ran" not in said.out
    document = json.loads((command.folder / "out.json").read_text())
    (result,) = document["results"]
    assert (document["exit_code"], result["partial"], result["outcomes"]["ok"]) == (2, True, 20)
    assert "there is no file" in result["error"]["message"]
    assert command("show", "counter/click").out.count("counter/click") == 1


def test_a_load_file_that_breaks_between_rounds_is_unusable_whoever_reads_it(command):
    """Where a Server's process did it was a system that would not start, with a traceback and exit code 4."""
    command.file(
        "load_broken.py",
        """
        import asyncio
        from pathlib import Path
        from suite import Server, User, Workload, closed_loop, operation

        async def serve(system):
            server = await asyncio.start_server(lambda _, writer: writer.close(), system.host, system.port)
            async with server:
                await server.serve_forever()

        class Caller(User):
            def connect(self, system):
                self.system = system

            @operation
            async def call(self):
                _, writer = await asyncio.open_connection(self.system.host, self.system.port)
                writer.close()

        def broken(system, kept, recording):
            with open(__file__, "a") as file:
                file.write("no_such_name\\n")
            return True

        loop = closed_loop(1, operations=20)
        call = Workload("served/call", Server(serve), Caller, loop=loop, checks=[broken])
    """,
    )
    said = command("run", "load_broken.py", "--rounds", 3, "--json", "out.json")
    assert said.code == 2, said.err
    assert said.complaints[-1].endswith(
        "can't be loaded: line 27: NameError: name 'no_such_name' is not defined"
    )
    assert "Traceback" not in said.out + said.err
    document = json.loads((command.folder / "out.json").read_text())
    (result,) = document["results"]
    assert (document["exit_code"], result["partial"], result["outcomes"]["ok"]) == (2, True, 20)


def test_a_store_that_fails_still_prints_and_tries_the_other_one(command, engine, monkeypatch):
    def fail(path, data):
        raise StoreError(f"can't write {path.name[-5:]}: the disk is full; free some space")

    monkeypatch.setattr("suite.commands.output.write_document", fail)
    said = command("run", command.example("load_counter.py"))
    assert (said.code, said.err) == (2, "suite: can't write .json: the disk is full; free some space\n")
    assert "response.p99" in said.out
    assert said.out.splitlines()[-1] == "CONFIGURATION ERROR  1 passed; 1 without a document"
    assert command("show").out.count("counter/click") == 1
    assert list(engine.asked) == ["counter/click"]


def test_a_fault_of_ours_is_owned_up_to(capfd, command, engine):
    engine.answers = {"counter/watch": ZeroDivisionError("oh")}
    with pytest.raises(AssertionError, match="Traceback"):
        command("run", command.example("load_counter.py"))
    assert command("show", "counter/click").code == 0


SLOW = """
from load_echo import *
first = Workload("slow/first", echo_server(), Talker, loop=closed_loop(1, seconds={}))
second = Workload("slow/second", echo_server(), Talker, loop=closed_loop(1, seconds=60))
del echo, long, endless, opened, mixed, dead, hanging
"""


def in_full_swing(suite):
    """Whether a worker of the command is there and has users."""
    wait_for(lambda: suite.files("kept.jsonl"))


def whole(results):
    """The workloads that were not interrupted; the one that was had begun its load, or had not."""
    return [run["workload"] for run in results if not run["partial"]]


@pytest.mark.exhaustive
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), exhaustive(signal.SIGTERM, 143)])
def test_an_interrupt_during_the_second_workload(tmp_path, command, number, code):
    command.example("load_echo.py")
    load = command.file("load_slow.py", SLOW.format(0.1))
    suite = Suite(tmp_path, "run", load, "--rounds", "1", "--json", "out.json")
    wait_for(lambda: list(tmp_path.glob("results/runs/*.json")))
    in_full_swing(suite)
    os.killpg(suite.process.pid, number)
    assert suite.finish() == code, suite.err
    assert suite.err == ""
    assert "INTERRUPTED  1 passed" in suite.out
    result = json.loads((tmp_path / "out.json").read_text())
    assert (result["exit_code"], whole(result["results"])) == (code, ["slow/first"])
    assert command("show").out.count("slow/first") == 1
    assert suite.left_behind() == []


@pytest.mark.exhaustive
def test_an_interrupt_during_the_first_workload(tmp_path, command):
    command.example("load_echo.py")
    load = command.file("load_slow.py", SLOW.format(60))
    suite = Suite(tmp_path, "run", load, "--rounds", "1", "--json", "out.json")
    in_full_swing(suite)
    os.killpg(suite.process.pid, signal.SIGINT)
    assert suite.finish() == 130, suite.err
    results = json.loads((tmp_path / "out.json").read_text())["results"]
    assert whole(results) == []
    said = "" if results else "suite: interrupted before anything was measured\n"
    assert (suite.err, "INTERRUPTED  nothing ran" in suite.out) == (said, not results)
    assert suite.left_behind() == []


def test_rounds_that_were_complete_are_kept_of_an_interrupted_workload(tmp_path, command):
    command.example("load_echo.py")
    load = command.file("load_slow.py", SLOW.format(0.4))
    suite = Suite(tmp_path, "run", load, "-k", "first", "--rounds", "200", "--json", "out.json")
    for _ in range(3):  # the scratch directory of a round comes and goes
        wait_for(lambda: suite.files("kept.jsonl"))
        wait_for(lambda: not suite.files("kept.jsonl"))
    os.killpg(suite.process.pid, signal.SIGINT)
    assert suite.finish() == 130, suite.err
    (run,) = json.loads((tmp_path / "out.json").read_text())["results"]
    assert run["error"]["kind"] == "interrupted"
    assert run["rounds"] >= 1
    assert run["outcomes"]["ok"] > 0
    assert command("show", "slow/first").out.count("slow/first") == 1


def test_an_interrupt_while_a_load_file_is_imported(tmp_path, command):
    load = command.file("load_it.py", "open('here', 'w').close()\nimport time\ntime.sleep(60)")
    suite = Suite(tmp_path, "run", load)
    wait_for((tmp_path / "here").exists)
    os.killpg(suite.process.pid, signal.SIGINT)
    assert suite.finish() == 130
    assert "Traceback" not in suite.err
    assert suite.err.strip() == "suite: interrupted"
