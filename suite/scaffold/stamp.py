"""The mark in a file that `suite init` wrote: it says that it is ours, and whether somebody changed it."""

from __future__ import annotations

import hashlib
import re

PLACE = "@MARK@"
"""Where the mark belongs in what is to be written."""
_LENGTH = 12
_MARK = re.compile(r"(?<=suite init )[0-9a-f]{12}(?=:)")


def stamped(text: str) -> str:
    """`text` with its mark in its PLACE."""
    return text.replace(PLACE, _digest(text), 1)


def is_marked(text: str) -> bool:
    """Whether it has a mark at all: it was ours once."""
    return _MARK.search(text) is not None


def is_unchanged(text: str) -> bool:
    """Whether it is what `stamped` made, to the letter but for line ends."""
    found = _MARK.search(text)
    return found is not None and _digest(_MARK.sub(PLACE, text, count=1)) == found[0]


def _digest(text: str) -> str:
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:_LENGTH]
