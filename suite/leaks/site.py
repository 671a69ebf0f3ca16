"""Which frame of a call stack a leak is known by, and a name for its file that other machines share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path, PurePath

from suite.records.leak import Frame

Raw = tuple[str, str, int]
"""Function, file and line as memray gives them."""

_LIBRARY = re.compile(r".*/(?:site|dist)-packages/")
_STANDARD = re.compile(r".*/lib(?:64)?/python3(?:\.\d+t?)?/")
_OURS = re.compile(r"<frozen importlib|.*/(?:site|dist)-packages/memray/|(?:.*/)?suite/process/injected/")
# Who calls these decides nothing: they are where a thread or an event loop starts what was asked for.
_STARTS = frozenset({"_bootstrap", "_bootstrap_inner", "_worker", "run", "serve_forever"})
_LOOPS = frozenset({"_run", "_run_once", "run_forever", "run_until_complete"}) | _STARTS


class Kind(IntEnum):
    """Whose code a file is. The larger, the likelier to be what its reader can mend."""

    hidden = 0  # memray, our agent, the import system
    generated = 1  # <string> and the like
    standard = 2
    library = 3
    user = 4


class Sites:
    """Tells files from the outermost of `roots` that holds them; remembers what it told."""

    def __init__(self, roots: Sequence[Path] = ()) -> None:
        # The root of the file system would say nothing; an outer root keeps two files of one name apart.
        absolute = {root.absolute() for root in roots}
        self.roots = sorted(
            (root for root in absolute if root != root.parent), key=lambda root: len(root.parts)
        )
        self._known: dict[str, tuple[Kind, str]] = {}

    def of(self, stack: Iterable[Raw]) -> Raw | None:
        """The frame that a stack (innermost first) is known by; None without a frame that counts.

        The innermost one of the user's own code, else of a library's, else of Python's. Beyond an event
        loop or a thread's start there is only who started it.
        """
        best, rank = None, Kind.hidden
        for raw in stack:
            kind = self.place(raw[1])[0]
            if kind > rank:
                best, rank = raw, kind
            if kind is Kind.user or (kind is Kind.standard and raw[0] in _LOOPS):
                break
        return best

    def frame(self, raw: Raw) -> Frame:
        """The same frame with the short name of its file."""
        return Frame(raw[0], self.place(raw[1])[1], raw[2])

    def place(self, file: str) -> tuple[Kind, str]:
        """Whose it is, and its name without what belongs to this machine."""
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = self._placed(file)
        return known

    def _placed(self, file: str) -> tuple[Kind, str]:
        if _OURS.match(file):
            return Kind.hidden, file
        if file.startswith("<"):
            return (Kind.standard if file.startswith("<frozen ") else Kind.generated), file
        path = PurePath(file)
        root = next((root for root in self.roots if path.is_relative_to(root)), None)
        inside = str(path.relative_to(root)) if root is not None else file
        # A virtual environment may lie inside a root, and a root inside a virtual environment.
        for pattern, kind, name in (
            (_LIBRARY, Kind.library, "site-packages"),
            (_STANDARD, Kind.standard, "stdlib"),
        ):
            match = pattern.match(f"/{inside}")
            if match:
                return kind, f"{name}/{f'/{inside}'[match.end() :]}"
        return Kind.user, inside
