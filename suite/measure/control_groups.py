"""Where the kernel tells of the control groups that we are in; version 2 and 1 (cgroups(7))."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
OURS = Path("/proc/self/cgroup")


def group_folders(controller: str, root: Path = ROOT, groups: Path = OURS) -> Iterator[Path]:
    """The folders of our groups that `controller` may look after, and of those above them that we see."""
    try:
        lines = groups.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, place = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        below = Path(place.lstrip("/"))
        for top in (root / controllers, root / controller) if controllers else (root, root / "unified"):
            for folder in (below, *below.parents):
                yield top / folder
