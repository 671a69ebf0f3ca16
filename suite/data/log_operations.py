"""Which operation of a replay a logged request is."""

from __future__ import annotations

from fnmatch import fnmatchcase

from suite.contract.replay import Replay

_KNOWN = 1 << 16
"""Paths whose operation is remembered."""


class LogOperations:
    """Which operation a request is: an index into the replay's own, or why it is left out."""

    def __init__(self, given: Replay) -> None:
        self._pairs = [(index, *_pattern(pattern)) for index, (pattern, _) in enumerate(given.operations)]
        self._known: dict[tuple[bytes, bytes], int | str] = {}

    def __call__(self, method: bytes, target: bytes) -> int | str:
        if not self._pairs:
            return 0 if method in (b"GET", b"HEAD") else "method"
        key = method, target.partition(b"?")[0]
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            found = self._known[key] = self._found(key[0].decode(), key[1].decode())
        return found

    def _found(self, method: str, path: str) -> int | str:
        for index, methods, pattern in self._pairs:
            if any(fnmatchcase(method, one) for one in methods) and fnmatchcase(path, pattern):
                return index
        return "unmapped"


def _pattern(text: str) -> tuple[tuple[str, ...], str]:
    """Methods and path; without a method it is one of those that change nothing."""
    method, _, path = text.rpartition(" ")
    return ((method,) if method else ("GET", "HEAD")), path
