"""Whether there was room on the disk for what a round writes: where there is none, failures are ours."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from suite.errors import NotKept
from suite.records.detail import Detail
from suite.records.reason import Reason

_LEAST = 65_536
"""Bytes: with less a line that a user keeps, or that the system writes, may not fit."""


class RoomWatch:
    """Looks after the folder of a round."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._full = False

    def tick(self) -> None:
        """Look now. A file system that tells nothing has room."""
        try:
            found = os.statvfs(self._folder)
        except OSError:
            return
        blocks = found.f_bavail if os.geteuid() else found.f_bfree
        self._full |= found.f_blocks > 0 and blocks * found.f_frsize < _LEAST

    def faults(self, details: Iterable[Detail]) -> list[Reason]:
        """Why the round can't be believed: it was full, or users who kept something found it so."""
        lost = sum(detail.count for detail in details if detail.kind == NotKept.cause)
        if not (self._full or lost):
            return []
        return [Reason("scratch_full", {"folder": str(self._folder.parent), "lost": lost})]
