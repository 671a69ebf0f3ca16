"""What agents tell and write, as the data that it stands for: a system may say anything in their place."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any, NamedTuple

from suite.process.opening import opened

_MOST = 1 << 63
"""Numbers from here on count nothing."""
_LARGEST = 256 << 20
"""Bytes of a file that are read."""


class Filling(NamedTuple):
    """A container that is not full yet: its identity, entries that it has, and that it may have."""

    who: int
    entries: int
    bound: int


class Counts(NamedTuple):
    """What a process holds after a full collection: Python's blocks, bytes from malloc (None: unknown),
    and the caches with a bound that fill."""

    blocks: int
    malloc: int | None
    caches: tuple[Filling, ...] = ()


class EnvironmentChange(NamedTuple):
    """What Python's allocators handed out at one traceback, less what they got back: bytes asked for,
    blocks, bytes given. `stack` are files and lines, innermost first."""

    asked: int
    blocks: int
    given: int
    stack: tuple[tuple[str, int], ...]


class Changes(NamedTuple):
    """Of one process between two marks; `at` in seconds of `time.time()`."""

    at: float
    changes: tuple[EnvironmentChange, ...]


class Bill(NamedTuple):
    """What was counted in one process. `calls`: times, function, file, line; `c_calls`: the same of who
    called, and the C function. Of statements the `texts`, the `stacks` (function, file, line; innermost
    first) that sent them, and of each that was `sent` its time (monotonic ns), and which of both it has.
    """

    calls: list[tuple[int, str, str, int]]
    c_calls: list[tuple[int, str, str, int, str]]
    texts: list[str]
    stacks: list[list[tuple[str, str, int]]]
    sent: list[tuple[int, int, int]]


def parsed(text: bytes) -> dict[str, Any]:
    """The object in a text of JSON. Raises ValueError, as all here do for what says something else."""
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested without end") from error
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    return found


def counts(answer: dict[str, Any]) -> Counts:
    """What a process says at a mark."""
    malloc = answer.get("malloc")
    caches = tuple(Filling(*row) for row in _rows(answer.get("caches"), int, int, int))
    return Counts(_number(answer.get("blocks")), None if malloc is None else _number(malloc), caches)


def changes(text: bytes) -> Changes:
    """A line of what changed."""
    line = parsed(text)
    at = line.get("at")
    if not isinstance(at, float) or not math.isfinite(at):
        raise ValueError("it says no time")
    made = [
        EnvironmentChange(asked, blocks, given, tuple(_rows(stack, str, int)))
        for asked, blocks, given, stack in _rows(line.get("changes"), int, int, int, list)
    ]
    return Changes(at, tuple(made))


def bill(path: Path) -> Bill:
    """What is in a bill. Raises OSError, too."""
    found = parsed(_written(path))
    statements = found.get("statements")
    if not isinstance(statements, dict):
        raise ValueError("it has no statements")
    texts = [text for (text,) in _rows([[text] for text in _list(statements.get("texts"))], str)]
    stacks = [_rows(stack, str, str, int) for stack in _list(statements.get("stacks"))]
    sent = _rows(statements.get("sent"), int, int, int)
    if any(not 0 <= text < len(texts) or not 0 <= stack < len(stacks) for _, text, stack in sent):
        raise ValueError("it has statements without a text or a stack")
    calls, c_calls = _rows(found.get("calls"), int, str, str, int), found.get("c_calls")
    return Bill(calls, _rows(c_calls, int, str, str, int, str), texts, stacks, sent)


def all_changes(path: Path) -> list[Changes]:
    """What changed at each mark, as far as it was written, and by our agent."""
    found = []
    try:
        for line in _written(path).split(b"\n"):
            found.append(changes(line))  # noqa: PERF401  (those before a bad one stay)
    except (OSError, ValueError):
        pass
    return found


def _written(path: Path) -> bytes:
    with opened(path) as file:
        return file.read(min(os.fstat(file.fileno()).st_size, _LARGEST)) or b""


def _rows(given: Any, *kinds: type) -> list[Any]:
    """The rows of a table whose columns are of these `kinds`, each a tuple."""
    rows = _list(given)
    for row in rows:
        if not isinstance(row, list) or len(row) != len(kinds):
            raise ValueError("a row of it has other columns")
        for value, kind in zip(row, kinds, strict=True):
            if not isinstance(value, kind):
                raise ValueError("a column of it has other values")
            if kind is int:
                _number(value)
    return [tuple(row) for row in rows]


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise ValueError("it has no list there")
    return given


def _number(given: Any) -> int:
    if not isinstance(given, int) or not -_MOST < given < _MOST:
        raise ValueError("it has no number there")
    return given
