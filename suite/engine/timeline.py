"""The faults of a round: each begins and ends when its time comes, and is stamped.

Those between two parties run in the proxy's process, by its own clock. What happens to processes happens in
the main thread, since what is started again would end with any other.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

from suite.contract.address import Address
from suite.contract.fault import At
from suite.contract.loop import ClosedLoop
from suite.contract.system import Placement, System
from suite.contract.workload import Workload
from suite.errors import SystemFailed
from suite.faults.proxy import FaultProxy
from suite.faults.proxy_process import PlannedFault
from suite.measure import proc
from suite.process.background import Background
from suite.process.variables import environment
from suite.records.incident import Incident

_OFTEN, _REVIVING = 0.1, 0.02
"""Seconds between looks; the latter at what was started again."""
_GLANCE = 0.01
"""Seconds that are waited for its answer at each: most are there at once."""


@dataclass(frozen=True, slots=True)
class StartedParty:
    """A system or helper of ours, where it was started, and what was in the environment then."""

    system: System
    place: Placement
    environment: dict[str, str]


@dataclass(slots=True)
class _Fate:
    """What has become of a fault. Times are monotonic ns, 0 for "not yet"."""

    at: At
    began: int = 0
    ended: int = 0
    ready: int = 0
    struck: int = 0
    pids: list[int] = field(default_factory=list)
    asked: Background[int] | None = None


class FaultTimeline:
    """The faults of `workload` in one round. Without faults, or not `faulty`, it does and costs nothing.

    Everything raises WorkerFailed if the proxy died, and SystemFailed if what was started again does not come
    to life.
    """

    def __init__(self, workload: Workload, index: int, *, faulty: bool) -> None:
        self._loop = workload.loop
        self._index = index
        self._fates = [_Fate(at) for at in workload.faults] if faulty else []
        self._between = {fate.at.fault.party for fate in self._fates if fate.at.fault.between}
        self._proxy: FaultProxy | None = None
        self._routes: dict[str, Address] = {}
        self._parties: dict[str, StartedParty] = {}
        self._zero = 0

    def start(self, directory: Path, cores: frozenset[int] | None, seed: int) -> None:
        """Start the proxy, if any fault needs one; in the main thread."""
        if self._between:
            self._proxy = FaultProxy(directory, seed=seed, cores=cores)

    def stop(self) -> None:
        """End the proxy."""
        if self._proxy is not None:
            self._proxy.stop()

    def join(self, party: str, system: System, place: Placement) -> None:
        """Know a party that has started, and let what others say to it pass the proxy if a fault wants so."""
        if not self._fates:
            return
        self._parties[party] = StartedParty(system, place, dict(os.environ))
        if self._proxy is not None and party in self._between:
            faults = (fate.at.fault for fate in self._fates)
            http = any(fault.party == party and getattr(fault, "requests", None) for fault in faults)
            port = self._proxy.open(party, system.host, system.port, http=http)
            self._routes[party] = system.address.through(port)

    def route(self, party: str, address: Address) -> Address:
        """Where others reach it."""
        return self._routes.get(party, address)

    def routed(self, helpers: Mapping[str, System]) -> Mapping[str, System]:
        """The helpers as the system reaches them."""
        if not self._routes:
            return helpers
        twins = {name: copy.copy(helper) for name, helper in helpers.items()}
        for name, twin in twins.items():
            twin.attach(self.route(name, twin.address))
        return MappingProxyType(twins)

    def pids(self) -> list[int]:
        """The proxy's process."""
        return [] if self._proxy is None else [self._proxy.child.pid]

    def begin(self, start: int) -> None:
        """Let time run: the load begins at `start`."""
        loop = self._loop
        timed = not isinstance(loop, ClosedLoop) or loop.seconds is not None
        self._zero = start + (round(loop.warmup * 1e9) if timed else 0)
        if self._proxy is not None:
            ways = [(number, fate.at) for number, fate in enumerate(self._fates) if fate.at.fault.between]
            self._proxy.plan([PlannedFault.of(number, at, self._zero) for number, at in ways])

    def pause(self) -> float:
        """Seconds until `tick` has something to do, at most a tenth."""
        if not self._zero or not self._fates:
            return _OFTEN
        now = time.monotonic_ns()
        return min([_OFTEN, *(self._until(fate, now) for fate in self._on_processes())])

    def tick(self) -> None:
        """Begin and end what happens to processes, if it is time."""
        if self._proxy is not None:
            self._proxy.check()
        if not self._zero:
            return
        for fate in self._on_processes():
            self._advance(fate, time.monotonic_ns())

    def excuses(self, system: System) -> bool:
        """Whether it may be dead at the moment: killed on purpose, and not back yet."""
        return any(
            fate.at.fault.kills and fate.began and not fate.ready and self._system(fate) is system
            for fate in self._fates
        )

    def end(self) -> None:
        """The load is over, and so is every fault; wait for what is on its way back."""
        self._lift()
        for fate in self._on_processes():
            stays = fate.at.fault.kills and fate.at.fault.lasting is None
            while fate.began and not fate.ready and not stays:
                self._end(fate)
                time.sleep(0.01)
        self._zero = 0

    def incidents(self, begin: int) -> Iterator[Incident]:
        """What became of each; `begin` is when the measured part did (monotonic ns)."""

        def since(moment: int) -> float | None:
            return (moment - begin) * 1e-9 if moment else None

        for fate in self._fates:
            fault = fate.at.fault
            yield Incident(
                fault.kind,
                fault.party,
                fate.at.begins,
                self._index,
                fate.at.settings(),
                since(fate.began),
                since(fate.ended),
                since(fate.ready) if fault.kills else None,
                fate.struck,
            )

    def _on_processes(self) -> list[_Fate]:
        return [fate for fate in self._fates if not fate.at.fault.between]

    def _begins(self, fate: _Fate) -> int:
        return self._zero + round(fate.at.begins * 1e9)

    def _ends(self, fate: _Fate) -> int | None:
        return None if fate.at.ends is None else self._zero + round(fate.at.ends * 1e9)

    def _until(self, fate: _Fate, now: int) -> float:
        """Seconds until there is something to do for it."""
        moment = self._ends(fate) if fate.began else self._begins(fate)
        if moment is None or fate.ready:
            return _OFTEN
        if moment <= now and fate.began:  # it waits for processes to be dead, or back
            return _REVIVING
        return max(moment - now, 0) * 1e-9

    def _system(self, fate: _Fate) -> System:
        return self._parties[fate.at.fault.party].system

    def _advance(self, fate: _Fate, now: int) -> None:
        """Take it as far as it is to be by `now`."""
        if not fate.began and self._begins(fate) <= now:
            fate.began = time.monotonic_ns()
            fate.pids = fate.at.fault.begin(proc.tree(self._system(fate).roots()))
            fate.struck = len(fate.pids)
        ends = self._ends(fate)
        if fate.began and ends is not None and ends <= now:
            self._end(fate)

    def _end(self, fate: _Fate) -> None:
        """Let it end as soon as it can, and see whether what was started again answers."""
        if not fate.ended:
            self._undo(fate)
        if fate.ended and not fate.ready:
            self._revive(fate)

    def _undo(self, fate: _Fate) -> None:
        fault, party = fate.at.fault, self._parties[fate.at.fault.party]
        patience = fate.began + party.system.deadline * 1e9
        if not fault.settled(fate.pids) and time.monotonic_ns() < patience:
            return
        fault.end(fate.pids)
        if fault.kills and party.system.failure():
            with environment(party.environment):
                party.system.restart(party.place)
        fate.ended = time.monotonic_ns()

    def _revive(self, fate: _Fate) -> None:
        """See whether what was started again answers. Raises SystemFailed if it can't any more.

        Its probe may wait as long as it likes: the round goes on.
        """
        if not fate.at.fault.kills:
            fate.ready = fate.ended
            return
        system = self._system(fate)
        if failure := system.failure():
            raise SystemFailed(f"{fate.at.fault.party}, killed on purpose, did not come back: {failure}")
        fate.asked = fate.asked or Background(partial(_answered, system))
        if fate.asked.wait(_GLANCE):
            fate.ready, fate.asked = fate.asked.result(), None
        if not fate.ready and time.monotonic_ns() > fate.ended + system.deadline * 1e9:
            raise SystemFailed(
                f"{fate.at.fault.party}, killed on purpose, did not come back within {system.deadline:g} s "
                "of being started again"
            )

    def _lift(self) -> None:
        if self._proxy is None or not self._zero:
            return
        for stamp in self._proxy.lift():
            fate = self._fates[stamp.number]
            fate.began, fate.ended, fate.struck = stamp.began, stamp.ended, stamp.struck


def _answered(system: System) -> int:
    """When it answered, in monotonic ns; 0 if it does not."""
    answers = system.answers()
    return time.monotonic_ns() if answers else 0
