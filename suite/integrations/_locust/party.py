"""One workload in one process of Locust's: its engine, and what that has told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gevent
from gevent.event import Event
from locust.env import Environment

from suite.integrations._locust.figures import ErrorNews, merge
from suite.integrations._locust.link import EngineLink
from suite.measure.tally import Tally

_GATHERED = 0.05
"""Seconds in which changes of users are put together."""
_LAST_WORDS = 120.0
"""Seconds that an engine has to end its load and tell of it."""


class Party:
    """A workload as described, run by an engine that is told how many users there are.

    `fault` is called with its name, what went wrong and an exit code, `over` with the
    Unix time when an open loop's plan ends, `failing` with its name and why its system is to be left alone.
    """

    def __init__(
        self,
        described: Mapping[str, Any],
        environment: Environment,
        fault: Callable[[str, str, int], None],
        over: Callable[[float], None],
        failing: Callable[[str, str], None],
    ) -> None:
        self.name: str = described["name"]
        self.described = described
        self.url = ""
        self.prepared: list[Any] = []
        self.ask_numbers: Callable[[str, int], None] | None = None
        self._environment = environment
        self._fault = fault
        self._over = over
        self._failing = failing
        self._kind = self.name.partition("/")[0]
        self._had_users, self._numbers = False, 0
        self._users = dict.fromkeys((one["name"] for one in described["users"]), 0)
        self._changing = False
        self._link: EngineLink | None = None
        self._ready = Event()
        self._told: list[Tally] = []
        self._share: Mapping[str, Any] | None = None
        self._since = self._until = 0.0
        self._errors = ErrorNews()

    @property
    def running(self) -> bool:
        """Whether its engine has been started and not been asked to stop."""
        return self._link is not None

    def start(self, **what: Any) -> None:
        """Start the engine; `what` is all that the engine's first order says beside the workload."""
        self._reset()
        self._had_users, self._numbers = False, 0
        self._ready.clear()
        self._link = EngineLink({"target": self.described["target"], **what}, self._hear)
        self._change()

    def wait_ready(self) -> bool:
        """Wait until the system is there, or can't be; whether it is. It has its own deadline."""
        self._ready.wait()
        return self.running

    def changed(self, users: str, by: int) -> None:
        """There are more users of a class, or fewer."""
        self._users[users] += by
        self._change()

    def numbered(self, ranges: Sequence[Sequence[int]]) -> None:
        """It has been given numbers for users: what it asked for, or all that there are."""
        if self._link is not None:
            self._numbers += sum(count for _, count in ranges)
            self._link.tell(order="numbers", ranges=ranges)
            self._link.tell(order="users", users=list(self._users.values()))

    def plan(self, start: float, since: float, members: int, mine: int, seconds: float | None) -> None:
        """An open loop began at `start`; from `since` on (Unix times) this is number `mine` of `members`."""
        if self._link is not None:
            told = {"start": start, "since": since, "members": members, "mine": mine, "seconds": seconds}
            self._link.tell(order="plan", **told)

    def begin(self) -> None:
        """What has been measured is forgotten."""
        self._reset()
        if self._link is not None:
            self._link.tell(order="begin")

    def finish(self) -> None:
        """End the load, and wait for what the engine has to say of it."""
        link, self._link = self._link, None
        if link is None:
            return
        if not self._ready.is_set():
            link.close()
            return
        link.tell(order="stop")
        if not link.wait(_LAST_WORDS):
            self._fault(self.name, f"the engine did not end in {_LAST_WORDS:g} s and was killed", 3)

    def delta(self) -> dict[str, Any]:
        """What there is to add to what was told before, as plain data."""
        told, self._told = Tally.merged(self._told), []
        share, self._share = self._share, None
        return {
            "tally": told.pack(),
            "since": self._since,
            "until": self._until,
            "had_users": self._had_users,
            "share": share,
        }

    def _reset(self) -> None:
        self._told, self._share = [], None
        self._since = self._until = 0.0
        self._errors = ErrorNews()

    def _change(self) -> None:
        self._had_users = self._had_users or any(self._users.values())
        if not self._changing:
            self._changing = True
            gevent.spawn_later(_GATHERED, self._tell_users)

    def _tell_users(self) -> None:
        self._changing = False
        wanted = sum(self._users.values())
        if self._link is None or not self._users:
            return
        if self.ask_numbers is not None and wanted > self._numbers:
            self.ask_numbers(self.name, wanted - self._numbers)
        else:
            self._link.tell(order="users", users=list(self._users.values()))

    def _hear(self, report: Mapping[str, Any]) -> None:
        match report["report"]:
            case "ready":
                self.url, self.prepared = report["url"], report["prepared"]
                self._ready.set()
            case "tally" | "end":
                tally = Tally.unpack(report["tally"])
                self._told.append(tally)
                self._until = report["at"]
                self._since = self._until - report["seconds"]
                merge(self._environment.stats, self._kind, tally, report["at"])
                if report["report"] == "end":
                    self._share = report["share"]
                    self._errors.add(self._environment.stats, self._kind, report["share"]["details"])
            case "over":
                self._over(report["at"])
            case "failing":
                self._failing(self.name, report["text"])
            case "details":
                self._errors.add(self._environment.stats, self._kind, report["details"])
            case "fault":
                self._link = None
                self._ready.set()
                self._fault(self.name, report["text"], report["exit_code"])
