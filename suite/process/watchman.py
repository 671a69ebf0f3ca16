"""A small process that outlives a coordinator that was killed, and sweeps up after it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from suite.errors import SuiteError, interruption
from suite.process import sweep
from suite.process.scratch import MARKER

# Of all signals only SIGKILL may end it before we end: not Ctrl-C, not a polite end of our group.
_POLITE = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_PATIENCE: float | None = 15.0
"""Seconds for it to end where there is nothing left to do, which is at once."""


class Watchman:
    """What can be told to it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def hold(self, descriptors: Mapping[str, int], into: Path, since: int) -> None:
        """Should we die, write these files in memory, which we have open, to `into` under their names.

        A file `ended` there then says that all are whole, `since` and when we died (monotonic ns). What it
        held before is forgotten.
        """
        words = [str(into), str(since), *(f"{name}={one}" for name, one in descriptors.items())]
        with contextlib.suppress(BrokenPipeError):  # killed itself: then nobody holds anything
            self._tell("\0".join(words))

    def _tell(self, text: str) -> None:
        assert self._process.stdin is not None
        order = os.fsencode(text).hex()  # a path may have any bytes, and line breaks
        self._process.stdin.write(order.encode() + b"\n")
        self._process.stdin.flush()


@contextlib.contextmanager
def watched(round_id: str, directory: Path) -> Iterator[Watchman]:
    """While inside, should we die, whatever carries `round_id` is killed and `directory` removed.

    It is in a process group of its own: what ends all of ours leaves it. A fault of ours, which nobody goes
    on from, is a death to it.
    """
    # It may be started amid another round, and must not end with that.
    apart = {name: value for name, value in os.environ.items() if name != sweep.ROUND_VARIABLE}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _POLITE)
    try:
        watchman = subprocess.Popen(
            [sys.executable, "-I", "-S", sweep.__file__, round_id, str(directory), MARKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=apart,
            process_group=0,
            preexec_fn=partial(sweep.carry, ""),
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    last, patience = b"done\n", _PATIENCE
    try:
        yield Watchman(watchman)
    except Exception as error:
        if not isinstance(error, SuiteError) and interruption(error) is None:
            last, patience = b"", None  # it sweeps, and writes what it holds
        raise
    finally:
        try:
            with contextlib.suppress(BrokenPipeError):
                watchman.communicate(last, patience)
            watchman.wait(patience)
        except subprocess.TimeoutExpired:  # it is frozen, and nobody needs it any more
            watchman.kill()
            watchman.wait()
