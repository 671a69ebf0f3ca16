"""Which files are load files, by what they are called; none is loaded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from glob import escape, glob
from pathlib import Path

CALLED = ("load_*.py", "loads/[!_]*.py")
"""What load files are called where the configuration does not say."""
_ANY_DEPTH = re.compile(r"(?:\A|(?<=/))\*\*(?:/|\Z)")


def matching(named: Sequence[str] = ()) -> list[str]:
    """The files that are `named`, by patterns too, else those that are CALLED so, each once, not loaded."""
    found: dict[str, None] = {}
    for pattern in named or CALLED:
        found.update(dict.fromkeys(sorted(path for path in _paths(pattern) if Path(path).is_file())))
    return list(found)


def _paths(pattern: str) -> Iterator[str]:
    """As `glob`, but that ** goes through no link: those of a checkout may lead in circles."""
    above, *below = _ANY_DEPTH.split(pattern, maxsplit=1)
    if not below:
        yield from glob(pattern)  # noqa: PTH207 - of Path no absolute pattern is taken
        return
    for top in glob(above) if above else [""]:  # noqa: PTH207
        for folder, inside, _ in os.walk(top or "."):
            inside[:] = [name for name in inside if not name.startswith(".")]
            at = f"{escape(folder).rstrip('/')}/" if top else f"{escape(folder)}/"[2:]  # less ./
            yield from _paths(at + (below[0] or "*"))
