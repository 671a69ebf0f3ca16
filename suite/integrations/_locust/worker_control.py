"""A worker of Locust's: its engines load the system that the master has started."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import gevent

from suite.foreign_text import clean
from suite.integrations._locust import clock
from suite.integrations._locust.control import Control
from suite.integrations._locust.message import (
    LOG,
    Form,
    cores,
    hear,
    listed,
    named,
    number,
    or_nothing,
    ranges,
    said,
    text,
    texts,
    whole,
)
from suite.process.guard import die_with_parent

_USAGE = 2
_ORDER: Mapping[str, Form] = {"host": or_nothing(text), "without": texts, "prepared": listed}
"""What is told of each workload that is to be loaded."""


def _orders(value: Any) -> bool:
    return named(value) and all(
        isinstance(one, Mapping) and all(name in one and form(one[name]) for name, form in _ORDER.items())
        for one in value.values()
    )


def _some(value: Any) -> bool:
    return whole(value) and value > 0


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
        hear(self.runner, "loadledger-refused", self._refused, why=text)
        hear(self.runner, "loadledger-clock", self._clock_told, asked=number, told=number)
        hear(
            self.runner,
            "loadledger-start",
            self._told_to_start,
            concurrent=True,
            test=whole,
            workloads=_orders,
            cores=or_nothing(cores),
        )
        hear(self.runner, "loadledger-numbers", self._numbered, workload=self.has, ranges=ranges)
        hear(
            self.runner,
            "loadledger-plan",
            self._plan_told,
            workload=self.has,
            start=number,
            since=number,
            members=_some,
            mine=whole,
            seconds=or_nothing(number),
        )
        hear(self.runner, "loadledger-finish", self._told_to_finish, concurrent=True)
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
        for line in clean(text).splitlines():
            LOG.error("%s: %s", name, line)
        self.failures[name] = (text, code)
        self._tell("loadledger-fault", workload=name, text=text, code=code)

    def spare(self, name: str, text: str) -> None:
        """The master has to know."""
        self._tell("loadledger-failing", workload=name, text=text)

    def _told_to_start(
        self, _master: str, test: int, workloads: Mapping[str, Any], cores: Sequence[int] | None
    ) -> None:
        self._test = test
        self.begin_test()
        ours = {name: said(one, _ORDER) for name, one in workloads.items() if name in self.parties}
        for name, one in ours.items():
            self.parties[name].start(cores=cores, shared=True, **one)
        for name in ours:
            self.parties[name].wait_ready()
        self._tell("loadledger-ready", test=self._test, offset=self._clock.offset)

    def end(self) -> None:
        """The master gets all that there is at once: it waits for it."""
        super().end()
        self.runner._send_stats()

    def over(self, at: float) -> None:
        """The master has to know."""
        self._tell("loadledger-over", at=at + self._clock.offset)

    def _plan_told(self, _master: str, workload: str, start: float, since: float, **share: Any) -> None:
        offset = self._clock.offset
        self.parties[workload].plan(start=start - offset, since=since - offset, **share)

    def _told_to_finish(self, _master: str) -> None:
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

    def _numbered(self, _master: str, workload: str, ranges: Sequence[Sequence[int]]) -> None:
        self.parties[workload].numbered(ranges)

    def _clock_told(self, _master: str, asked: float, told: float) -> None:
        if self._clock.add(asked, told, time.time()):
            self._tell("loadledger-clock", asked=time.time())

    def _refused(self, _master: str, why: str) -> None:
        LOG.error("%s", clean(why))
        self.environment.process_exit_code = _USAGE
        gevent.spawn(self.runner.quit)

    def _tell(self, kind: str, **data: Any) -> None:
        self.runner.send_message(kind, data)
