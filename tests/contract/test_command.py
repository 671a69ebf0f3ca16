"""Commands: any program, its placeholders filled in."""

import os
import signal
import subprocess
import sys
import textwrap
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from support.processes import wait_for
from support.scripts import alive
from support.serving import HTTP

from suite import Command, Remote
from suite.contract.system import Placement
from suite.errors import ConfigurationError, SystemFailed


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


def test_a_working_directory_is_relative_to_the_load_file(tmp_path: Path) -> None:
    (tmp_path / "loads" / "app").mkdir(parents=True)
    text = "import os; print('at', os.getcwd(), flush=True); os.read(0, 1); import time; time.sleep(60)"
    command = Command(
        [sys.executable, "-c", text], cwd="app", ready=lambda system: "at" in system.child.tail()
    )
    try:
        command.start(Placement(tmp_path / "place", cwd=tmp_path / "loads"))
        assert command.child is not None
        assert command.child.tail() == f"at {tmp_path / 'loads' / 'app'}"
    finally:
        command.stop()
    command = Command("true", cwd="absent")
    with pytest.raises(
        SystemFailed, match=r"there is no folder .*/loads/absent; cwd= is relative to the load"
    ):
        command.start(Placement(tmp_path / "other", cwd=tmp_path / "loads"))


def test_braces_in_the_environment_name_the_variable_not_the_command() -> None:
    command = Command("true", env={"CONF": '{"a": 1}'})
    with pytest.raises(
        ConfigurationError, match=r"^env CONF='\{\"a\": 1\}' has a placeholder .* twice: \{\{ \}\}$"
    ):
        command.check()
    Command("true", env={"CONF": '{{"a": 1}}'}).check()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Command("server --password hunter2secret --port {prot}").check(),
        lambda: Command("server --password hunter2secret 'open"),
        lambda: Command("server --token=hunter2secret,and-more 'open"),
        lambda: Command("true", env={"DB_PASSWORD": "hunter2secret {what}"}).check(),
    ],
)
def test_a_command_that_is_wrong_is_told_without_its_secrets(make: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make()
    assert "***" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "and-more" not in str(caught.value)


def test_a_program_that_goes_into_the_background_is_told_to_stay(tmp_path: Path) -> None:
    with pytest.raises(SystemFailed, match="puts itself into the background, run it in the foreground"):
        Command("true", deadline=5).start(Placement(tmp_path))


def test_grandchildren_are_the_sweeps_business(tmp_path: Path) -> None:
    """Stopping a system ends its process; what that leaves behind is found by the round's id."""
    text = (
        "import subprocess as s, time; s.Popen(['sleep', '60']); print('ready', flush=True); time.sleep(60)"
    )
    command = Command([sys.executable, "-c", text], ready=lambda system: "ready" in system.child.tail())
    command.start(Placement(tmp_path))
    pid = command.pid
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True)
    command.stop()
    assert not alive(pid)
    grandchild = int(found.stdout)
    assert alive(grandchild)
    os.kill(grandchild, signal.SIGKILL)


WITH = """
    import os, sys
    from suite import Command
    sleep = "s.Popen(['sleep', '600'])"
    program = f"import subprocess as s, time; print({sleep}.pid, flush=True); time.sleep(600)"
    def ready(system):
        return system.child.tail().isdigit()
    with Command([sys.executable, "-c", program], ready=ready) as command:
        print(command.pid, command.child.tail(), command.directory, flush=True)
        if sys.argv[1] == "kill":
            os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("end", ["kill", "end"])
def test_nothing_of_a_system_that_a_program_starts_outlives_it(tmp_path: Path, end: str) -> None:
    """In a notebook: its grandchildren ran on, and a kill left its folder for good."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WITH), end], capture_output=True, text=True, check=False
    )
    pid, grandchild, directory = done.stdout.split()
    assert done.returncode == (-9 if end == "kill" else 0)
    wait_for(lambda: not alive(int(grandchild)) and not Path(directory).exists())
    assert not alive(int(pid))
