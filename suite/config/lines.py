"""Where in a configuration file a setting stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from suite.files import parse_toml

_TOKEN = re.compile(r'(?P<key>"(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}\[\]]')
"""Of JSON: a key, another text, or what opens and closes."""


def line_of(text: str, place: Sequence[str]) -> int | None:
    """Number of the line of a TOML or JSON `text` that says most of `place`, the names that lead to it."""
    best, found = 0, None
    for number, path in _json_lines(text) if text.lstrip().startswith("{") else _toml_lines(text):
        common = min(len(path), len(place))
        if path[:common] == list(place[:common]) and common > best:
            best, found = common, number
    return found


def _toml_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that opens a table or gives a key its value, and the names that lead there."""
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+(.+?)\]+\s*(#.*)?$", line):
            table = _names(f"{header[1]} = 0") or table
            yield number, table
        elif (key := re.match(r"([^#=]+)=", line)) and (names := _names(f"{key[1]} = 0")):
            yield number, [*table, *names]


def _json_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The line of each key, and the names that lead to it."""
    around: list[str | None] = []
    key: str | None = None
    for token in _TOKEN.finditer(text):
        if token["key"]:
            key = json.loads(token["key"])
            yield text.count("\n", 0, token.start()) + 1, [*filter(None, around), key]
        elif token[0] in "{[":
            around.append(key)
            key = None
        elif token[0] in "}]":
            del around[-1:]


def _names(assignment: str) -> list[str]:
    """The names that an assignment leads through; none if it is none."""
    try:
        found: Any = parse_toml(assignment)
    except ValueError:
        return []
    names = []
    while isinstance(found, Mapping) and len(found) == 1:
        ((name, found),) = found.items()
        names.append(name)
    return names
