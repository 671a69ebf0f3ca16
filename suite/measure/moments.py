"""When operations ended badly, and were tried again, in all workers: read where it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from suite.measure.moment_file import FURTHER, MomentFile
from suite.measure.phases import CauseTimes, RetryTimes

_CHUNK = 1 << 16
"""Entries that are looked at together."""
_Entries = npt.NDArray[np.int64]


class Moments:
    """What `files` hold; each has the causes, as outcome and kind, by code. `retried`: whether operations may
    be tried again at all.
    """

    def __init__(
        self,
        files: Sequence[tuple[MomentFile, Sequence[tuple[str, str]]]] = (),
        *,
        retried: bool = False,
    ) -> None:
        self.retried = retried
        self._files = files

    def causes(self) -> Iterator[CauseTimes]:
        """Operations that ended badly, those of a cause in any number of pieces."""
        for file, known in self._files:
            for entries in _chunks(file):
                for code in np.unique(entries[:, 0]).tolist():
                    if code != FURTHER:
                        yield CauseTimes(*known[code], *entries[entries[:, 0] == code, 1:].T)

    def retries(self) -> Iterator[RetryTimes]:
        """Further attempts, in any number of pieces."""
        for file, _ in self._files:
            for entries in _chunks(file):
                yield RetryTimes(*entries[entries[:, 0] == FURTHER, 1:].T)


def _chunks(file: MomentFile) -> Iterator[_Entries]:
    entries = np.frombuffer(file.read(), np.int64).reshape(-1, MomentFile.fields)
    for place in range(0, len(entries), _CHUNK):
        piece = entries[place : place + _CHUNK]
        yield piece[piece[:, 2] != 0]
