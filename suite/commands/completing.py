"""What a shell offers for a workload: names as they stand in files, none of which is imported for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import suite

_OURS = Path(suite.__file__).parent / "reference"
_CALLED = ("load_*.py", "loads/[!_]*.py")
_LONGEST = 1_000_000
"""Bytes of a file that is looked into."""


def workloads(incomplete: str) -> list[str]:
    """Load files, systems and workloads that begin like this; the project's own first."""
    own = [path for pattern in _CALLED for path in sorted(Path().glob(pattern))]
    names = [name for path in own for name in _names(path)]
    if incomplete or not own:
        ours = sorted({name for system in _OURS.iterdir() for name in _of_system(system)})
        names += [*sorted({name.partition("/")[0] for name in ours}), *ours]
    offered = dict.fromkeys([*map(str, own), *names])
    return [name for name in offered if name.startswith(incomplete)]


def _of_system(folder: Path) -> Iterator[str]:
    """Names of a system of ours, whose workloads are made by functions too."""
    for path in folder.rglob("*.py"):
        yield from (name for name in _names(path, "") if name.startswith(f"{folder.name}/"))


def _names(path: Path, called: str = "Workload") -> Iterator[str]:
    """The first argument of each call of what is called so, or of anything, where that is plain text."""
    try:
        if path.stat().st_size > _LONGEST or b"Workload" not in (text := path.read_bytes()):
            return
        tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and called in ("", _called(node.func)):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
