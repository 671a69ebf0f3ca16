"""What the kernel counts by itself: switches, faults, reads and writes, bytes on connections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from suite.costs.counter import Counter, Counts, Span
from suite.measure.usage import ProcessUsage, moved, usage
from suite.process.injection import Injection
from suite.records.reason import Reason

_FIELDS = {
    "cost.context_switches": "switches",
    "cost.page_faults": "faults",
    "cost.reads": "reads",
    "cost.writes": "writes",
}


class Kernel(Counter):
    """See `Counter`. What a process did before it was seen counts too: it is born in a window."""

    metrics = (*_FIELDS, "cost.bytes_in", "cost.bytes_out")
    source = "kernel"
    anywhere = True
    holds = False  # to be held up is counted as waiting

    def __init__(self) -> None:
        self._clients: tuple[int, ...] = ()
        self._before: dict[int, ProcessUsage] = {}
        self._last: dict[int, ProcessUsage] = {}
        self._moved: dict[int, tuple[int, int]] | None = None

    def begin(self, agents: Injection, pids: Iterable[int], clients: Iterable[int]) -> None:  # noqa: ARG002
        """See `Counter`."""
        self._clients = tuple(clients)
        self._before = {pid: now for pid in pids if (now := usage(pid)) is not None}
        self._last = dict(self._before)
        self._moved = self._bytes()

    def look(self, pids: Iterable[int]) -> None:
        """See `Counter`."""
        self._last |= {pid: now for pid in pids if (now := usage(pid)) is not None}

    def end(self, spans: Sequence[Span], seconds: float) -> Counts:  # noqa: ARG002
        """See `Counter`."""
        nothing = ProcessUsage(0, 0, 0, 0)
        counts: dict[str, dict[int, float]] = {metric: {} for metric in _FIELDS}
        for pid, last in self._last.items():
            before = self._before.get(pid, nothing)
            for metric, name in _FIELDS.items():
                first, now = getattr(before, name), getattr(last, name)
                if first is not None and now is not None:
                    counts[metric][pid] = float(now - first)
        return {**counts, **self._transferred()}

    def missing(self) -> Reason:
        """See `Counter`."""
        return Reason("no_connections")

    def _transferred(self) -> Counts:
        """Bytes of the clients' connections; nothing where one has closed meanwhile, or there is none."""
        before, after = self._moved, self._bytes()
        if before is None or after is None or not after or before.keys() - after.keys():
            return {}
        pairs = [(before.get(inode, (0, 0)), now) for inode, now in after.items()]
        client = min(self._clients)
        return {
            f"cost.bytes_{way}": {client: float(sum(now[at] - first[at] for first, now in pairs))}
            for at, way in enumerate(("in", "out"))
        }

    def _bytes(self) -> dict[int, tuple[int, int]] | None:
        try:
            return moved(self._clients)
        except OSError:
            return None
