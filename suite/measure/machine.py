"""The machine around system and workers: what others took, what stalled, what the network lost."""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path

from suite.measure.resources import MachineUsage
from suite.measure.throttling import own_groups, throttling
from suite.measure.track import Track

_TICK = os.sysconf("SC_CLK_TCK")
_KINDS = ("cpu", "memory", "io")
_SOME = re.compile(rb"some .*total=(\d+)")
_LINES = Path("/sys/class/net")


class MachineWatch:
    """Reads machine-wide counters at each `look`; see proc(5) and the kernel's accounting/psi.rst."""

    def __init__(self) -> None:
        self._steal, self._busy, self._sent, self._again = (Track() for _ in range(4))
        self._pressure = {kind: Track() for kind in _KINDS}
        self._groups = own_groups()
        self._throttles, self._throttled = Track(), Track()
        self._lines = _speeds()
        self._carried = {name: Track() for name in self._lines}

    def look(self) -> None:
        """Note all counters as they are now; one that can't be read is left out."""
        now = time.monotonic_ns()
        fields = [int(field) for field in _read("/proc/stat").split(b"\n", 1)[0].split()[1:]]
        if len(fields) > 7:  # user nice system idle iowait irq softirq steal
            self._steal.add(now, fields[7] / _TICK)
            self._busy.add(now, (sum(fields[:3]) + sum(fields[5:7])) / _TICK)
        for kind, track in self._pressure.items():
            if some := _SOME.match(_read(f"/proc/pressure/{kind}")):
                track.add(now, int(some[1]) * 1e-6)
        if (found := throttling(self._groups)) is not None:
            self._throttles.add(now, found.times)
            self._throttled.add(now, found.seconds)
        lines = [line.split() for line in _read("/proc/net/snmp").splitlines() if line.startswith(b"Tcp:")]
        if len(lines) == 2:
            counts = dict(zip(*lines, strict=False))
            self._sent.add(now, int(counts[b"OutSegs"]))
            self._again.add(now, int(counts[b"RetransSegs"]))
        for name, track in self._carried.items():
            sums = [_read(f"{_LINES}/{name}/statistics/{way}_bytes") for way in ("rx", "tx")]
            if all(sums):
                track.add(now, float(max(map(int, sums))))

    def forget(self, before: int) -> None:
        """Give up what was noted before a time."""
        counters = (self._steal, self._busy, self._sent, self._again, self._throttles, self._throttled)
        for track in (*counters, *self._pressure.values(), *self._carried.values()):
            track.forget(before)

    def within(self, begin: int, end: int) -> MachineUsage:
        """Figures of the window from `begin` to `end` (monotonic ns)."""
        wall = (end - begin) * 1e-9
        sent, again = self._sent.within(begin, end), self._again.within(begin, end)
        shares = {kind: track.within(begin, end) for kind, track in self._pressure.items()}
        used = [
            carried / wall / self._lines[name]
            for name, track in self._carried.items()
            if wall > 0 and (carried := track.within(begin, end)) is not None
        ]
        return MachineUsage(
            steal=self._steal.within(begin, end),
            busy=self._busy.within(begin, end),
            pressure={
                kind: min(stalled / wall, 1.0)
                for kind, stalled in shares.items()
                if stalled is not None and wall > 0
            },
            retransmitted=again / sent if sent and again is not None else None,
            line=max(used, default=None),
            throttles=None if (times := self._throttles.within(begin, end)) is None else round(times),
            throttled=self._throttled.within(begin, end),
        )


def _speeds() -> dict[str, float]:
    """Bytes per second of each line that says its speed; the loopback and most virtual ones don't."""
    found = {}
    for path in _LINES.glob("*/speed"):
        with contextlib.suppress(OSError, ValueError):
            megabits = int(path.read_text())
            if megabits > 0:
                found[path.parent.name] = megabits * 1e6 / 8
    return found


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except OSError:
        return b""
