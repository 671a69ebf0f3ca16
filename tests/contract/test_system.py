"""What all systems have in common, with real processes."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from support.scripts import alive
from support.serving import HTTP, listen

from suite import Address, Command, Remote, Server
from suite.errors import ConfigurationError, MissingExtra


def test_a_system_starts_anew_every_time() -> None:
    system = Server(listen)
    with system:
        first = system.pid, system.directory
    with system:
        assert system.pid != first[0]
        assert system.directory != first[1]


def test_a_system_that_dies_later_is_noticed() -> None:
    with Server(listen) as system:
        os.kill(system.pid, signal.SIGKILL)
        assert system.child is not None
        system.child.wait(30)
        failure = system.failure()
        assert failure is not None
        assert "was killed by SIGKILL" in failure


def test_changing_parameters_makes_a_copy() -> None:
    system = Command("program --size {size}", size=1, colour="red")
    with pytest.raises(ConfigurationError, match="no parameter shape; it has: colour, size"):
        system.changed(shape="round")
    twin = system.changed(size=2)
    assert dict(twin.parameters) == {"size": 2, "colour": "red"}
    assert system.parameters["size"] == 1
    assert twin.command == system.command


def test_needs_name_the_extra_that_brings_them() -> None:
    Command("program", needs=("dicom", "json")).check_needs()
    with pytest.raises(MissingExtra, match=r"no_such_module.*loadledger\[vision\]"):
        Command("program", needs=("vision", "json", "no_such_module")).check_needs()


def test_handles_are_attached_to_what_runs() -> None:
    system, database = Command("program"), Remote("db:1")
    system.beside = {"database": database}
    system.attach(Address("h", 1, "http://h:1", "/d", 7), {"database": Address("db", 2)})
    assert (system.host, system.port, system.url, system.pid) == ("h", 1, "http://h:1", 7)
    assert database.port == 2


def test_an_error_inside_stops_the_system(tmp_path: Path) -> None:
    system = Command(HTTP, cwd=tmp_path)
    with pytest.raises(KeyError), system:
        raise KeyError
    assert not alive(system.pid)
    assert not system.directory.exists()


def test_no_process_stays_when_readiness_is_interrupted() -> None:
    def impatient(system: Any) -> bool:
        raise KeyboardInterrupt

    system = Server(listen, ready=impatient)
    with pytest.raises(KeyboardInterrupt), system:
        pass
    assert not alive(system.pid)
