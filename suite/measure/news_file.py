"""What a worker has counted beside the columns, as it wrote it last: whole, whenever that was cut off."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from suite.measure.memory_file import create_memory, open_memory
from suite.records.detail import Detail

_HEAD = struct.Struct("<QII")
"""Turn, length and checksum of what follows."""
_ROOM = 1 << 18
_NOTHING = b"[[], []]"


@dataclass(frozen=True, slots=True)
class News:
    """Causes of what went wrong, and how often an operation saw a protocol status, in one worker."""

    details: tuple[Detail, ...] = ()
    statuses: tuple[tuple[str, str, int], ...] = ()


def counted(statuses: Iterable[Iterable[tuple[str, str, int]]]) -> dict[str, dict[str, int]]:
    """How often each operation saw each protocol status, over all workers."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for operation, status, count in (one for several in statuses for one in several):
        counts[operation][status] += count
    return {operation: dict(sorted(found.items())) for operation, found in counts.items()}


class NewsFile:
    """A file in memory, for one process that writes and others that read; see `ColumnFile`.

    Two places are written in turns, so that one is always whole.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._turn = 0
        self._written = _NOTHING

    @classmethod
    def create(cls) -> NewsFile:
        """A new one, without news."""
        return cls(create_memory())

    @classmethod
    def open(cls, owner: int, descriptor: int) -> NewsFile:
        """The one that process `owner` holds under `descriptor`."""
        return cls(open_memory(owner, descriptor))

    def write(self, details: Iterable[Detail], statuses: Iterable[tuple[str, str, int]]) -> None:
        """Put these in place of what was there. More than there is room for is left out."""
        text = json.dumps([[asdict(one) for one in details], [*statuses]]).encode()
        if text == self._written or len(text) > _ROOM - _HEAD.size:
            return
        self._written = text
        self._turn += 1
        place = self._turn % 2 * _ROOM
        os.pwrite(self.descriptor, text, place + _HEAD.size)
        os.pwrite(self.descriptor, _HEAD.pack(self._turn, len(text), zlib.crc32(text)), place)

    def read(self) -> News:
        """What was written last."""
        latest, known = 0, _NOTHING
        for place in (0, _ROOM):
            head = os.pread(self.descriptor, _HEAD.size, place)
            turn, length, checksum = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, 0, 0)
            text = os.pread(self.descriptor, min(length, _ROOM), place + _HEAD.size)
            if turn > latest and zlib.crc32(text) == checksum:
                latest, known = turn, text
        details, statuses = json.loads(known)
        return News(
            tuple(Detail(**one) for one in details),
            tuple((str(name), str(status), int(count)) for name, status, count in statuses),
        )

    def close(self) -> None:
        """Close it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1
