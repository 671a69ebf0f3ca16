"""Systems under test as plain context managers, with real processes."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.scripts import alive

from suite import Address, Command, Component, Remote, Server, System
from suite.contract.system import Placement
from suite.errors import ConfigurationError, MissingExtra, SystemFailed

HTTP = (sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "{port}")


async def echo(system: Server, suffix: bytes = b"") -> None:
    """Echo a line; `stop` unwinds it and leaves a note."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline() + suffix)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", system.port)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        os.write(1, b"unwound\n")


def listen(system: Server) -> None:
    """Accept connections, in plain code."""
    with socket.create_server(("127.0.0.1", system.port)) as server:
        while True:
            server.accept()[0].close()


def report(system: Server, words: list[str]) -> None:
    """Say in a file what the system looks like from inside, then listen."""
    helper = system.beside["database"]
    words = [*words, str(helper.url), str(system.directory), str(os.getpid())]
    (system.directory / "report").write_text("\n".join(words))
    listen(system)


def sleep(system: Server) -> None:
    os.write(1, b"I will not listen\n")
    time.sleep(600)


def die(system: Server) -> None:
    raise RuntimeError("no licence")


def ask(system: System, line: bytes) -> bytes:
    with socket.create_connection((system.host, system.port), timeout=10) as connection:
        connection.sendall(line)
        return connection.makefile("rb").read()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


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


def test_a_system_starts_anew_every_time() -> None:
    system = Server(listen)
    with system:
        first = system.pid, system.directory
    with system:
        assert system.pid != first[0]
        assert system.directory != first[1]


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


def test_a_server_that_dies_says_why() -> None:
    with pytest.raises(SystemFailed, match="RuntimeError: no licence") as caught, Server(die):
        pass
    assert caught.value.exit_code == 4


def test_a_server_that_is_never_ready() -> None:
    system = Server(sleep, deadline=1)
    with pytest.raises(SystemFailed, match=r"(?s)not ready within 1 s.*I will not listen"):
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


def test_a_system_that_dies_later_is_noticed() -> None:
    with Server(listen) as system:
        os.kill(system.pid, signal.SIGKILL)
        assert system.child is not None
        system.child.wait(10)
        failure = system.failure()
        assert failure is not None
        assert "was killed by SIGKILL" in failure


def test_a_command_with_a_path_that_says_when_it_is_ready(tmp_path: Path) -> None:
    (tmp_path / "health").write_text("fine")
    with Command(HTTP, ready="/health", cwd=tmp_path) as system:
        with urllib.request.urlopen(system.url + "/health") as response:
            assert response.read() == b"fine"
        pid = system.pid
    assert not alive(pid)


def test_a_path_that_is_not_there_is_not_ready(tmp_path: Path) -> None:
    command = Command(HTTP, ready="/health", cwd=tmp_path, deadline=2)
    with pytest.raises(SystemFailed, match=r"(?s)not ready within 2 s \(its probe says no\).*404"), command:
        pass


def test_placeholders(tmp_path: Path) -> None:
    text = "import sys, os; print(*sys.argv[1:], os.environ['COLOUR'], sep='|', flush=True); sys.exit(9)"
    command = Command(
        ["{python}", "-c", text, "{port}", "{directory}", "{size}", "{database.url}", "{{literal}}"],
        env={"COLOUR": "{shade} red"},
        size=7,
        shade="dark",
    )
    database = Remote("http://db:5432")
    database.attach(database.target)
    command.beside = {"database": database}
    with pytest.raises(SystemFailed) as caught:
        command.start(Placement(tmp_path))
    said = [str(command.port), str(tmp_path), "7", "http://db:5432", "{literal}", "dark red"]
    assert "|".join(said) in str(caught.value)
    assert "ended with status 9" in str(caught.value)


def test_text_is_split_as_a_shell_would_and_run_by_none() -> None:
    command = Command("echo 'two words' $HOME; exit 1 | {port}")
    assert command.command == ("echo", "two words", "$HOME;", "exit", "1", "|", "{port}")


@pytest.mark.parametrize(
    "word", ["{prot}", "{0}", "{port", "{database.adress}", "{}", "{port[0]}", "{port:%Q}"]
)
def test_a_placeholder_that_means_nothing(word: str) -> None:
    command = Command(["program", word])
    command.beside = {"database": Remote("db:1")}
    with (
        pytest.raises(ConfigurationError, match=r"placeholder.*\{database\}, \{directory\}, \{port\}"),
        command,
    ):
        pass


@pytest.mark.parametrize("text", ["", "   ", [], "say 'hello"])
def test_commands_that_make_no_sense(text: Any) -> None:
    with pytest.raises(ConfigurationError):
        Command(text)


def test_a_program_that_is_not_there() -> None:
    with (
        pytest.raises(SystemFailed, match="can't start no-such-program --port"),
        Command("no-such-program --port {port}"),
    ):
        pass


def test_a_working_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SystemFailed, match="missing"), Command(HTTP, cwd=tmp_path / "missing"):
        pass


def test_a_port_that_is_taken(taken: int) -> None:
    with pytest.raises(SystemFailed, match=f"port {taken} is already taken"), Server(listen, port=taken):
        pass


def test_a_port_of_ones_own_choice() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Server(listen, port=port) as system:
        assert system.port == port


def test_a_remote_system(taken: int) -> None:
    with Remote(f"http://127.0.0.1:{taken}/api/", speed=3) as system:
        assert (system.host, system.port, system.pid) == ("127.0.0.1", taken, 0)
        assert system.url == f"http://127.0.0.1:{taken}/api"
        assert system.roots() == []
        assert system.failure() is None
        assert system.directory.is_dir()
    assert not system.directory.exists()


def test_a_remote_system_that_is_not_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        remote = Remote(f"http://127.0.0.1:{probe.getsockname()[1]}", deadline="50ms")
        with pytest.raises(SystemFailed, match="nothing answers"), remote:
            pass


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://shop", "shop", 80),
        ("https://shop", "shop", 443),
        ("wss://shop/ws", "shop", 443),
        ("shop:11112", "shop", 11112),
        ("http://[::1]:8000", "::1", 8000),
    ],
)
def test_addresses_of_remote_systems(url: str, host: str, port: int) -> None:
    target = Remote(url).target
    assert (target.host, target.port) == (host, port)


@pytest.mark.parametrize("url", ["", "http://", "http://shop:port", ":80", "http://shop:99999"])
def test_addresses_that_make_no_sense(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is no address"):
        Remote(url)


def test_a_component_is_built_anew_from_its_parameters() -> None:
    component = Component(dict, members=500)
    assert component.build() == {"members": 500}
    assert component.build() is not component.build()
    assert component.changed(members=7).build() == {"members": 7}


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


def test_grandchildren_are_the_sweeps_business(tmp_path: Path) -> None:
    """Stopping a system ends its process; what that leaves behind is found by the round's id."""
    text = (
        "import subprocess as s, time; s.Popen(['sleep', '60']); print('ready', flush=True); time.sleep(60)"
    )
    command = Command([sys.executable, "-c", text], ready=lambda system: "ready" in system.child.tail())
    with command:
        pid = command.pid
        found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True)
    assert not alive(pid)
    grandchild = int(found.stdout)
    assert alive(grandchild)
    os.kill(grandchild, signal.SIGKILL)
