"""Objects through pipes between processes of ours, where a signal may break off what is being done.

What multiprocess's own `send` and `recv` would leave in the error then is a view of a BytesIO. Python 3.12
dies of a collection that finds both.
"""

from __future__ import annotations

import os
import select
import struct
import time
from multiprocessing.connection import Connection, wait
from typing import Any

from multiprocess.reduction import ForkingPickler

_SHORT, _LONG = struct.Struct("!i"), struct.Struct("!Q")
"""How long a message is stands before it; that there is a longer one, in the shorter one as -1."""
_PIECE = 1 << 18
_SLICE = 0.05
"""Seconds for which a message that keeps coming is taken in at most where nobody waits for it."""


class PipeEnd:
    """Our end of a pipe to a process of ours, whose end is multiprocess's: messages have the same form.

    It may freeze in the midst of a message: nobody waits for it longer than is said, and what has come of one
    until then is kept for the next look.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._data = bytearray()
        self._begins = 0
        self._over = False
        self._room = select.poll()
        self._room.register(pipe, select.POLLOUT)
        os.set_blocking(pipe.fileno(), False)

    def fileno(self) -> int:
        """For who waits until something comes."""
        return self._pipe.fileno()

    def close(self) -> None:
        """Hear and say nothing more."""
        self._pipe.close()

    def send(self, what: Any, seconds: float) -> None:
        """Send an object. Raises OSError if nobody reads, TimeoutError if not all is taken in `seconds`."""
        data = bytes(ForkingPickler.dumps(what))
        short = len(data) < 1 << 31
        data = (_SHORT.pack(len(data)) if short else _SHORT.pack(-1) + _LONG.pack(len(data))) + data
        end = time.monotonic() + seconds
        sent = 0
        while True:
            try:
                sent += os.write(self.fileno(), data[sent : sent + _PIECE])
            except BlockingIOError:
                left = end - time.monotonic()
                if left < 0:
                    raise TimeoutError("it takes nothing") from None
                self._room.poll(1000 * left)
            if sent == len(data):
                return

    def poll(self, seconds: float = 0.0) -> bool:
        """Whether `receive` has something to give, or to raise, within `seconds`."""
        end = time.monotonic() + seconds
        while not self._over and self._missing():
            left = end - time.monotonic()
            if left < -_SLICE or not wait([self._pipe], max(left, 0.0)):
                return False
            try:
                data = os.read(self.fileno(), min(self._missing(), _PIECE))
            except OSError:  # it died, and had not read all
                data = b""
            self._data += data
            self._over = not data
        return True

    def receive(self, seconds: float = 0.0) -> Any:
        """The next object. Raises EOFError if none comes any more, TimeoutError if none does in `seconds`."""
        if not self.poll(seconds):
            raise TimeoutError("it does not answer")
        if self._missing():
            raise EOFError
        message = bytes(self._data[self._begins :])
        self._data.clear()
        return ForkingPickler.loads(message)

    def _missing(self) -> int:
        """Bytes that are still to come of the message, or of how long it is; none of those of the next one
        are taken before, since a pipe is looked at for whether there are any.
        """
        data, begins = self._data, _SHORT.size
        if len(data) < begins:
            return begins - len(data)
        size: int = _SHORT.unpack_from(data)[0]
        if size < 0:
            begins += _LONG.size
            if len(data) < begins:
                return begins - len(data)
            size = _LONG.unpack_from(data, _SHORT.size)[0]
        self._begins = begins
        return begins + size - len(data)
