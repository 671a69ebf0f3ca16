"""A small process that outlives a coordinator that was killed, and sweeps up after it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from suite.process import sweep

# Of all signals only SIGKILL may end it before we end: not Ctrl-C, not a polite end of our group.
_POLITE = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@contextlib.contextmanager
def watched(round_id: str, directory: Path) -> Iterator[None]:
    """While inside, should we die, whatever carries `round_id` is killed and `directory` removed."""
    # It may be started amid another round, and must not end with that.
    apart = {name: value for name, value in os.environ.items() if name != sweep.ROUND_VARIABLE}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _POLITE)
    try:
        watchman = subprocess.Popen(
            [sys.executable, "-I", "-S", sweep.__file__, round_id, str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=apart,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        yield
    finally:
        with contextlib.suppress(BrokenPipeError):
            watchman.communicate(b"done")
        watchman.wait()
