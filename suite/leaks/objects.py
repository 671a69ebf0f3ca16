"""Levels of Python's own allocations by traceback, from what tracemalloc saw change between marks.

memray sees when Python asks for memory. An object may come from a list of freed ones instead, and memray's
call site is then whoever found that list empty later; tracemalloc knows who made the object.
"""

from __future__ import annotations

import ast
import stat
import tokenize
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from suite.leaks.recorded import Levels, Stack
from suite.leaks.site import Raw
from suite.process.agent_answers import Changes

_UNKNOWN = "<unknown>"
"""tracemalloc's file where no Python code ran."""
_LARGEST = 16 << 20
"""Bytes of a source that is read."""


def stacks(processes: Mapping[int, Sequence[Changes]], moments: Sequence[float]) -> tuple[Stack, ...]:
    """What each traceback of each process held at `moments` (seconds of `time.time()`, in order, each after
    the mark that it stands for), beyond the process's first mark. A process holds nothing after its last."""
    function = cache(_Functions().of)
    found = []
    for changes in processes.values():
        for frames, levels in _levels(changes, moments).items():
            if (levels[0] != levels[0, 0]).any():
                python: Iterator[Raw] = ((function(file, line), file, line) for file, line in frames)
                found.append(Stack(tuple(raw for raw in python if raw[1] != _UNKNOWN), (), levels, True))
    return tuple(found)


def _levels(
    changes: Sequence[Changes], moments: Sequence[float]
) -> Mapping[tuple[tuple[str, int], ...], Levels]:
    table: dict[tuple[tuple[str, int], ...], Levels] = defaultdict(lambda: np.zeros((3, len(moments))))
    seen = 0
    for mark in changes:
        column = int(np.searchsorted(moments, mark.at))
        if column == len(moments):
            break
        seen = column + 1
        for change in mark.changes:
            table[change.stack][:, column] += change[:3]
    return {stack: _until(seen, levels.cumsum(axis=1)) for stack, levels in table.items()}


def _until(count: int, levels: Levels) -> Levels:
    levels[:, count:] = 0
    return levels


class _Functions:
    """Names of functions by file and line, as their source has it: tracemalloc does not tell them."""

    def __init__(self) -> None:
        self._lines = cache(_named)

    def of(self, file: str, line: int) -> str:
        """What encloses the line; "<line N>" where the source can't be read."""
        return self._lines(file).get(line, f"<line {line}>")


def _named(file: str) -> Mapping[int, str]:
    """The name of each line of `file`; none if it is no source."""
    names: dict[int, str] = {}
    try:
        about = Path(file).stat()  # a system says any name, of a pipe, or of what has no end
        if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
            return {}
        with tokenize.open(file) as source:
            text = source.read()
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
        names.update(dict.fromkeys(range(1, text.count("\n") + 2), "<module>"))
        _paint(tree, names)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return names


def _paint(node: ast.AST, names: dict[int, str], *, inside: bool = False) -> None:
    """Name the lines of all below `node`, which is `inside` a function or not: the innermost name stays.

    A line that several share is the one's that is run often: a function's rather than a lambda's or a
    function's that it defines there, but rather theirs than a module's.
    """
    for child in ast.iter_child_nodes(node):
        within = inside
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            first = child.body[0].lineno if inside else child.lineno
            names.update(dict.fromkeys(range(first, (child.end_lineno or first) + 1), child.name))
            within = True
        elif isinstance(child, ast.ClassDef):
            names.update(dict.fromkeys(range(child.lineno, (child.end_lineno or 0) + 1), child.name))
            within = False
        elif isinstance(child, ast.Lambda):
            first = child.lineno + inside
            names.update(dict.fromkeys(range(first, (child.end_lineno or 0) + 1), "<lambda>"))
            within = True
        _paint(child, names, inside=within)
