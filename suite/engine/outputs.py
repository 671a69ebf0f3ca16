"""What the parties of a round write: kept where something failed, with the lines of that moment."""

from __future__ import annotations

import contextlib
import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from suite.engine.clock import now
from suite.process.output_file import part
from suite.process.redaction import redacted
from suite.records.party_output import PartyOutput
from suite.records.reason import Reason

KEPT = 65_536
"""Bytes of the end of each."""
_LATER = 350_000_000
"""ns in which a failure is written down, and seen to be."""
_BEFORE, _SINCE = 5, 20
"""Lines that are shown of what came before the failure, and from then on."""
_LOUD = 10e6
"""Bytes a second, a hundred thousand lines."""
_NEAR = 16_384
"""Bytes in which they are looked for, either way."""


class OutputWatch:
    """Notes how long the files of `logs()` are, by party, so that a moment is a place in them.

    `secrets` are environments whose secrets must not be kept, besides our own.
    """

    def __init__(self, logs: Callable[[], Mapping[str, Path]], *secrets: Mapping[str, str]) -> None:
        self._logs = logs
        self._secrets = (os.environ, *secrets)
        self._times: dict[str, list[int]] = {}
        self._sizes: dict[str, list[int]] = {}

    def tick(self) -> None:
        """Note what there is by now."""
        moment = now()
        for party, size in self._lengths():
            times, sizes = self._times.setdefault(party, []), self._sizes.setdefault(party, [])
            if not sizes or sizes[-1] != size:
                times.append(moment)
                sizes.append(size)

    def kept(self, start: int = 0, first: float | None = None) -> tuple[PartyOutput, ...]:
        """What each party wrote, if anything; the first failure was `first` seconds after `start` (ns)."""
        outputs = []
        for party, size in self._lengths():
            path, around = self._logs()[party], ""
            if first is not None:
                moment = start + round(first * 1e9)
                low = self._size_at(party, moment)
                late = moment + _LATER >= self._times.get(party, [0])[-1]
                high = size if late else self._size_at(party, moment + _LATER)
                around = _around(path, low, high, self._redacted)
            tail = part(path, max(0, size - KEPT), size)
            if size > KEPT:  # begins within a line: half a secret is not known as one
                tail = tail.partition("\n")[2]
            if tail.strip():
                outputs.append(PartyOutput(party, self._redacted(tail), around, first))
        return tuple(outputs)

    def loud(self, begin: int, end: int) -> list[Reason]:
        """Who wrote so much from `begin` to `end` (ns) that it took its time, each as a reason for doubt."""
        seconds = (end - begin) / 1e9
        reasons = []
        for party, sizes in self._sizes.items():
            size = self._size_at(party, end)
            rate = (size - max(self._size_at(party, begin), sizes[0])) / max(seconds, 1e-9)
            if rate > _LOUD:
                reasons.append(Reason("much_output", {"party": party, "rate": rate, "bytes": size}))
        return reasons

    def _redacted(self, text: str) -> str:
        return redacted(text, *self._secrets)

    def _lengths(self) -> Iterator[tuple[str, int]]:
        for party, path in self._logs().items():
            with contextlib.suppress(OSError):
                yield party, path.stat().st_size

    def _size_at(self, party: str, moment: int) -> int:
        at = bisect_right(self._times.get(party, []), moment)
        return self._sizes[party][at - 1] if at else 0


def _around(path: Path, low: int, high: int, clean: Callable[[str], str]) -> str:
    """Lines from `low` to `high`, after some that came before them; "" if there is none. What is `clean`ed is
    all from which they are cut: of a key's lines those in its midst are not known as a secret.
    """
    since = clean(part(path, low, min(high, low + _NEAR))).splitlines()[:_SINCE]
    if not since:
        return ""
    start = max(0, low - _NEAR)
    before = part(path, start, low)
    before_lines = clean(before.partition("\n")[2] if start else before).splitlines()[-_BEFORE:]
    return "\n".join([*before_lines, *since])
