"""What TCP had to do twice, or gave up: counters of a network namespace (the kernel's snmp_counter.rst)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_EXTENDED = {
    "overflows": b"ListenOverflows",
    "syns": b"TCPSynRetrans",
    "timeouts": b"TCPTimeouts",
    "delayed_acks": b"DelayedACKs",
}
_FILES = {"netstat": (b"TcpExt:", _EXTENDED), "snmp": (b"Tcp:", {"resets": b"EstabResets"})}


@dataclass(frozen=True, slots=True)
class TcpUsage:
    """Counts: connections that found a full listen backlog, SYNs sent again, waits for an answer that ran
    out, connections that were reset, acknowledgements that were put off until their time was up.
    """

    overflows: int
    syns: int
    timeouts: int
    resets: int
    delayed_acks: int


class TcpWatch:
    """Reads the counters where the first process of `roots()` lives, or we do where there is none."""

    def __init__(self, roots: Callable[[], Sequence[int]]) -> None:
        self._roots = roots
        self._first: Mapping[str, int] | None = None
        self._last: Mapping[str, int] | None = None

    def look(self) -> None:
        """Note the counters as they are now; takes the kernel half a millisecond."""
        known = _counters(next(iter(self._roots()), None)) or self._last
        self._first = self._first or known
        self._last = known

    def forget(self) -> None:
        """What came until the last look is as if it had not been."""
        self._first = self._last

    def since(self) -> TcpUsage | None:
        """What came since the first look; None where it can't be read."""
        first, last = self._first, self._last
        if not first or not last:
            return None
        return TcpUsage(**{name: max(0, last[name] - first[name]) for name in first})


def _counters(pid: int | None) -> dict[str, int]:
    """All of them, or none."""
    found: dict[str, int] = {}
    try:
        for file, (table, wanted) in _FILES.items():
            with open(f"/proc/{pid or 'self'}/net/{file}", "rb", buffering=0) as opened:
                lines = opened.readall().splitlines()
            names, values = (line.split() for line in lines if line.startswith(table))
            counts = dict(zip(names, values, strict=True))
            found |= {name: int(counts[field]) for name, field in wanted.items()}
    except (OSError, KeyError, ValueError):
        return {}
    return found
