"""Counters and gauges that all processes of one system can read."""

from __future__ import annotations

import mmap
import os
import struct
from collections import Counter
from pathlib import Path

_RECORD = struct.Struct("<120sd")  # a name, a number
_NAME, _WORDS = 120, _RECORD.size // 8
_MOST = 512
_REST = "uncounted_total"
"""Names that a process can count under; further ones share this one."""


class SharedCounters:
    """Numbers by name of this process, in a mapped file in `folder`, and the sums of all processes.

    Names are Prometheus', with labels. Those that end in `_total` only grow and outlive their process; the
    others are levels, which end with it.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._places: dict[str, int] = {}
        with (folder / str(os.getpid())).open("w+b") as file:
            file.truncate(_MOST * _RECORD.size)
            self._names = mmap.mmap(file.fileno(), 0)
        self._values = memoryview(self._names).cast("d")

    def add(self, name: str, value: float = 1.0) -> None:
        """Count `value` more."""
        place = self._places.get(name) or self._placed(name)
        self._values[place] += value

    def set(self, name: str, value: float) -> None:
        """Set a level."""
        place = self._places.get(name) or self._placed(name)
        self._values[place] = value

    def sums(self) -> dict[str, float]:
        """The sum over all processes, by name, in the order of names."""
        return sums_in(self._folder)

    def processes(self) -> int:
        """Processes that count here and are alive."""
        return sum(Path(f"/proc/{file.name}").exists() for file in self._folder.iterdir())

    def _placed(self, name: str) -> int:
        """The index of a new name's number."""
        row = min(len(self._places), _MOST - 1)
        encoded = (name if row < _MOST - 1 else _REST).encode()[:_NAME]
        self._names[row * _RECORD.size : row * _RECORD.size + len(encoded)] = encoded
        return self._places.setdefault(name, row * _WORDS + _WORDS - 1)


def sums_in(folder: Path) -> dict[str, float]:
    """The sums over all processes that counted in `folder`, by name, in the order of names."""
    sums: Counter[str] = Counter()
    for file in folder.iterdir():
        alive = Path(f"/proc/{file.name}").exists()
        for raw, value in _RECORD.iter_unpack(file.read_bytes()):
            name = raw.rstrip(b"\0").decode()
            if not name:
                break
            if alive or name.partition("{")[0].endswith("_total"):
                sums[name] += value
    return dict(sorted(sums.items()))
