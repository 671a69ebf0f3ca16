"""What a CPU limit of our container took: cpu.stat of control groups, version 2 or 1 (cgroups(7))."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from suite.measure.control_groups import OURS, ROOT, group_folders

_SECONDS = {"throttled_usec": 1e-6, "throttled_time": 1e-9}
"""The field of either version, and its unit."""


class Throttling(NamedTuple):
    """How often all of a group was stopped until its next period, and for how many seconds of its cores."""

    times: int
    seconds: float


def own_groups(root: Path = ROOT, groups: Path = OURS) -> list[Path]:
    """The cpu.stat of our control group and of those above it that we see."""
    files = (folder / "cpu.stat" for folder in group_folders("cpu", root, groups))
    return list(dict.fromkeys(path for path in files if path.is_file()))


def throttling(files: Iterable[Path]) -> Throttling | None:
    """Of the group that was stopped longest; None if none of them tells."""
    return max((found for path in files if (found := _read(path)) is not None), key=_seconds, default=None)


def _read(path: Path) -> Throttling | None:
    try:
        counts = dict(line.split() for line in path.read_text().splitlines())
        for name, unit in _SECONDS.items():
            if name in counts:
                return Throttling(int(counts["nr_throttled"]), int(counts[name]) * unit)
    except (OSError, ValueError, KeyError):
        pass
    return None


def _seconds(found: Throttling) -> float:
    return found.seconds
