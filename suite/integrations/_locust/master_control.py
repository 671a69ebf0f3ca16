"""Locust's master: it has the systems, and puts together what the workers tell."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import gevent

from suite.errors import ConfigurationError, StoreError
from suite.foreign_text import clean
from suite.integrations._locust import clock
from suite.integrations._locust.collection import Collection
from suite.integrations._locust.control import Control
from suite.integrations._locust.message import LOG, hear, named, number, said, text, unheard, whole
from suite.integrations._locust.numbers import Numbers

_SYSTEM = "system"
_READY_SECONDS = 60.0
_LAST_SECONDS = 130.0
"""Longer than a worker's engines have for their last words."""
_GREETING_SECONDS = 5.0
"""In which a worker says hello, if it runs what we do: it does as soon as it is there."""
_LOOK = 0.05
_LEAD, _NOTICE = 1.0, 2.5
"""Seconds from a word to all workers until it holds: a plan begins, or is shared anew (starts are handed to
the load's process a second before their time)."""
_GONE = ("missing", None)


class MasterControl(Control):
    """Starts each system once, tells workers where it is, and waits for their last words at the end."""

    shared = True

    def listen(self) -> None:
        """Hear the workers too."""
        super().listen()
        self.options.enable_rebalancing = True
        self._machines: dict[str, str] = {}
        self._orders: dict[str, dict[str, Any]] = {}
        self._numbers: dict[str, Numbers] = {}
        self._taking_part: dict[str, float] = {}
        self._clocks: dict[str, float] = {}
        self._lost: dict[str, float] = {}
        self._silent: dict[str, float] = {}
        self._plans_began, self._ended = 0.0, False
        self._test = 0
        events: Any = self.environment.events
        events.worker_report.add_listener(self._report)
        hear(self.runner, "loadledger-hello", self._hello, digests=named, machine=text)
        hear(self.runner, "loadledger-clock", self._clock, asked=number)
        hear(self.runner, "loadledger-ask", self._asked_to_join)
        hear(self.runner, "loadledger-ready", self._worker_ready, test=whole, offset=number)
        hear(self.runner, "loadledger-numbers", self._numbers_wanted, workload=self.has, count=whole)
        hear(self.runner, "loadledger-fault", self._worker_fault, workload=self.has, text=text, code=whole)
        hear(self.runner, "loadledger-over", self._worker_over, at=number)
        hear(self.runner, "loadledger-failing", self._worker_failing, workload=self.has, text=text)
        gevent.spawn(self._watch)

    def start(self) -> None:
        """The systems, then all workers."""
        self.starting()
        self._test += 1
        chosen = self.chosen()
        self.collections = {name: Collection() for name in chosen}
        self._numbers = {name: Numbers(self.parties[name].described["most_users"]) for name in chosen}
        self._orders, self._taking_part, self._lost = {}, {}, {}
        self._plans_began, self._ended = 0.0, False
        for name in chosen:
            if self.parties[name].described["component"]:
                self.fault(name, "a Component lives in one process: run it without workers", 2)
                return
        if self.host is None:
            for name, without in chosen.items():
                self.parties[name].start(without=without, cores=self._system_cores(), shared=True)
        for name, without in chosen.items():
            if self.host is None and not self.parties[name].wait_ready():
                return
            party = self.parties[name]
            self.found(party.url)
            prepared = [] if self.host else party.prepared
            self._orders[name] = {"host": self.host or party.url, "without": without, "prepared": prepared}
        for client in list(self.runner.clients):
            self._tell_to_start(client)
        end = time.monotonic() + _READY_SECONDS
        while self._testing and not (self.failures or time.monotonic() > end or self._all_ready()):
            gevent.sleep(_LOOK)

    def finish(self) -> None:
        """First the workers, each of which tells its last words, then the systems."""
        for client in self._present():
            self._tell("loadledger-finish", client)
        end = time.monotonic() + _LAST_SECONDS
        while time.monotonic() < end and any(not self._told(client) for client in self._ready_ones()):
            gevent.sleep(_LOOK)
        systems = {name: party for name, party in self.parties.items() if party.running}
        super().finish()
        for name, collection in self.collections.items():
            if name in systems:
                collection.add(_SYSTEM, systems[name].delta())
            collection.clocks = {client: self._clocks.get(client, 0.0) for client in self._taking_part}
        self._orders = {}

    def share_plans(self) -> None:
        """Every worker that is there takes its share of one plan, from a moment on that all can hear of."""
        opened = [name for name in self._orders if self.parties[name].described["open"]]
        members = self._ready_ones()
        if not opened or not members:
            return
        self.plans_begin(1)  # one worker's word is enough: they have one plan
        since = time.time() + _NOTICE
        if not self._plans_began:
            since = self._plans_began = time.time() + _LEAD
        for name in opened:
            for mine, client in enumerate(members):
                self._tell(
                    "loadledger-plan",
                    client,
                    workload=name,
                    start=self._plans_began,
                    since=since,
                    members=len(members),
                    mine=mine,
                    seconds=self.options.run_time,
                )

    def _worker_over(self, _client: str, at: float) -> None:
        if not self._ended:
            self._ended = True
            self.over(at)

    def fault(self, name: str, text: str, code: int) -> None:
        """Nobody joins what has failed."""
        self._orders = {}
        super().fault(name, text, code)

    def _present(self) -> list[str]:
        """Workers that take part and are there."""
        clients = self.runner.clients
        return [one for one in self._taking_part if getattr(clients.get(one), "state", None) not in _GONE]

    def _ready_ones(self) -> list[str]:
        """Those of them that have anything to tell at their end."""
        return [client for client in self._present() if self._taking_part[client]]

    def _told(self, client: str) -> bool:
        return all(collection.told(client) for collection in self.collections.values())

    def _all_ready(self) -> bool:
        return all(self._taking_part[client] for client in self._present())

    def _tell_to_start(self, client: str) -> None:
        self._taking_part[client] = 0.0
        cores = self._worker_cores(client)
        self._tell("loadledger-start", client, test=self._test, workloads=self._orders, cores=cores)

    def _asked_to_join(self, client: str) -> None:
        if self._orders and client not in self._taking_part:
            self._tell_to_start(client)

    def _worker_ready(self, client: str, test: int, offset: float) -> None:
        if test == self._test and client in self._taking_part:
            self._taking_part[client] = time.monotonic()
            self._clocks[client] = offset
            if self._plans_began:  # it has come later
                self.share_plans()

    def _worker_fault(self, client: str, workload: str, text: str, code: int) -> None:
        self.fault(workload, f"{client}: {text}", code)

    def _worker_failing(self, client: str, workload: str, text: str) -> None:
        self.spare(workload, f"{client}: {text}")

    def _report(self, client_id: str, data: Mapping[str, Any], **_: Any) -> None:
        told = data.get("loadledger")
        if not told or client_id not in self._taking_part or not self.collections:
            return
        try:
            found = said(told, {"test": whole, "workloads": named})
            if found["test"] == self._test:
                for name in found["workloads"].keys() & self.collections.keys():
                    self.collections[name].add(client_id, found["workloads"][name])
        except (StoreError, ValueError) as error:
            self._leave_out(client_id, unheard(client_id, "stats", error))

    def _leave_out(self, client: str, why: str) -> None:
        """Nobody knows what a worker has done: the test is over, and does not wait for its last words."""
        self._taking_part.pop(client, None)
        self.failures |= dict.fromkeys(self.collections, (why, ConfigurationError.exit_code))
        self.fault(next(iter(self.collections)), why, ConfigurationError.exit_code)

    def _numbers_wanted(self, client: str, workload: str, count: int) -> None:
        if workload in self._numbers:
            ranges = self._numbers[workload].give(client, count)
            self._tell("loadledger-numbers", client, workload=workload, ranges=ranges)

    def _hello(self, client: str, digests: Mapping[str, Any], machine: str) -> None:
        self._machines[client] = machine
        self._clocks[client] = 0.0
        for name, party in self.parties.items():
            if digests.get(name) != party.described["digest"]:
                why = f"worker {client} has another {name} than the master: give both the same load file"
                LOG.error("%s", clean(why))
                self._tell("loadledger-refused", client, why=why)
                return

    def _clock(self, client: str, asked: float) -> None:
        self._tell("loadledger-clock", client, asked=asked, told=time.time())

    def _watch(self) -> None:
        """Say when a worker is lost; what it has told holds. One that runs something else ends the test."""
        while True:
            gevent.sleep(1.0)
            for client in self._strangers():
                if not self._orders:
                    break
                told = f"{client}: it runs no workloads of Loadledger; start it as the master, with --worker"
                self._leave_out(client, told)
            for client in set(self._taking_part) - set(self._present()) - set(self._lost):
                self._lost[client] = time.time()
                if self._orders and not self._told(client):
                    LOG.error("worker %s is lost: what it told until now is kept, the others go on", client)
                for numbers in self._numbers.values():
                    numbers.lost(client)
                if self._plans_began:
                    self.share_plans()

    def _strangers(self) -> list[str]:
        """Workers that have been there for a while and said no hello."""
        now, clients = time.monotonic(), self.runner.clients
        silent = [one for one in clients if one not in self._machines and clients[one].state not in _GONE]
        self._silent = {client: self._silent.get(client, now) for client in silent}
        return [client for client, since in self._silent.items() if now - since > _GREETING_SECONDS]

    def _system_cores(self) -> list[int] | None:
        """All but those of the workers on this machine, one each."""
        cores = sorted(os.sched_getaffinity(0))
        here = sum(machine == clock.machine() for machine in self._machines.values())
        return cores[: max(len(cores) - max(here - 1, 0), 2)] if here else None

    def _worker_cores(self, client: str) -> list[int] | None:
        """One of its own, from the top, where it is on this machine."""
        here = [one for one, machine in self._machines.items() if machine == clock.machine()]
        cores = sorted(os.sched_getaffinity(0))
        if client not in here or len(cores) < 2:
            return None
        return [cores[-1 - here.index(client) % (len(cores) - 1)]]

    def _tell(self, kind: str, client: str, **data: Any) -> None:
        self.runner.send_message(kind, data, client)
