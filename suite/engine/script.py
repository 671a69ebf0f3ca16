"""Which logged request each row of a group is, in memory that the coordinator shares with a worker."""

from __future__ import annotations

import mmap
import os
from typing import Any, NamedTuple

from suite.contract.replay import Logged
from suite.measure.memory_file import create_memory, open_memory

_FIELDS = (("at", "Q", 8), ("session", "I", 4), ("status", "H", 2), ("last", "B", 1))
_ROW_BYTES = sum(size for _, _, size in _FIELDS)


class ScriptPlan(NamedTuple):
    """How a worker opens a Script that the coordinator holds: descriptors of rows and requests, and rows."""

    descriptor: int
    requests: int
    rows: int


class Script:
    """`rows` rows: where the request stands, its session, the status that it had, whether it is the last."""

    __slots__ = ("_map", "_requests", "_text", "at", "descriptor", "last", "rows", "session", "status")

    at: memoryview
    session: memoryview
    status: memoryview
    last: memoryview

    def __init__(self, descriptor: int, requests: int, rows: int) -> None:
        self.descriptor = descriptor
        self.rows = rows
        self._requests = requests
        self._map = mmap.mmap(descriptor, max(1, rows * _ROW_BYTES))
        self._text = mmap.mmap(requests, 0, prot=mmap.PROT_READ)
        position, whole = 0, memoryview(self._map)
        for name, code, size in _FIELDS:
            part = whole[position : position + size * rows]
            setattr(self, name, part.cast(code))  # type: ignore[call-overload]
            position += size * rows

    @classmethod
    def create(cls, requests: int, **columns: Any) -> Script:
        """One of these columns, arrays of equal length named as its own, and a file of requests."""
        rows = len(columns["at"])
        descriptor = create_memory("loadledger-script")
        os.ftruncate(descriptor, max(1, rows * _ROW_BYTES))
        made = cls(descriptor, os.dup(requests), rows)
        for name, code, _ in _FIELDS:
            getattr(made, name)[:] = memoryview(columns[name].astype(code))
        return made

    @classmethod
    def open(cls, owner: int, plan: ScriptPlan) -> Script:
        """The one that process `owner` holds."""
        rows, text = (
            open_memory(owner, descriptor, mode)
            for descriptor, mode in ((plan.descriptor, os.O_RDWR), (plan.requests, os.O_RDONLY))
        )
        return cls(rows, text, plan.rows)

    @property
    def plan(self) -> ScriptPlan:
        """What a worker needs to open it."""
        return ScriptPlan(self.descriptor, self._requests, self.rows)

    def logged(self, row: int) -> Logged:
        """The request of a row."""
        begin = self.at[row]
        method, _, target = self._text[begin : self._text.find(b"\n", begin)].decode("ascii").partition(" ")
        return Logged(method, target, self.status[row])

    def close(self) -> None:
        """Unmap and close."""
        for name, _, _ in _FIELDS:
            getattr(self, name).release()
        self._map.close()
        self._text.close()
        os.close(self.descriptor)
        os.close(self._requests)
