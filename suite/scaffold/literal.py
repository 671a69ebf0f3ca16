"""Text from outside in the source of a file that is written: as a string, and on a line of a comment."""

from __future__ import annotations

import json

from suite.foreign_text import clean


def literal(text: str) -> str:
    """`text` as a string of Python's, in double quotes; what can't be seen, or steers, is escaped."""
    quoted = json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return "".join(one if one.isprintable() else _escaped(ord(one)) for one in quoted)


def one_line(text: str) -> str:
    """`text` as what a comment may hold."""
    return clean(" ".join(text.split()))


def _escaped(number: int) -> str:
    return f"\\u{number:04x}" if number < 1 << 16 else f"\\U{number:08x}"
