"""Signals and parents: what the kernel and our handlers do for us."""

import contextlib
import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import pytest
from support.scripts import gone, script

from suite.errors import Interrupted
from suite.process.child import start_command
from suite.process.guard import interruptible, sigint_blocked


def test_sigint_is_blocked_only_inside() -> None:
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    with sigint_blocked(), sigint_blocked():
        assert signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize(("number", "code"), list(zip(ENDING, (130, 143, 129), strict=True)))
def test_a_signal_interrupts_once(number: signal.Signals, code: int) -> None:
    before = [signal.getsignal(each) for each in ENDING]
    unwound = []

    def work() -> None:
        with interruptible():
            try:
                os.kill(os.getpid(), number)
                time.sleep(5)
            finally:
                for each in ENDING:  # impatience does not break the cleaning up
                    os.kill(os.getpid(), each)
                unwound.append(True)

    with pytest.raises(Interrupted) as caught:
        work()
    assert unwound
    assert caught.value.exit_code == code
    assert [signal.getsignal(each) for each in ENDING] == before


def test_a_hangup_that_is_ignored_stays_so() -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.01)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_outside_of_the_main_thread_there_is_nothing_to_do() -> None:
    seen: list[object] = []

    def body() -> None:
        with interruptible():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]


def test_an_interruption_that_the_program_swallowed_comes_again() -> None:
    """Python drops what a handler raises while it opens a text file; a load file may catch all there is."""
    swallowed = 0

    def deaf() -> None:
        nonlocal swallowed
        with interruptible():
            while swallowed < 3:
                try:
                    if not swallowed:
                        os.kill(os.getpid(), signal.SIGINT)
                    time.sleep(5)
                except Exception:
                    swallowed += 1
            time.sleep(5)

    with pytest.raises(Interrupted):
        deaf()
    assert swallowed == 3


def test_an_interruption_that_comes_late_does_not_meet_the_handlers_of_before() -> None:
    """One is lost at the very end: the next handler of the program must not get the one that comes again."""
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: heard.append(number))
    try:
        for _ in range(20):
            with contextlib.suppress(Interrupted), interruptible(), contextlib.suppress(Interrupted):
                os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == []


def test_a_child_whose_parent_is_gone_already_ends(tmp_path: Path) -> None:
    stranger = """
        import os
        from suite.process.guard import die_with_parent
        die_with_parent(os.getppid())
        print("still here", flush=True)
        die_with_parent(1 << 22)
        print("never", flush=True)
    """
    with script(tmp_path, stranger) as process:
        assert process.finished() == (1, "still here\n", "")


def test_orphans_come_to_us(tmp_path: Path) -> None:
    adopting = """
        import os, subprocess, sys, time
        from suite.process.guard import adopt_orphans
        from suite.process.sweep import children, reap

        adopt_orphans()
        sleep = "['sleep', '600'], stdout=2, start_new_session=True"
        start = f"import subprocess; print(subprocess.Popen({sleep}).pid)"
        orphan = int(subprocess.run([sys.executable, "-W", "ignore", "-c", start], stdout=-1).stdout)
        assert orphan in children(), (orphan, children())
        print(orphan, flush=True)
        sys.stdin.readline()
        reap(children())
        print(orphan in children(), flush=True)
        sys.stdin.readline()
    """
    with script(tmp_path, adopting) as parent:
        orphan = int(parent.says())
        os.kill(orphan, signal.SIGKILL)
        assert gone(orphan)
        parent.go_on()
        assert parent.says() == "False"


def test_a_signal_while_a_program_is_started_is_not_lost(tmp_path: Path) -> None:
    """Python only prints what is raised while its hooks after a fork run: `suite` ended with 0 once."""
    code = f"""
        import os, signal
        from pathlib import Path
        from suite.errors import Interrupted
        from suite.process.child import start_command
        from suite.process.guard import interruptible

        parent = os.getpid()
        os.register_at_fork(after_in_parent=lambda: os.kill(parent, signal.SIGTERM))
        try:
            with interruptible():
                start_command(["sleep", "60"], log=Path({str(tmp_path / "log")!r}), env={{}})
        except Interrupted as error:
            print(error.exit_code)
        else:
            print("lost")
    """
    with script(tmp_path, code) as running:
        assert running.finished()[1] == "143\n"


def test_a_signal_that_meets_a_finalizer_ends_without_a_traceback(tmp_path: Path) -> None:
    """What Python drops there comes again; it had printed that as an exception that it ignores."""
    code = """
        import os, signal, time
        from suite.errors import Interrupted
        from suite.process.guard import interruptible

        class Odd:
            def __init__(self, what):
                self.what = what
            def __del__(self):
                self.what()

        def fails():
            raise ValueError("another")

        try:
            with interruptible():
                Odd(fails)
                Odd(lambda: os.kill(os.getpid(), signal.SIGTERM))
                time.sleep(60)
        except Interrupted as error:
            print(error.exit_code)
    """
    with script(tmp_path, code) as running:
        _, out, said = running.finished()
    assert out == "143\n"
    assert "another" in said
    assert "Interrupted" not in said


def test_a_program_can_be_ended_with_sigterm(tmp_path: Path) -> None:
    child = start_command(["sleep", "60"], log=tmp_path / "log", env={})
    child.stop(grace=20)
    assert child.exit_status == -signal.SIGTERM


CLOSED = """
import sys, time
from suite.errors import Interrupted
from suite.process.guard import interruptible
try:
    with interruptible():
        print("ready", flush=True)
        time.sleep(60)
except Interrupted as error:
    for stream in (sys.stdout, sys.stderr):
        print("what was measured", file=stream, flush=True)
    sys.exit(error.exit_code)
"""


def test_a_terminal_that_was_closed_ends_nothing_but_the_load() -> None:
    """Whatever is said after that goes nowhere; once it failed, and nothing was kept."""
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", CLOSED],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # as its controlling terminal
    )
    os.close(theirs)
    said = b""
    while b"ready" not in said:
        said += os.read(terminal, 1024)
    os.close(terminal)
    assert process.wait(60) == 129
