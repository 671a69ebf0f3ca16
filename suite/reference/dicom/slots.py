"""The limit on associations, one for all acceptors of a gateway."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path


class AssociationSlots:
    """`count` slots, each a locked byte of the file at `path`: what a dead process held is free again.

    Any thread of any process that has opened the same file may ask. Locks belong to a process, which
    therefore opens the file once.
    """

    def __init__(self, path: Path, count: int) -> None:
        self.count = count
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._threads = threading.Lock()
        self._ours: set[int] = set()

    @property
    def taken(self) -> int:
        """Slots that this process holds."""
        return len(self._ours)

    def take(self) -> int | None:
        """A slot that was free; None if there is none."""
        with self._threads:
            turn = self.count  # one byte behind the slots: two who look at once would both overlook one
            fcntl.lockf(self._file, fcntl.LOCK_EX, 1, turn)
            try:
                for slot in range(self.count):
                    if slot not in self._ours and self._locked(slot):
                        self._ours.add(slot)
                        return slot
                return None
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, turn)

    def free(self, slot: int) -> None:
        """Give `slot` back; a second time does nothing."""
        with self._threads:
            if slot in self._ours:
                self._ours.discard(slot)
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, slot)

    def close(self) -> None:
        """Give the file back, and with it all slots of this process."""
        os.close(self._file)

    def _locked(self, slot: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:
            return False
        return True
