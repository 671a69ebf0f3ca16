"""What a shell offers for a workload: names as they stand in files, none of which is imported for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import suite
from suite.config.first_texts import first_texts
from suite.config.matching import matching

_OURS = Path(suite.__file__).parent / "reference"


def workloads(incomplete: str) -> list[str]:
    """Load files, systems and workloads that begin like this; the project's own first."""
    own = matching()
    names = [name for path in own for name, _ in first_texts(Path(path))]
    if incomplete or not own:
        ours = sorted({name for system in _OURS.iterdir() for name in _of_system(system)})
        names += [*sorted({name.partition("/")[0] for name in ours}), *ours]
    offered = dict.fromkeys([*own, *names])
    return [name for name in offered if name.startswith(incomplete)]


def _of_system(folder: Path) -> Iterator[str]:
    """Names of a system of ours, whose workloads are made by functions too."""
    for path in folder.rglob("*.py"):
        yield from (name for name, _ in first_texts(path, "") if name.startswith(f"{folder.name}/"))
