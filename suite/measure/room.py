"""What is left of memory and disk, for the machine or for the container that we are in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from suite.measure.control_groups import ROOT, group_folders

_FIELDS = (("memory.max", "memory.current", "inactive_file"),
           ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"))  # fmt: skip
"""Of control groups of version 2 and 1: limit, usage, what of it the kernel gives up first; cgroups(7)."""

_RESERVE = 1 << 28
"""Bytes that are left alone: for what is measured of a recording, however long it is."""
_SHARE = 4
"""Of little memory a quarter may be taken."""


def room() -> int | None:
    """Bytes that may be recorded; None where nothing tells."""
    left = memory_left()
    return None if left is None else max(left - _RESERVE, left // _SHARE)


def has_room(size: int) -> bool:
    """Whether so many bytes more may be recorded."""
    there = room()
    return there is None or size <= there


def memory_left(root: Path = ROOT, proc: Path = Path("/proc")) -> int | None:
    """Bytes that processes may still take before the kernel ends one; None where nothing tells."""
    folders = group_folders("memory", root, proc / "self" / "cgroup")
    found = [*_of_machine(proc / "meminfo"), *(left for folder in folders for left in _of_group(folder))]
    return min(found, default=None)


def disk_left(folder: Path) -> int | None:
    """Bytes free on the file system of a folder; None where it can't be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _of_machine(path: Path) -> Iterator[int]:
    for line in _lines(path):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024


def _of_group(folder: Path) -> Iterator[int]:
    for limit, usage, idle in _FIELDS:
        known = [line for name in (limit, usage) for line in _lines(folder / name)]
        if len(known) == 2 and all(line.isdigit() for line in known):
            stat = dict(line.split() for line in _lines(folder / "memory.stat"))
            yield max(int(known[0]) - int(known[1]) + int(stat.get(idle, 0)), 0)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
