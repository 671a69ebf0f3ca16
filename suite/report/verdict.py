"""One exit code for several Runs, and what it means in a word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

_GRAVEST_FIRST = (130, 143, 2, 70, 4, 1, 3, 0)

_WORDS: dict[int, Literal["pass", "fail", "invalid"]] = {0: "pass", 1: "fail", 3: "invalid"}


def overall(codes: Iterable[int], *, on_invalid: Literal["fail", "warn"] = "fail") -> int:
    """The gravest of `codes`; 0 of none. `on_invalid="warn"` lets 3 count as 0.

    Raises ValueError for a code that `suite` does not have.
    """
    gravest = min(codes, key=_GRAVEST_FIRST.index, default=0)
    return 0 if gravest == 3 and on_invalid == "warn" else gravest


def verdict_word(code: int) -> Literal["pass", "fail", "invalid", "error"]:
    """The word that documents have for an exit code."""
    return _WORDS.get(code, "error")
