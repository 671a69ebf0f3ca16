"""What a round used: plain figures of process trees over one window of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suite.measure.garbage import Garbage
from suite.measure.tcp import TcpUsage

UsageSeries = npt.NDArray[np.float64]
_NO_TIMES: npt.NDArray[np.int64] = np.zeros(0, np.int64)
_NO_VALUES: UsageSeries = np.zeros(0)


class Busiest(NamedTuple):
    """Seconds of CPU of the busiest thread, those that it waited for a core, CPU of the busiest process."""

    cpu: float
    delay: float
    process: float


class Waiting(NamedTuple):
    """Threads that wait, on average: for a lock (None if the kernel does not tell), for a disk."""

    locks: float | None
    disk: float


@dataclass(frozen=True, slots=True)
class MachineUsage:
    """The whole machine within the window.

    `steal` (taken by the hypervisor) and `busy` (used by anyone) are seconds over all cores. `pressure`
    is the share of time in which some task stalled for cpu, memory or io; a kind that can't be read is
    not there. `retransmitted` is the share of TCP segments sent again, `line` the load on the busiest
    network line whose speed is known. A CPU limit of our container stopped it `throttles` times, for
    `throttled` seconds over its cores.
    """

    steal: float | None = None
    busy: float | None = None
    pressure: Mapping[str, float] = field(default_factory=dict)
    retransmitted: float | None = None
    line: float | None = None
    throttles: int | None = None
    throttled: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Usage:
    """One group of process trees. What could not be read is None, with the reason in `notes`.

    `idle`, `peak`, `after` are bytes held without file pages; `cpu` and `run_delay` (runnable but not
    running, over all threads) are seconds within the window; `threads` and `files` are the most seen;
    `switches` is how often a thread was put on a core. `times` (monotonic ns), `memory` (bytes) and
    `cpu_total` (seconds since the first sample) are the samples, beyond the window too. `processes` has
    seconds of CPU, and of waiting for it, by process.
    """

    idle: int | None = None
    peak: int | None = None
    after: int | None = None
    cpu: float | None = None
    run_delay: float | None = None
    threads: int | None = None
    files: int | None = None
    switches: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    times: npt.NDArray[np.int64] = field(default_factory=lambda: _NO_TIMES)
    memory: UsageSeries = field(default_factory=lambda: _NO_VALUES)
    cpu_total: UsageSeries = field(default_factory=lambda: _NO_VALUES)
    busiest: Busiest | None = None
    waiting: Waiting | None = None
    processes: Mapping[int, tuple[float, float]] = field(default_factory=dict)

    @property
    def growth(self) -> int | None:
        """Bytes held after the load less those before it."""
        return None if self.idle is None or self.after is None else self.after - self.idle


OBSERVER = "the observer"
"""The group of the process that reads what the system says of itself: ours, and nobody's figure."""
PROXY = "the fault proxy"
"""The group of the process that faults need in between: the same."""
ELSEWHERE = "runs elsewhere: its processes can't be read"
_TOGETHER = "a component runs inside the generator: what both use is the component's"


def unread(reason: str) -> Usage:
    """Nothing known, for `reason`."""
    return Usage(notes=MappingProxyType(dict.fromkeys(("idle", "peak", "after", "cpu"), reason)))


@dataclass(frozen=True, slots=True, eq=False)
class Resources:
    """Figures of all groups, and of the machine, in a window of `wall` seconds.

    `garbage` is what Python's collector did in the system; None where no process of it told. `tcp` counts
    from before the users connected on.
    """

    wall: float = 0.0
    machine: MachineUsage = field(default_factory=MachineUsage)
    groups: Mapping[str, Usage] = field(default_factory=dict)
    garbage: Garbage | None = None
    tcp: TcpUsage | None = None

    @classmethod
    def absent(cls, reason: str) -> Resources:
        """Nothing was sampled, for `reason`."""
        return cls(groups={"system": unread(reason), "workers": unread(reason)})

    @property
    def system(self) -> Usage:
        """The system under test; all None if it runs elsewhere."""
        return self.groups.get("system") or unread(ELSEWHERE)

    @property
    def workers(self) -> Usage:
        """The load generator; all None where it is part of the system (a Component)."""
        return self.groups.get("workers") or unread(_TOGETHER)

    @property
    def helpers(self) -> dict[str, Usage]:
        """All other groups by name."""
        ours = ("system", "workers", OBSERVER, PROXY)
        return {name: usage for name, usage in self.groups.items() if name not in ours}
