"""Embedded servers that several rounds share: they end with the program that started them."""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Callable, Hashable

from suite.contract.system import Placement
from suite.process.identity import lasting_identity
from suite.process.scratch import scratch_directory
from suite.services.service import Service

_kept: dict[Hashable, tuple[Service, contextlib.ExitStack]] = {}


def kept(key: Hashable, make: Callable[[], Service], cores: frozenset[int] | None) -> Service:
    """The running server of this `key`, started now if there is none, or it has died. Raises SystemFailed."""
    found = _kept.get(key)
    if found is not None and found[0].failure() is None:
        return found[0]
    if found is not None:
        _end(key)
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(scratch_directory())
        starting = stack.enter_context(lasting_identity(directory))
        server = make()
        stack.callback(server.stop)
        with starting():
            server.start(Placement(directory / "server", cores))
        _kept[key] = server, stack.pop_all()
    atexit.register(_end, key, os.getpid())
    return server


def _end(key: Hashable, owner: int | None = None) -> None:
    """End the server of this `key`; not in a process that was forked from its `owner`."""
    if owner in (None, os.getpid()) and key in _kept:
        _kept.pop(key)[1].close()
