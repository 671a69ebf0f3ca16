"""Several processes that accept on one listening socket."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn, Self

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class AcceptorProcesses:
    """`count` forks of this process that run `serve()`, for as long as the `with` lasts.

    Each is to return soon after SIGTERM, which is held back when it begins. They die with this process,
    however it ends. Enter it from the main thread, before there are others.
    """

    def __init__(self, count: int, serve: Callable[[], None]) -> None:
        self._count = count
        self._serve = serve
        self.pids: list[int] = []

    def __enter__(self) -> Self:
        parent = os.getpid()
        for _ in range(self._count):
            pid = os.fork()
            if pid == 0:
                _run(self._serve, parent)
            self.pids.append(pid)
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGTERM)
        while self.pids:
            os.waitpid(self.pids.pop(), 0)

    def ended(self) -> str | None:
        """What became of one that ended by itself; None while all are there."""
        for pid in self.pids:
            if os.waitpid(pid, os.WNOHANG)[0]:
                self.pids.remove(pid)
                return f"acceptor process {pid} ended; so does the gateway, to be started anew"
        return None


def _run(serve: Callable[[], None], parent: int) -> NoReturn:
    """Body of a child, which never returns into what its parent was about to do."""
    status = 1
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, int(signal.SIGKILL))
        if os.getppid() == parent:
            serve()
            status = 0
    except BaseException:  # noqa: BLE001  # nobody above would tell it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)
