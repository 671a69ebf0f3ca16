"""Plain text that calls in a load file begin with: told from the file's own text, none of which is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path

_LONGEST = 1_000_000
"""Bytes of a file that is looked into."""


def first_texts(file: Path, called: str = "Workload") -> Iterator[tuple[str, int]]:
    """The first argument of each call of what is `called` so, or ("") of anything, and the line of the call.

    Nothing of a file that says nothing of a Workload, or can't be read.
    """
    try:
        if file.stat().st_size > _LONGEST or b"Workload" not in (text := file.read_bytes()):
            return
        with warnings.catch_warnings(action="ignore"):  # whoever runs it is told
            tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and called in ("", _name(node.func)):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, node.lineno


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
