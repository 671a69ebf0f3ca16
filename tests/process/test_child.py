"""Child processes: what they get from us, how they end, what they say last."""

import errno
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from support.scripts import blocked, gone, script

from suite.errors import SystemFailed
from suite.process.child import Child, signal_name, start_command, start_function
from suite.process.guard import interruptible

SIGINT_BIT = 1 << (signal.SIGINT - 1)


def python(text: str, folder: Path, **env: str) -> Child:
    return start_command([sys.executable, "-c", text], log=folder / "log", env=env)


def test_a_program_and_its_last_words(tmp_path: Path) -> None:
    child = python("import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)", tmp_path)
    assert child.wait(30)
    assert (child.exit_status, child.running()) == (3, False)
    assert sorted(child.tail().splitlines()) == ["one", "two"]
    assert "ended with status 3" in child.exit_summary()
    assert f"pid {child.pid}" in child.exit_summary()
    child.stop()  # of what has ended is no fault


def test_the_tail_of_long_output(tmp_path: Path) -> None:
    child = python("print('x' * 100_000); [print(i) for i in range(1000)]", tmp_path)
    assert child.wait(30)
    assert child.tail(3) == "997\n998\n999"
    child.log.unlink()
    assert child.tail() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_meets_a_child_before_it_is_a_program_ends_the_child(number, tmp_path, monkeypatch):
    """What our handler raised there was a fault of ours, of which nothing was kept."""
    monkeypatch.setattr("suite.process.child.carry", lambda _: os.kill(os.getpid(), number))
    with interruptible():
        child = python("", tmp_path)
        assert child.wait(30)
    assert child.exit_status == -number


def test_environment_working_directory_and_cores(tmp_path: Path) -> None:
    core = min(os.sched_getaffinity(0))
    child = start_command(
        [
            sys.executable,
            "-c",
            "import os; print(os.environ['COLOUR'], os.getcwd(), os.sched_getaffinity(0))",
        ],
        log=tmp_path / "log",
        env={"COLOUR": "red"},
        cwd=tmp_path,
        cores=frozenset({core}),
    )
    assert child.wait(30)
    assert child.tail() == f"red {tmp_path.resolve()} {{{core}}}"


def test_stdin_is_empty_and_programs_of_our_environment_come_first(tmp_path: Path) -> None:
    name = Path(sys.executable).name
    child = start_command(
        [name, "-c", "import sys; print(repr(sys.stdin.read()), sys.prefix)"], log=tmp_path / "log", env={}
    )
    assert child.wait(30)
    assert child.tail() == f"'' {sys.prefix}"


def test_a_program_on_a_path_of_its_own(tmp_path: Path) -> None:
    program = tmp_path / "greet"
    program.write_text("#!/bin/sh\necho hello $1\n")
    program.chmod(0o755)
    child = start_command(["greet", "you"], log=tmp_path / "log", env={"PATH": str(tmp_path)})
    assert child.wait(30)
    assert child.tail() == "hello you"


@pytest.mark.parametrize("program", ["no-such-program", "./no-such-program"])
def test_no_such_program(tmp_path: Path, program: str) -> None:
    with pytest.raises(SystemFailed, match=r"can't start .*no-such-program"):
        start_command([program, "--x"], log=tmp_path / "log", env={})


def test_stopping_is_polite_first(tmp_path: Path) -> None:
    polite = """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("bye", flush=True)))
        print("ready", flush=True)
        time.sleep(600)
    """
    child = python("\n".join(line.strip() for line in polite.splitlines()), tmp_path)
    while "ready" not in child.tail():
        time.sleep(0.01)
    child.stop()
    assert child.exit_status == 0
    assert child.tail() == "ready\nbye"


def test_stopping_what_does_not_listen(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
    )
    child = python(deaf, tmp_path)
    while "ready" not in child.tail():
        time.sleep(0.01)
    child.stop(grace=0.05)
    assert child.exit_status == -signal.SIGKILL
    assert "was killed by SIGKILL" in child.exit_summary()


@pytest.mark.parametrize(("number", "name"), [(11, "SIGSEGV"), (34, "SIGRTMIN"), (40, "signal 40")])
def test_what_a_signal_is_called(number: int, name: str) -> None:
    """A system that was ended by one of real time was a fault of Loadledger."""
    assert signal_name(number) == name


def test_stopping_what_is_suspended(tmp_path: Path) -> None:
    child = python("import time; time.sleep(600)", tmp_path)
    os.kill(child.pid, signal.SIGSTOP)
    child.stop(grace=10)
    assert child.exit_status == -signal.SIGTERM


def shout(word: str, status: int) -> None:
    os.write(1, word.encode() + b"\n")
    os.write(2, b"to stderr\n")
    if status:
        raise SystemExit(status)


def sleep_well(path: str) -> None:
    try:
        os.write(1, b"ready\n")
        time.sleep(600)
    finally:
        Path(path).write_text("unwound")


def test_a_function_in_a_process_of_its_own(tmp_path: Path) -> None:
    child = start_function(shout, ("hello", 5), log=tmp_path / "log", name="shouter")
    assert child.wait(30)
    assert child.exit_status == 5
    assert sorted(child.tail().splitlines()) == ["hello", "to stderr"]
    assert child.exit_summary().startswith(f"shouter (pid {child.pid}) ended with status 5")


def test_a_function_unwinds_on_sigterm(tmp_path: Path) -> None:
    child = start_function(sleep_well, (str(tmp_path / "note"),), log=tmp_path / "log")
    while "ready" not in child.tail():
        time.sleep(0.01)
    child.stop(grace=10)
    assert child.exit_status == 0
    assert (tmp_path / "note").read_text() == "unwound"


def test_a_function_that_raises_says_why(tmp_path: Path) -> None:
    child = start_function(int, ("seven",), log=tmp_path / "log")
    assert child.wait(30)
    assert child.exit_status == 1
    assert "ValueError: invalid literal for int()" in child.exit_summary()


BOTH = """
    import os, signal, sys, time
    from pathlib import Path
    from suite.process.child import start_command, start_function

    if __name__ == "__main__":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        first = start_function(time.sleep, (600,), log=Path("a"))
        second = start_function(time.sleep, (600,), log=Path("b"))
        third = start_command(["sleep", "600"], log=Path("c"), env={})
        stubborn = "import signal, time; signal.signal(2, signal.SIG_DFL); time.sleep(600)"
        fourth = start_command([sys.executable, "-c", stubborn], log=Path("d"), env={})
        print(first.pid, second.pid, third.pid, fourth.pid, flush=True)
        sys.stdin.readline()
        print([child.exit_status for child in (first, second, third, fourth)], flush=True)
        sys.stdin.readline()
"""


def test_no_child_outlives_a_killed_parent(tmp_path: Path) -> None:
    with script(tmp_path, BOTH) as parent:
        pids = [int(word) for word in parent.says().split()]
        os.kill(parent.pid, signal.SIGKILL)
        assert all(gone(pid) for pid in pids)


def test_ctrl_c_reaches_nobody_but_the_parent(tmp_path: Path) -> None:
    with script(tmp_path, BOTH, group=True) as parent:
        pids = [int(word) for word in parent.says().split()]
        assert all(os.getpgid(pid) == parent.pid for pid in pids), "our group, so that killing it ends all"
        assert all(blocked(pid) & SIGINT_BIT for pid in pids)
        time.sleep(0.3)  # the interpreters have started; some set handlers of their own
        os.killpg(parent.pid, signal.SIGINT)
        time.sleep(0.1)
        parent.go_on()
        assert parent.says() == "[None, None, None, None]"


def test_a_script_without_a_guard_does_not_run_again(tmp_path: Path) -> None:
    unguarded = """
        import os, sys
        from pathlib import Path
        from suite.process.child import start_function

        with open("runs", "a") as file:
            file.write("run\\n")
        before = dict(vars(sys.modules["__main__"]))
        child = start_function(print, ("from the child",), log=Path("log"))
        assert child.wait(30)
        main = vars(sys.modules["__main__"])
        assert main["__file__"] == before["__file__"] and main["__spec__"] is before["__spec__"]
        print(child.exit_status, child.tail(), flush=True)
    """
    with script(tmp_path, unguarded) as parent:
        assert parent.finished() == (0, "0 from the child\n", "")
    assert (tmp_path / "runs").read_text() == "run\n"


def refuse(number: int) -> None:
    raise OSError(number, os.strerror(number))


def test_what_the_machine_refuses_a_child_is_a_line(tmp_path: Path) -> None:
    """It was a traceback, of which a page was shown."""
    child = start_function(refuse, (errno.EMFILE,), log=tmp_path / "log")
    assert child.wait(30)
    (line,) = child.tail().splitlines()
    assert line.startswith("[Errno 24] Too many open files; ")
    assert line.endswith(" is the most; allow more of them: ulimit -n 4096")
    other = start_function(refuse, (errno.ENOENT,), log=tmp_path / "other")
    assert other.wait(30)
    assert ", in refuse\n" in other.tail()


def test_a_folder_that_takes_no_more_files_is_one_line(tmp_path, capfd) -> None:
    """It was a traceback of ours: where all inodes of a temporary folder are used, say."""
    child = start_function(print, (), log=tmp_path / "gone" / "log")
    assert child.wait(30)
    assert child.exit_status == 1
    said = capfd.readouterr().err
    why = "the folder that it lies in was removed; choose another one"
    assert said == f"suite: {tmp_path}/gone/log can't be written: {why}\n"


def test_a_program_whose_output_can_not_be_kept_says_what_to_do(tmp_path) -> None:
    """Where all inodes of a temporary folder are used the program was accused of it."""
    why = "can't be written: the folder that it lies in was removed; choose another one"
    with pytest.raises(SystemFailed) as caught:
        start_command(["true"], log=tmp_path / "gone" / "log", env={})
    assert str(caught.value) == f"can't start true: {tmp_path}/gone/log {why}"
