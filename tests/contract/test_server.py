"""Servers: Python code in a process of its own."""

import os
from pathlib import Path
from typing import Any

import pytest
from support.scripts import alive
from support.serving import ask, die, echo, listen, report, sleep

from suite import Address, Remote, Server
from suite.contract.system import Placement
from suite.errors import ConfigurationError, SystemFailed
from suite.process.ready import accepts_connections, wait_ready


def test_an_async_server() -> None:
    with Server(echo, suffix=b"!") as system:
        assert ask(system, b"hello\n") == b"hello\n!"
        assert system.url == f"http://127.0.0.1:{system.port}"
        assert system.roots() == [system.pid]
        assert system.failure() is None
        directory, pid, child = system.directory, system.pid, system.child
        assert child is not None
        system.stop()
        assert child.exit_status == 0
        assert child.tail() == "unwound"
        system.stop()  # at any time, more than once
    assert not alive(pid)
    assert not directory.exists()
    assert system.roots() == []


def test_a_plain_server_stops_too() -> None:
    with Server(listen) as system:
        child = system.child
    assert child is not None
    assert child.exit_status == 0


def test_a_server_sees_its_helpers_and_its_directory() -> None:
    system = Server(report, words=["a", "b"])
    database = Remote("http://127.0.0.1:5432")
    database.attach(Address("127.0.0.1", 5432, "http://127.0.0.1:5432"))
    system.beside = {"database": database}
    with system:
        text = (system.directory / "report").read_text()
        assert text.split("\n") == ["a", "b", database.url, str(system.directory), str(system.pid)]


def test_a_server_in_a_place_of_its_own(tmp_path: Path) -> None:
    core = min(os.sched_getaffinity(0))
    system = Server(listen)
    try:
        system.start(Placement(tmp_path / "system", cores=frozenset({core})))
        assert os.sched_getaffinity(system.pid) == {core}
        assert (tmp_path / "system" / "output.log").exists()
    finally:
        system.stop()


def test_a_server_begins_before_its_helpers_are_there(tmp_path: Path) -> None:
    system, place = Server(report, words=["a"]), Placement(tmp_path / "system")
    database = Remote("http://127.0.0.1:5432")
    system.beside = {"database": database}
    try:
        system.begin(place)
        assert system.child is not None
        begun = system.child.pid
        database.attach(Address("127.0.0.1", 5432, "http://127.0.0.1:5432"))
        system.start(place)
        assert system.pid == begun
        assert database.url in (system.directory / "report").read_text()
    finally:
        system.stop()
    assert not alive(begun)


def test_a_server_that_has_begun_may_be_stopped(tmp_path: Path) -> None:
    system = Server(sleep)
    system.begin(Placement(tmp_path / "system"))
    assert system.child is not None
    pid = system.child.pid
    system.stop()
    assert system.child is None
    assert not alive(pid)


def test_a_server_that_dies_says_why() -> None:
    with pytest.raises(SystemFailed, match="RuntimeError: no licence") as caught, Server(die):
        pass
    assert caught.value.exit_code == 4


def unreadable() -> Server:
    raise ConfigurationError("load_x.py can't be loaded: line 1: NameError")


def test_a_server_whose_process_can_not_read_the_load_file_is_a_configuration_error(tmp_path: Path) -> None:
    """The system itself has not been tried."""
    system = Server(listen)
    for _ in range(2):  # stopped, it can be started again
        with pytest.raises(ConfigurationError, match=r"^load_x\.py can't be loaded: line 1: NameError$"):
            system.start(Placement(tmp_path / "system", spec=unreadable))
        system.stop()
    try:
        system.start(Placement(tmp_path / "system"))
        assert system.answers()
    finally:
        system.stop()


def test_a_server_that_is_started_again_reads_the_load_file_again(tmp_path: Path) -> None:
    system, place = Server(listen), Placement(tmp_path / "system", spec=listening)
    try:
        system.start(place)
        first, child = system.pid, system.child
        assert child is not None
        child.kill()
        system.restart(place)
        assert system.pid != first
        wait_ready(accepts_connections, system, system.child, 30)
    finally:
        system.stop()


def listening() -> Server:
    return Server(listen)


def test_a_server_that_is_never_ready() -> None:
    system = Server(sleep, deadline=2)
    with pytest.raises(SystemFailed, match=r"(?s)not ready within 2 s.*I will not listen"):
        system.__enter__()
    assert system.child is None
    assert not alive(system.pid)
    assert not system.directory.exists()


def test_a_probe_of_ones_own() -> None:
    asked = []

    def third_time(system: Any) -> bool:
        asked.append(system.port)
        return len(asked) > 2

    with Server(listen, ready=third_time) as system:
        assert asked == [system.port] * 3
