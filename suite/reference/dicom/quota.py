"""How much a gateway may write, counted over all of its processes."""

from __future__ import annotations

import errno
import mmap
import os
import struct
from contextlib import AbstractContextManager

_NUMBER = struct.Struct("q")


class Quota:
    """At most `most` bytes of files; 0 is no limit. Make it before a fork, which shares it.

    `used` bytes are there when it is made. An instance that comes again counts twice until the next start.
    """

    def __init__(self, most: int, used: int = 0) -> None:
        self.most = most
        self._used = mmap.mmap(-1, _NUMBER.size)
        _NUMBER.pack_into(self._used, 0, used)

    @property
    def used(self) -> int:
        """Bytes that are taken."""
        return int(_NUMBER.unpack_from(self._used)[0])

    def take(self, size: int, lock: AbstractContextManager[None]) -> None:
        """Take `size` bytes; a negative number gives them back. Raises OSError EDQUOT if they don't fit."""
        if not self.most:
            return
        with lock:
            after = self.used + size
            if after > self.most:
                raise OSError(errno.EDQUOT, f"{os.strerror(errno.EDQUOT)}: {self.most} bytes")
            _NUMBER.pack_into(self._used, 0, after)
