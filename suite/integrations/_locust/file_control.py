"""An existing locustfile with Locust's own clients: a system that is named is started and measured by us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from locust.env import Environment

from suite.integrations._locust.collection import Collection
from suite.integrations._locust.control import Control
from suite.integrations._locust.master_control import MasterControl
from suite.integrations._locust.requests import Requests
from suite.integrations._locust.worker_control import WorkerControl

_REQUESTS, _SYSTEM = "requests", "system"


class NoSystem:
    """Where no system is named: the locustfile says itself where it is."""

    url = ""
    running = False

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.described = described
        self.prepared: list[Any] = []

    def start(self, **_what: Any) -> None:
        """There is nothing to start."""

    def wait_ready(self) -> bool:
        """There is nothing to wait for."""
        return True

    def begin(self) -> None:
        """There is nothing to forget."""


class _HasSystem(Control):
    """Tells Locust where the system is that was started for it."""

    _found = ""

    @property
    def host(self) -> str | None:
        """What Locust was told, and not by us."""
        told = super().host
        return None if told == self._found else told

    def party(self, described: Mapping[str, Any]) -> Any:
        """The system that is named, or none."""
        return super().party(described) if described["target"] else NoSystem(described)

    def chosen(self) -> dict[str, list[str]]:
        """There is one thing to test, and tags are Locust's own business."""
        return {name: [] for name in self.parties}

    def found(self, url: str) -> None:
        """The system is there."""
        if url:
            self._found = self.environment.host = url


class LocalFileControl(_HasSystem):
    """Users, and maybe a system, in one process."""

    users_first = True

    def __init__(self, workloads: Sequence[Mapping[str, Any]], environment: Environment) -> None:
        super().__init__(workloads, environment)
        self._requests = Requests(workloads[0], environment)

    def start(self) -> None:
        """The system, if one is named and Locust was not told where it is; then requests count."""
        self.starting()
        self.collections = {name: Collection() for name in self.parties}
        for system in self.parties.values():
            if self.host is None:
                system.start(without=[], shared=True)
                if system.wait_ready():
                    self.found(system.url)
        self._requests.start()

    def gather(self) -> None:
        """See `Control`."""
        for collection in self.collections.values():
            collection.add(_REQUESTS, self._requests.delta())

    def finish(self) -> None:
        """First what it came to, then the system."""
        self._requests.finish()
        for name, collection in self.collections.items():
            collection.add(_REQUESTS, self._requests.delta())
            if (system := self.parties[name]).running:
                system.finish()
                collection.add(_SYSTEM, system.delta())


class MasterFileControl(_HasSystem, MasterControl):
    """The system is the master's; users of Locust's own are the workers'."""


class WorkerFileControl(WorkerControl):
    """Users of Locust's own: they end, then it is told what they came to."""

    users_first = True

    def end(self) -> None:
        """The users may still be there."""
        self.runner.stop()
        super().end()

    def party(self, described: Mapping[str, Any]) -> Requests:
        """Who counts their requests."""
        return Requests(described, self.environment)
