"""Locust with its users in one process: the engines are this process's own."""

from __future__ import annotations

import gevent

from suite.integrations._locust.collection import Collection
from suite.integrations._locust.control import Control

_HERE = "here"


class LocalControl(Control):
    """Each workload is one party."""

    def start(self) -> None:
        """An engine for each workload, with a system of its own."""
        self.starting()
        chosen = self.chosen()
        self.collections = {name: Collection() for name in chosen}
        for name, without in chosen.items():
            self.parties[name].start(host=self.host, without=without)
        for name in chosen:
            self.parties[name].wait_ready()

    def finish(self) -> None:
        """End all engines, side by side."""
        gevent.joinall([gevent.spawn(party.finish) for party in self.parties.values()])
        for name, collection in self.collections.items():
            collection.add(_HERE, self.parties[name].delta())
