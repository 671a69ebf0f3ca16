"""Canaries: short work of known cost on every turn, to tell a slower commit from a slower machine."""

from __future__ import annotations

import contextlib
import socket
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

from suite.compare.canary import CPU, FSYNC, LOOPBACK
from suite.measure.known_work import spin, sync
from suite.records.run import Measured, Run

_REPEATS = 3
_PINGS = 100


class Canaries:
    """Measures before and after a round, in this very process, so that no commit can touch it.

    What a machine can't do (a full disk, no loopback) is left out. Use it as a context manager.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "canary"
        self._held = contextlib.ExitStack()
        self._probes: dict[str, Callable[[], object]] = {CPU: spin, FSYNC: lambda: sync(self._file)}

    def __enter__(self) -> Self:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", 0)) as listener:
            near = self._held.enter_context(socket.create_connection(listener.getsockname(), timeout=5))
            far = self._held.enter_context(listener.accept()[0])
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._probes[LOOPBACK] = lambda: _ping(near, far)
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()
        self._file.unlink(missing_ok=True)

    def beside(self, take: Callable[[], Run]) -> Run:
        """The Run that `take` gives, with each canary's median among its metrics."""
        before = self._run()
        run = take()
        after = self._run()
        results = {
            name: Measured("s", "lower", value := statistics.median(before[name] + after[name]), (value,))
            for name in before
            if name in after
        }
        return replace(run, metrics={**run.metrics, **results})

    def _run(self) -> dict[str, list[float]]:
        """Seconds of each canary, several times."""
        results = {}
        for name, probe in self._probes.items():
            with contextlib.suppress(OSError):
                results[name] = [_seconds(probe) for _ in range(_REPEATS)]
        return results


def _ping(near: socket.socket, far: socket.socket) -> None:
    """A byte there and back, many times."""
    for _ in range(_PINGS):
        near.send(b"c")
        far.recv(1)
        far.send(b"c")
        near.recv(1)


def _seconds(probe: Callable[[], object]) -> float:
    begun = time.perf_counter()
    probe()
    return time.perf_counter() - begun
