"""Where in a configuration file a setting stands."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def line_of(text: str, place: Sequence[str]) -> int | None:
    """Number of the line of a TOML or JSON `text` that says most of `place`, the names that lead to it."""
    best, found = 0, None
    for number, path in _lines(text):
        common = min(len(path), len(place))
        if path[:common] == list(place[:common]) and common > best:
            best, found = common, number
    return found


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that opens a table or gives a key its value, and the names that lead there."""
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+(.+?)\]+\s*(#.*)?$", line):
            table = _names(f"{header[1]} = 0") or table
            yield number, table
        elif key := re.match(r'\s*("[^"]+")\s*:', line):
            yield number, [json.loads(key[1])]
        elif (key := re.match(r"([^#=]+)=", line)) and (names := _names(f"{key[1]} = 0")):
            yield number, [*table, *names]


def _names(assignment: str) -> list[str]:
    """The names that an assignment leads through; none if it is none."""
    try:
        found: Any = tomllib.loads(assignment)
    except tomllib.TOMLDecodeError:
        return []
    names = []
    while isinstance(found, Mapping) and len(found) == 1:
        ((name, found),) = found.items()
        names.append(name)
    return names
