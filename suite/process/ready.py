"""Waiting until a system is ready."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from suite.errors import ConfigurationError, SystemFailed
from suite.process.within import within

if TYPE_CHECKING:
    from suite.process.child import Child

_BACKGROUND = (
    "\nit ended well and early: if it puts itself into the background, run it in the foreground "
    "(an option such as --no-daemon, --foreground)"
)
_LEAST = 1.0
"""Seconds that a probe has at least, however late it is."""
Probe = Callable[[Any], bool]
"""`probe(system)`: whether it is ready. Connection errors mean "not yet"."""


class _Reachable(Protocol):
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


def probe_for(ready: str | Probe | None) -> Probe:
    """The probe that `ready` means: a path to GET, a callable, or None for "accepts connections"."""
    if ready is None:
        return accepts_connections
    if callable(ready):
        return ready
    if ready.startswith("/"):
        return _Answers(ready)
    raise ConfigurationError(f"ready={ready!r}: give a path like '/health', a callable, or nothing")


def accepts_connections(system: _Reachable) -> bool:
    """Whether the system's port takes a TCP connection."""
    with socket.create_connection((system.host, system.port), timeout=1.0):
        return True


class _AnsweredOtherwise(Exception):
    """An answer came, and not the one that means ready."""


class _Answers:
    """Whether a GET of `path` answers 2xx."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, system: _Reachable) -> bool:
        from suite.process.timely import TimelyConnection  # when something starts: a load file is read faster

        connection = TimelyConnection(system.host, system.port, timeout=1.0)
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            if 200 <= answer.status < 300:
                return True
            to = answer.getheader("location")
            raise _AnsweredOtherwise(
                f"GET {self.path} answers {answer.status} {answer.reason}"
                + (f", to {to}" if to else "")
                + "; ready= takes a path that answers 2xx"
            )
        finally:
            connection.close()


def holds(probe: Probe, system: _Reachable, seconds: float) -> bool:
    """Whether `probe` says, within `seconds`, that it is ready at this moment."""
    import http.client

    try:
        return within(seconds, partial(probe, system))
    except (_AnsweredOtherwise, OSError, http.client.HTTPException):
        return False


def wait_ready(probe: Probe, system: _Reachable, child: Child | None, deadline: float) -> bool:
    """Poll `probe` until it holds. Without a child: whether it ever did. A probe may be anybody's, and wait
    for an answer without end.

    Raises SystemFailed if `child` dies or does not become ready within `deadline` seconds.
    """
    import http.client

    end = time.monotonic() + deadline
    pause = 0.002
    while True:
        reason, said = "its probe says no", ""
        try:
            if within(max(end - time.monotonic(), _LEAST), partial(probe, system)):
                return True
        except _AnsweredOtherwise as error:
            said = f": {error}"
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
        if child is not None and not child.running():
            hint = _BACKGROUND if child.exit_status == 0 else ""
            raise SystemFailed(f"the system would not start: {child.exit_summary()}{hint}")
        if time.monotonic() >= end:
            if child is None:
                return False
            tail = child.tail()
            raise SystemFailed(
                f"{child.name} was not ready within {deadline:g} s ({reason}){said}"
                + (f"; its last output:\n{tail}" if tail else "")
            )
        if child is not None:
            child.trim()
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
