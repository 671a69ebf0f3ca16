"""Which files are load files, by what they are called; none is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from glob import glob
from pathlib import Path

CALLED = ("load_*.py", "loads/[!_]*.py")
"""What load files are called where the configuration does not say."""


def matching(named: Sequence[str] = ()) -> list[str]:
    """The files that are `named`, by patterns too, else those that are CALLED so, each once, not loaded."""
    found: dict[str, None] = {}
    for pattern in named or CALLED:
        paths = glob(pattern, recursive=True)  # noqa: PTH207 - of Path no absolute pattern is taken
        found.update(dict.fromkeys(sorted(path for path in paths if Path(path).is_file())))
    return list(found)
