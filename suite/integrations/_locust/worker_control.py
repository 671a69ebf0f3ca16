"""A worker of Locust's: its engines load the system that the master has started."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import gevent

from suite.integrations._locust import clock
from suite.integrations._locust.control import LOG, Control
from suite.process.guard import die_with_parent

_USAGE = 2


class WorkerControl(Control):
    """Tells the master who it is, starts its engines when it is told to, and reports what they came to."""

    def listen(self) -> None:
        """Hear the master too, and say hello."""
        super().listen()
        if self.options.processes:
            die_with_parent(os.getppid())
        events: Any = self.environment.events
        events.report_to_master.add_listener(self._report)
        self._test = 0
        self._clock = clock.Estimate()
        hear = self.runner.register_message
        hear("loadledger-refused", self._refused)
        hear("loadledger-clock", self._clock_told)
        hear("loadledger-start", self._told_to_start, concurrent=True)
        hear("loadledger-numbers", self._numbered)
        hear("loadledger-plan", self._plan_told)
        hear("loadledger-finish", self._told_to_finish, concurrent=True)
        digests = {name: party.described["digest"] for name, party in self.parties.items()}
        self._tell("loadledger-hello", digests=digests, machine=clock.machine())
        self._tell("loadledger-clock", asked=time.time())
        for party in self.parties.values():
            party.ask_numbers = self._ask_numbers

    def start(self) -> None:
        """One that was not there when the test began asks what to do."""
        if not any(party.running for party in self.parties.values()):
            self._tell("loadledger-ask")

    def fault(self, name: str, text: str, code: int) -> None:
        """The master has to know."""
        for line in text.splitlines():
            LOG.error("%s: %s", name, line)
        self.failures[name] = (text, code)
        self._tell("loadledger-fault", workload=name, text=text, code=code)

    def spare(self, name: str, text: str) -> None:
        """The master has to know."""
        self._tell("loadledger-failing", workload=name, text=text)

    def _told_to_start(self, msg: Any, **_: Any) -> None:
        told: Mapping[str, Any] = msg.data
        self._test = told["test"]
        self.begin_test()
        for name, one in told["workloads"].items():
            self.parties[name].start(cores=told["cores"], shared=True, **one)
        for name in told["workloads"]:
            self.parties[name].wait_ready()
        self._tell("loadledger-ready", test=self._test, offset=self._clock.offset)

    def end(self) -> None:
        """The master gets all that there is at once: it waits for it."""
        super().end()
        self.runner._send_stats()

    def over(self, at: float) -> None:
        """The master has to know."""
        self._tell("loadledger-over", at=at + self._clock.offset)

    def _plan_told(self, msg: Any, **_: Any) -> None:
        told = {**msg.data}
        party = self.parties[told.pop("workload")]
        party.plan(**{**told, **{name: told[name] - self._clock.offset for name in ("start", "since")}})

    def _told_to_finish(self, **_: Any) -> None:
        self.conclude()

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        """What there is to add for the master; times by the master's clock."""
        told = {}
        for name, party in self.parties.items():
            delta = party.delta()
            if delta["since"]:
                delta["since"] += self._clock.offset
                delta["until"] += self._clock.offset
            told[name] = delta
        data["loadledger"] = {"test": self._test, "workloads": told}

    def _ask_numbers(self, name: str, count: int) -> None:
        self._tell("loadledger-numbers", workload=name, count=count)

    def _numbered(self, msg: Any, **_: Any) -> None:
        self.parties[msg.data["workload"]].numbered(msg.data["ranges"])

    def _clock_told(self, msg: Any, **_: Any) -> None:
        if self._clock.add(msg.data["asked"], msg.data["told"], time.time()):
            self._tell("loadledger-clock", asked=time.time())

    def _refused(self, msg: Any, **_: Any) -> None:
        LOG.error(msg.data["why"])
        self.environment.process_exit_code = _USAGE
        gevent.spawn(self.runner.quit)

    def _tell(self, kind: str, **data: Any) -> None:
        self.runner.send_message(kind, data)
