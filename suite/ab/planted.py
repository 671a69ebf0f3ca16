"""A slow-down that really runs: a workload whose operations each start a little later."""

from __future__ import annotations

import asyncio
import copy
import functools
import time
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from suite.config.catalog import Reference
from suite.contract.command import Command
from suite.contract.user import Operation, User
from suite.contract.workload import Workload

_ASLEEP = 2e-3
"""A delay shorter than this is spun: a sleep would be late."""
_LOAD_FILE = """\
from suite.ab.planted import planted
from suite.config.catalog import Reference

workload = planted({reference!r}, {delay!r})
"""


def write_planted(file: Path, reference: Reference, delay: float) -> None:
    """Make `file` a load file with the workload, each operation `delay` seconds longer."""
    file.write_text(_LOAD_FILE.format(reference=reference, delay=delay), encoding="utf-8")


def planted(reference: Reference, delay: float) -> Workload:
    """The workload with `delay` seconds more in each operation that its loop starts.

    Its commands run in the folder of its own load file still.
    """
    workload = copy.copy(reference.load())
    for system in (workload.system, *workload.beside.values()):
        if isinstance(system, Command) and system.cwd is None and reference.file:
            system.cwd = Path(reference.file).parent
    workload.users = MappingProxyType(
        {_slowed(user, delay): weight for user, weight in workload.users.items()}
    )
    return workload


def _slowed(user: type[User], delay: float) -> type[User]:
    slow = {
        one.name: Operation(_late(one, delay), one.weight, one.tags, one.think)
        for one in user.operations()
        if one.weight  # others run inside of these, and would be late once more
    }
    return type(user.__name__, (user,), {**slow, "__module__": user.__module__})


def _late(operation: Operation, delay: float) -> Callable[..., Any]:
    body = operation.body

    @functools.wraps(body)
    def plain(*args: Any, **kwargs: Any) -> Any:
        _spin(delay)
        return body(*args, **kwargs)

    @functools.wraps(body)
    async def waiting(*args: Any, **kwargs: Any) -> Any:
        if delay < _ASLEEP:
            _spin(delay)
        else:
            await asyncio.sleep(delay)
        return await body(*args, **kwargs)

    return waiting if operation.is_async else plain


def _spin(delay: float) -> None:
    end = time.perf_counter() + delay
    while time.perf_counter() < end:
        pass
