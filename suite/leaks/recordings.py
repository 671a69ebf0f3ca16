"""Recordings by memray of several processes. `python -m` reads them, alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from suite.leaks.recorded import Recorded, read
from suite.process.reading import answer, read_apart


def read_all(recordings: Mapping[int, Path], moments: Sequence[float]) -> dict[int, Recorded | str]:
    """What each recording, by pid, holds at `moments` (see `read`); a str says why it can't be read."""
    files = [recordings[pid] for pid in sorted(recordings)]
    found = read_apart("suite.leaks.recordings", files, [*moments])
    return {
        pid: one if isinstance(one, str) else Recorded.unpack(one)
        for pid, one in zip(sorted(recordings), found, strict=True)
    }


def _packed(path: Path, moments: Sequence[float]) -> dict[str, Any]:
    return read(path, moments).pack()


if __name__ == "__main__":
    answer(_packed)
