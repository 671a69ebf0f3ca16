"""A process with an agent does what it would do without."""

import ast
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest
from support.injecting import FOLDER, counts, running
from support.scripts import script

from suite.process.injection import injected

SELF_PORTRAIT = """
    import os, signal, sys, threading
    print(sys.path, sys.modules.get("sitecustomize"), [name for name in os.environ if "PYTHON" in name])
    print([thread.name for thread in threading.enumerate()], signal.pthread_sigmask(signal.SIG_BLOCK, []))
    try:
        import sitecustomize
    except Exception as error:
        print(repr(error))
    else:
        print(sitecustomize)
"""


@pytest.mark.parametrize("own", [None, "print('own')", "raise ValueError('own')", "import no_such_module"])
def test_the_process_looks_as_it_would_without(
    tmp_path: Path, own: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    if own:
        (folder / "sitecustomize.py").write_text(own)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    with script(tmp_path, SELF_PORTRAIT) as process:
        alone = process.finished()
    with injected(tmp_path / "agents", "counters"), script(tmp_path, SELF_PORTRAIT) as process:
        assert process.finished() == alone
    assert alone[0] == 0
    assert str(folder) in alone[1]
    assert list((tmp_path / "agents").glob("*.gc")), "the agent was there"


DAEMON = """
    import os, socket, sys
    socket.setdefaulttimeout(0.01)
    os.closerange(3, 256)
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(50)]
    before = [os.fstat(file) for file in files]
    print("ready", flush=True)
    sys.stdin.readline()
    print(before == [os.fstat(file) for file in files], flush=True)
"""


def test_a_daemon_that_closes_what_it_finds(tmp_path: Path) -> None:
    with running(tmp_path, DAEMON) as (agents, process):
        for _ in range(4):
            counts(agents, process.pid)
        process.go_on()
        assert process.says() == "True"
        assert process.finished() == (0, "", "")


WAITER = """
    import signal
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    print("ready", flush=True)
    print(signal.sigwait([signal.SIGUSR1]).name, flush=True)
"""


def test_signals_are_left_to_who_waits_for_them(tmp_path: Path) -> None:
    with running(tmp_path, WAITER) as (agents, process):
        counts(agents, process.pid)
        os.kill(process.pid, signal.SIGUSR1)
        assert process.says() == "SIGUSR1"
        assert process.finished() == (0, "", "")


SUBINTERPRETER = """
    try:
        import _interpreters as interpreters
        run = interpreters.exec
    except ImportError:
        import _xxsubinterpreters as interpreters
        run = interpreters.run_string
    identity = interpreters.create()
    run(identity, "import sys")
    interpreters.destroy(identity)
    print("ready", flush=True)
    input()
"""


def test_a_subinterpreter_has_none_of_its_own(tmp_path: Path) -> None:
    with running(tmp_path, SUBINTERPRETER) as (agents, process):
        counts(agents, process.pid)
        process.go_on()
        assert process.finished() == (0, "", "")


REBORN = """
    import os, sys
    if len(sys.argv) == 1:
        os.execv(sys.executable, [sys.executable, *sys.argv, "again"])
    print("ready", flush=True)
    input()
"""


def test_a_process_that_runs_another_program(tmp_path: Path) -> None:
    with running(tmp_path, REBORN) as (agents, process):
        counts(agents, process.pid)
        process.go_on()
        assert process.finished() == (0, "", "")


@pytest.mark.parametrize("own", [None, "", "/first:/second"])
def test_the_environment_inside_and_afterwards(
    tmp_path: Path, own: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "7")
    if own is not None:
        monkeypatch.setenv("PYTHONPATH", own)
    before = dict(os.environ)
    with injected(tmp_path, "trace", native=True) as agents:
        assert os.environ["PYTHONPATH"] == (f"{FOLDER}:{own}" if own else str(FOLDER))
        assert os.environ["LOADLEDGER_AGENT"] == str(agents.directory)
        assert os.environ["LOADLEDGER_AGENT_NATIVE"] == "1"
        assert os.environ["MALLOC_MMAP_THRESHOLD_"] == "1048576"
        assert os.environ["MALLOC_TRIM_THRESHOLD_"] == "7", "the user's own"
    assert dict(os.environ) == before
    with injected(tmp_path, "gc"):
        assert "MALLOC_MMAP_THRESHOLD_" not in os.environ
    assert dict(os.environ) == before


@pytest.mark.parametrize("directory", ["", "/no/such/directory"])
def test_without_a_directory_nothing_happens(
    tmp_path: Path, directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOADLEDGER_AGENT", directory)
    monkeypatch.setenv("LOADLEDGER_AGENT_MODE", "trace")
    monkeypatch.setenv("PYTHONPATH", str(FOLDER))
    text = "import gc, sys; print(len(gc.callbacks), 'loadledger_agent' in sys.modules)"
    with script(tmp_path, textwrap.dedent(text)) as process:
        assert process.finished() == (0, "0 False\n", "")


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.name)
def test_old_pythons_without_packages_can_read_it(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).split(".")[0])
    ours = {"loadledger_agent", "sitecustomize", "memray"}
    assert names <= sys.stdlib_module_names | ours
