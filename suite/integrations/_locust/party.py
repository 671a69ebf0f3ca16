"""One workload in one process of Locust's: its engine, and what that has told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gevent
from gevent.event import Event
from locust.stats import RequestStats

from suite.integrations._locust.figures import ErrorNews, merge
from suite.integrations._locust.link import EngineLink
from suite.measure.tally import Tally

_GATHERED = 0.05
"""Seconds in which changes of users are put together."""
_LAST_WORDS = 120.0
"""Seconds that an engine has to end its load and tell of it."""


class Party:
    """A workload as described, run by an engine that is told how many users there are.

    `fault` is called with its name, what went wrong and an exit code.
    """

    def __init__(
        self,
        described: Mapping[str, Any],
        stats: Callable[[], RequestStats],
        fault: Callable[[str, str, int], None],
    ) -> None:
        self.name: str = described["name"]
        self.described = described
        self.most_users = 0
        self.url = ""
        self._stats = stats
        self._fault = fault
        self._kind = self.name.partition("/")[0]
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

    def start(self, host: str | None, without: Sequence[str]) -> None:
        """Start the engine, `without` some operations; at the address `host` if there is a system."""
        self._reset()
        self._users = dict.fromkeys(self._users, 0)
        self.most_users = 0
        self._ready.clear()
        what = {"target": self.described["target"], "host": host, "without": list(without)}
        self._link = EngineLink(what, self._hear)

    def wait_ready(self) -> bool:
        """Wait until the system is there, or can't be; whether it is. It has its own deadline."""
        self._ready.wait()
        return self.running

    def changed(self, users: str, by: int) -> None:
        """There are more users of a class, or fewer."""
        self._users[users] += by
        self.most_users = max(self.most_users, sum(self._users.values()))
        if not self._changing:
            self._changing = True
            gevent.spawn_later(_GATHERED, self._tell_users)

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
        link.tell(order="stop")
        if not link.wait(_LAST_WORDS):
            self._fault(self.name, f"the engine did not end in {_LAST_WORDS:g} s and was killed", 3)

    def delta(self) -> dict[str, Any]:
        """What there is to add to what was told before, as plain data."""
        told, self._told = Tally.merged(self._told), []
        share, self._share = self._share, None
        return {"tally": told.pack(), "since": self._since, "until": self._until, "share": share}

    def _reset(self) -> None:
        self._told, self._share = [], None
        self._since = self._until = 0.0
        self._errors = ErrorNews()

    def _tell_users(self) -> None:
        self._changing = False
        if self._link is not None:
            self._link.tell(order="users", users=list(self._users.values()))

    def _hear(self, report: Mapping[str, Any]) -> None:
        match report["report"]:
            case "ready":
                self.url = report["address"]["url"]
                self._ready.set()
            case "tally" | "end":
                tally = Tally.unpack(report["tally"])
                self._told.append(tally)
                self._until = report["at"]
                self._since = self._until - report["seconds"]
                merge(self._stats(), self._kind, tally, report["at"])
                if report["report"] == "end":
                    self._share = report["share"]
                    self._errors.add(self._stats(), self._kind, report["share"]["details"])
            case "details":
                self._errors.add(self._stats(), self._kind, report["details"])
            case "fault":
                self._link = None
                self._ready.set()
                self._fault(self.name, report["text"], report["exit_code"])
