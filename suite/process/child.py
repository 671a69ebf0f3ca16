"""A child process with its output in a file: started, watched, ended, its last words read."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import multiprocess
from multiprocess import resource_tracker

from suite.errors import Ended, SystemFailed
from suite.files import refusal
from suite.git import clean_environment
from suite.process.ending import ending
from suite.process.guard import (
    die_with_parent,
    endings_held,
    forget_handlers,
    release_endings,
    sigint_blocked,
)
from suite.process.importing import uncollected
from suite.process.output_file import OutputFile
from suite.process.pickled import PickledWorkload
from suite.process.redaction import redacted, shown_command
from suite.process.shortage import shortage
from suite.process.sweep import ROUND_VARIABLE, carry
from suite.process.variables import inherited
from suite.process.wrapping import wrapper

_LATE = "LOADLEDGER_AGENT_LATE"
"""Environment variable: recordings by our agent begin with what we run, not with Python."""
_spawn = multiprocess.get_context("spawn")


class Child:
    """A process of ours. `stop` ends it politely, then not."""

    def __init__(self, process: Any, name: str, log: Path, secrets: Mapping[str, str] = os.environ) -> None:
        self._process = process  # a Popen or a multiprocess Process
        self.pid: int = process.pid
        self.name = name
        self.log = log
        self._output = OutputFile(log)
        self._secrets = secrets

    @property
    def exit_status(self) -> int | None:
        """Exit status, negative for a signal; None while it runs."""
        process = self._process
        status: int | None = process.poll() if isinstance(process, subprocess.Popen) else process.exitcode
        return status

    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.exit_status is None

    def wait(self, seconds: float) -> bool:
        """Wait until it ended, at most `seconds`; whether it did."""
        if isinstance(self._process, subprocess.Popen):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        else:
            self._process.join(seconds)
        return not self.running()

    def stop(self, grace: float = 3.0) -> None:
        """SIGTERM, wait up to `grace` seconds, SIGKILL. Its own children are left to the sweep."""
        if self.running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
                os.kill(self.pid, signal.SIGCONT)
            if not self.wait(grace):
                self.kill()
        else:
            self.wait(0)

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.wait(5.0)

    def tail(self, lines: int = 12) -> str:
        """The last lines of its output, without what looks like a secret or is one of its environment."""
        text = redacted(self._output.end(), self._secrets)  # before it is cut
        return "\n".join(text.rstrip().splitlines()[-lines:])

    def trim(self) -> None:
        """Keep the end of its output only, if it has written very much."""
        self._output.trim()

    def exit_summary(self) -> str:
        """One paragraph on how it ended, with the tail of its output."""
        status = self.exit_status
        if status is None:
            how = "is still running"
        elif status < 0:
            how = f"was killed by {signal_name(-status)}"
        else:
            how = f"ended with status {status}"
        tail = self.tail()
        return f"{self.name} (pid {self.pid}) {how}" + (f"; its last output:\n{tail}" if tail else "")


def signal_name(number: int) -> str:
    """What a signal is called; those of real time have numbers only."""
    return next((one.name for one in signal.Signals if one == number), f"signal {number}")


def start_command(
    argv: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path | None = None,
    cores: frozenset[int] | None = None,
    user: str | None = None,
) -> Child:
    """Run a program, as `user` if that is given, which root alone can.

    Raises SystemFailed if there is no such program. Call it from the main thread.
    """
    parent = os.getpid()

    def prepare() -> None:
        forget_handlers()
        release_endings()
        die_with_parent(parent)
        carry(environment.get(ROUND_VARIABLE, ""))
        if cores:
            os.sched_setaffinity(0, cores)

    # Programs of the environment that runs us come first: it need not be activated.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = {**clean_environment(), "PATH": path, **env}
    shown = shown_command(argv)
    try:
        output = log.open("ab")
    except OSError as error:
        raise SystemFailed(f"can't start {shown}: {log} can't be written: {refusal(error)}") from error
    try:
        with output, sigint_blocked(), endings_held():
            process = subprocess.Popen(
                [*wrapper(), *_resolved(argv, environment["PATH"])],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=cwd,
                preexec_fn=prepare,  # after the change of user, which would undo it
                user=user,
                group=pwd.getpwnam(user).pw_gid if user else None,
                extra_groups=[] if user else None,
            )
    except OSError as error:
        raise SystemFailed(f"can't start {shown}: {error}") from error
    return Child(process, shown, log, environment)


def _resolved(argv: Sequence[str], path: str) -> list[str]:
    """Popen looks a program up on our PATH, not on the child's: do the latter."""
    if os.sep not in argv[0]:
        for folder in path.split(os.pathsep):
            candidate = Path(folder) / argv[0]
            if candidate.is_file() and os.access(candidate, os.X_OK):
                return [str(candidate), *argv[1:]]
    return list(argv)


def start_function(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    *,
    log: Path,
    cores: frozenset[int] | None = None,
    name: str = "",
    pipe: Connection | None = None,
) -> Child:
    """Run `function(*arguments)` in a fresh Python process, before them `pipe` if that is given.

    Call it from the main thread: the child ends with the thread that started it.
    """
    title: str = name or getattr(function, "__name__", "function")
    resource_tracker.ensure_running()  # starting it unblocks SIGINT: not while we start a child
    process = _spawn.Process(
        target=_child_main,
        args=(os.getpid(), str(log), cores, PickledWorkload.pack((function, arguments)), pipe),
        name=title,
        daemon=False,
    )
    with sigint_blocked(), endings_held(), _without_main(), inherited({_LATE: "1"}):
        process.start()
    return Child(process, title, log)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep the child from importing our `__main__` again.

    It needs nothing from there (dill carries what lives in it by value), and a script without a main
    guard would run itself once more.
    """
    main = sys.modules["__main__"]
    saved = {name: getattr(main, name) for name in ("__spec__", "__file__") if hasattr(main, name)}
    try:
        main.__spec__ = None
        if "__file__" in saved:
            del main.__file__
        yield
    finally:
        for name, value in saved.items():
            setattr(main, name, value)


def _child_main(
    parent: int,
    log: str,
    cores: frozenset[int] | None,
    pickled: PickledWorkload,
    pipe: Connection | None,
) -> None:
    die_with_parent(parent)
    carry(os.environ.get(ROUND_VARIABLE, ""))
    if cores:
        os.sched_setaffinity(0, cores)
    try:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        sys.exit(f"suite: {log} can't be written: {refusal(error)}")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.close(null)
    signal.signal(signal.SIGTERM, _end_on_sigterm)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a closed terminal signals all: who started us decides
    release_endings()
    os.environ.pop(_LATE, None)
    recorder = getattr(sys.modules.get("loadledger_agent"), "recorder", None)
    if recorder is not None and recorder.tracker is not None:
        recorder.begun = True
        recorder.tracker.__enter__()  # in no function of its own, see AllocationRecorder
    with ending():
        try:
            with uncollected():
                function, arguments = pickled.open()
            function(*([] if pipe is None else [pipe]), *arguments)
        except (OSError, MemoryError, RuntimeError) as error:
            if (refused := shortage(error)) is None:
                raise
            sys.exit(refused)


def _end_on_sigterm(_number: int, _frame: object) -> None:
    """SIGTERM unwinds the stack, so that `finally` and `with` do their work."""
    raise Ended(0)
