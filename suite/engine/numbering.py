"""Numbers of users, given out in one place for all workers of a round."""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import struct
from collections.abc import Iterator

from suite.measure.memory_file import create_memory, open_memory

_HEAD = struct.Struct("<qq")  # the next number, how many below it are free again
_NUMBER = struct.Struct("<q")


class Numbering:
    """Gives out 0, 1, 2, ... without gap or repeat, whichever worker asks.

    A number that is given back is the next to be used. It lives in shared memory without a name: nothing
    of it is left however its users end.
    """

    def __init__(self, descriptor: int, most: int) -> None:
        self.descriptor = descriptor
        self.most = most
        self._map = mmap.mmap(descriptor, _HEAD.size + _NUMBER.size * most)

    @classmethod
    def create(cls, used: int, most: int) -> Numbering:
        """A new one, of which 0 to `used` - 1 are taken, for up to `most` numbers."""
        descriptor = create_memory("loadledger-numbering")
        os.ftruncate(descriptor, _HEAD.size + _NUMBER.size * most)
        made = cls(descriptor, most)
        _HEAD.pack_into(made._map, 0, used, 0)
        return made

    @classmethod
    def open(cls, owner: int, descriptor: int, most: int) -> Numbering:
        """The one that process `owner` holds under `descriptor`."""
        return cls(open_memory(owner, descriptor), most)

    def take(self) -> int | None:
        """A number for a user that joins; None if all are taken."""
        with self._alone():
            following, free = _HEAD.unpack_from(self._map, 0)
            if free:
                _HEAD.pack_into(self._map, 0, following, free - 1)
                return int(_NUMBER.unpack_from(self._map, self._place(free - 1))[0])
            if following >= self.most:
                return None
            _HEAD.pack_into(self._map, 0, following + 1, free)
            return int(following)

    def give_back(self, number: int) -> None:
        """The user of `number` was refused, or has left."""
        with self._alone():
            following, free = _HEAD.unpack_from(self._map, 0)
            _NUMBER.pack_into(self._map, self._place(free), number)
            _HEAD.pack_into(self._map, 0, following, free + 1)

    def exhaust(self) -> None:
        """From now on only what is given back is given out: numbers come from elsewhere."""
        with self._alone():
            _, free = _HEAD.unpack_from(self._map, 0)
            _HEAD.pack_into(self._map, 0, self.most, free)

    def close(self) -> None:
        """Unmap and close."""
        self._map.close()
        os.close(self.descriptor)

    @staticmethod
    def _place(position: int) -> int:
        return _HEAD.size + _NUMBER.size * position

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        # Each process opened the file anew, so the lock is between processes; within one nobody waits.
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
