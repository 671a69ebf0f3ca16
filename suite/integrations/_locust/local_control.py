"""Locust with its users in one process: the engines are this process's own."""

from __future__ import annotations

import time

from suite.integrations._locust.collection import Collection
from suite.integrations._locust.control import Control

_HERE = "here"
_LEAD = 0.3


class LocalControl(Control):
    """Each workload is one party."""

    def start(self) -> None:
        """An engine for each workload, with a system of its own."""
        self.starting()
        self._shared = False
        chosen = self.chosen()
        self.collections = {name: Collection() for name in chosen}
        for name, without in chosen.items():
            self.parties[name].start(host=self.host, without=without)
        for name in chosen:
            self.parties[name].wait_ready()

    def share_plans(self) -> None:
        """The whole plan is this process's, from the first time that all users are there."""
        if self._shared:
            return
        self._shared = True
        begin = time.time() + _LEAD
        opened = [party for name in self.collections if (party := self.parties[name]).described["open"]]
        self.plans_begin(len(opened))
        for party in opened:
            party.plan(begin, begin, 1, 0, self.options.run_time)

    def finish(self) -> None:
        """End all load, and take in what is told of it."""
        super().finish()
        self.gather()

    def gather(self) -> None:
        """See `Control`."""
        for name, collection in self.collections.items():
            collection.add(_HERE, self.parties[name].delta())
