"""SQL statements by what they do, whatever their values."""

from __future__ import annotations

import re

_VALUE = re.compile(
    r"""
    \b[eE]'(?:[^'\\]|''|\\.)*'         # text with escapes,
    | '(?:[^']|'')*'                # as it stands,
    | (?<![\w$])\$(?P<end>[a-zA-Z_]\w*|)\$.{0,4000}?\$(?P=end)\$   # or between dollars
    | (?<![\w.$])[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w)   # numbers
    | \$\d+                         # placeholders of PostgreSQL,
    | %\(\w+\)s | %s                # of psycopg and others,
    | (?<![:\w]):\w+                # and by name
    """,
    re.VERBOSE,
)
_LIST = re.compile(r"\(\s*\?(?:::[\w ]+)?(?:\s*,\s*\?(?:::[\w ]+)?)*\s*\)")
_ROWS = re.compile(r"\(\?\)(?:\s*,\s*\(\?\))+")
_CONTROL = re.compile(r"(?:BEGIN|START|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE)\b", re.IGNORECASE)


def normalised(statement: str) -> str:
    """The statement on one line with its values as `?`, and one of them for lists of any length."""
    text = " ".join(statement.split()).rstrip("; ")
    text = _VALUE.sub("?", text)
    return _ROWS.sub("(?)", _LIST.sub("(?)", text))


def controls(statement: str) -> bool:
    """Whether it only begins or ends a transaction: not all drivers tell of those."""
    return _CONTROL.match(statement.lstrip()) is not None
