"""Word of something new in the queue, from acceptors to the forwarder, across processes."""

from __future__ import annotations

import contextlib
import os


class QueueNews:
    """A pipe that holds at most what fits: who comes to look finds all there is in the database."""

    def __init__(self) -> None:
        self.descriptor, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def tell(self) -> None:
        """Say that there is something new; from any thread or process."""
        with contextlib.suppress(BlockingIOError):  # full: whoever reads it will look
            os.write(self._writing, b"\0")

    def take(self) -> None:
        """Take note of all that was told."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.descriptor, 65_536)

    def close(self) -> None:
        """Close both ends."""
        os.close(self.descriptor)
        os.close(self._writing)
