"""`prepare`: what it makes reaches users and checks, and is undone however the round ends."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from examples.load_echo import Line, serve
from support.processes import Suite, wait_for
from support.variants import exhaustive

from suite import Component, Server, User, Workload, closed_loop, operation
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.engine.preparation import Preparation
from suite.errors import ConfigurationError

pytestmark = pytest.mark.usefixtures("rounds_once")

ONE = Settings(rounds=1)


@pytest.fixture
def prepared():
    """`prepared(function)`: its Preparation."""
    with asyncio.Runner() as runner:
        yield lambda function: Preparation(function, runner, 0.05)


def test_functions_and_coroutines_return_what_is_prepared(prepared):
    async def later(system):
        return {"of": system}

    assert prepared(lambda system: [system, (1, 2)]).begin("x") == ["x", [1, 2]]
    assert prepared(later).begin("x") == {"of": "x"}
    assert prepared(lambda _: None).begin("x") is None


def test_what_follows_the_yield_runs_once_at_the_end(prepared):
    done = []

    def plain(system):
        yield system
        done.append("plain")

    async def later(system):
        yield system
        await asyncio.sleep(0)
        done.append("async")

    for function in (plain, later):
        one = prepared(function)
        assert one.begin("x") == "x"
        assert not done
        one.end()
        one.end()
        assert len(done) == 1
        done.clear()


def test_what_json_can_not_hold_is_undone_and_told(prepared):
    done = []

    def prepare(_system):
        yield {1, 2}
        done.append(True)

    for function in (prepare, lambda _: object(), lambda _: float("nan")):
        with pytest.raises(ConfigurationError, match="prepare must give plain data"):
            prepared(function).begin("x")
    assert done == [True]


def test_a_second_yield_is_a_fault(prepared):
    def prepare(_system):
        yield 1
        yield 2

    one = prepared(prepare)
    assert one.begin("x") == 1
    with pytest.raises(ConfigurationError, match="yields more than once"):
        one.end()


async def waits(_system):
    await asyncio.sleep(60)


async def keeps_the_loop(_system):
    time.sleep(60)


def computes(_system):
    while True:
        pass


def sleeps(_system):
    time.sleep(60)
    yield


@pytest.mark.parametrize("prepare", [waits, keeps_the_loop, computes, sleeps], ids=lambda one: one.__name__)
def test_what_takes_too_long_is_cut_off(prepared, prepare):
    """Code that kept the worker was stopped with it, half a minute later, as an operation that blocks."""
    with pytest.raises(TimeoutError):
        prepared(prepare).begin("x")


def test_what_undoes_it_is_cut_off_too(prepared):
    def prepare(_system):
        yield 1
        time.sleep(60)

    one = prepared(prepare)
    one.begin("x")
    with pytest.raises(TimeoutError):
        one.end()


def test_alarms_of_others_go_on(prepared):
    before = signal.getsignal(signal.SIGALRM)
    prepared(lambda _: 1).begin("x")
    assert signal.getsignal(signal.SIGALRM) is before


async def account(system):
    """A file stands for what is made in the system; it is named after the round."""
    file = Path(system.parameters["folder"], f"account-{system.round}")
    file.write_text("1")
    yield {"file": str(file)}
    file.unlink()


class Owner(Line):
    @operation
    async def look(self):
        assert Path(self.prepared["file"]).exists()
        self.keep(self.prepared["file"])


class Killer(Owner):
    @operation
    async def look(self):
        os.kill(os.getpid(), signal.SIGKILL)


def the_same_everywhere(_system, kept, recording):
    assert set(kept) == {recording.prepared["file"]}
    assert Path(recording.prepared["file"]).exists()


async def echo(system, folder):
    await serve(system)


def served(folder, users, prepare=account, **more):
    system = Server(echo, folder=str(folder))
    return Workload(
        "echo/prepared", system, users, loop=closed_loop(2, operations=10), prepare=prepare, **more
    )


def test_what_is_prepared_reaches_users_and_checks_and_goes(tmp_path):
    result = run(served(tmp_path, Owner, checks=[the_same_everywhere]), Settings(rounds=1, workers=2))
    assert result.exit_code in (0, 3), (result.checks, result.error, result.details)
    assert result.outcomes["ok"] == 10
    assert result.checks[0].passed
    assert not list(tmp_path.iterdir())


@pytest.mark.exhaustive
def test_it_goes_when_a_worker_is_killed(tmp_path):
    result = run(served(tmp_path, Killer), ONE)
    assert result.error.kind == "worker"
    assert not list(tmp_path.iterdir())


def fails(system):
    raise ValueError(f"no account for {system.parameters['folder']}")


def test_a_prepare_that_raises_is_one_clear_line(tmp_path):
    result = run(served(tmp_path, Owner, prepare=fails), ONE)
    assert result.error.kind == "system"
    assert result.error.message == f"prepare: ValueError: no account for {tmp_path}"


def cleans_badly(_system):
    yield {"file": "/"}
    raise OSError("the account is in use")


@pytest.mark.exhaustive
def test_what_can_not_be_undone_is_a_failed_check(tmp_path):
    result = run(served(tmp_path, Owner, prepare=cleans_badly), ONE)
    assert [(check.name, check.passed) for check in result.checks] == [("what was prepared is undone", False)]
    assert result.checks[0].detail.endswith("OSError: the account is in use")
    assert result.exit_code == 1


class Till:
    def __init__(self):
        self.open = False


class Cashier(User):
    def connect(self, till):
        self.till = till

    @operation
    def count(self):
        assert self.till.open
        assert self.prepared == "opened"


def opened(till):
    till.open = True
    yield "opened"
    till.open = False


def closed_again(till, _kept, _recording):
    assert till.open


def test_a_component_is_prepared_itself():
    workload = Workload(
        "till/count", Component(Till), Cashier, loop=closed_loop(1, operations=5), prepare=opened,
        checks=[closed_again],
    )  # fmt: skip
    result = run(workload, ONE)
    assert result.exit_code in (0, 3), (result.checks, result.error)
    assert result.outcomes["ok"] == 5


LOAD = """
from pathlib import Path
from suite import Server, User, Workload, closed_loop, operation

def serve(system):
    import socket
    with socket.create_server((system.host, system.port)) as listener:
        while True:
            listener.accept()[0].close()

def prepare(system):
    file = Path({folder!r}, system.round)
    file.touch()
    yield None
    file.unlink()

class Waiting(User):
    @operation(think="10ms")
    async def look(self):
        pass

owned = Workload("a/owned", Server(serve), Waiting, loop=closed_loop(1, seconds=60), prepare=prepare)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, exhaustive(signal.SIGINT), exhaustive(signal.SIGHUP)])
def test_it_goes_when_the_whole_group_is_interrupted(tmp_path, number):
    """SIGTERM to the group once ended the process that had something to undo."""
    folder = tmp_path / "accounts"
    folder.mkdir()
    load = tmp_path / "load_owned.py"
    load.write_text(LOAD.format(folder=str(folder)))
    suite = Suite(tmp_path, "run", str(load))
    try:
        wait_for(lambda: any(folder.iterdir()))
    finally:
        os.killpg(suite.process.pid, number)
    assert suite.finish() == 128 + number
    assert not list(folder.iterdir())
    assert suite.left_behind() == []
