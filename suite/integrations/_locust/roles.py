"""Which part this process of Locust's plays: known when Locust says init, after `--processes` has forked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from suite.integrations._locust.control import Control
from suite.integrations._locust.file_control import LocalFileControl, MasterFileControl, WorkerFileControl
from suite.integrations._locust.local_control import LocalControl
from suite.integrations._locust.master_control import MasterControl
from suite.integrations._locust.message import LOG
from suite.integrations._locust.worker_control import WorkerControl

_KINDS: dict[type, tuple[type[Control], type[Control]]] = {
    LocalRunner: (LocalControl, LocalFileControl),
    MasterRunner: (MasterControl, MasterFileControl),
    WorkerRunner: (WorkerControl, WorkerFileControl),
}
"""Controls of each role: of our workloads, and of an existing locustfile."""


class Roles:
    """Makes the control of this process, and passes on to it what stand-ins tell."""

    control: Control

    def __init__(self, workloads: Sequence[Mapping[str, Any]], *, locustfile: bool = False) -> None:
        self._workloads = workloads
        self._locustfile = locustfile

    def listen(self, events: Any) -> None:
        """Wait for Locust's init."""
        events.init.add_listener(self._init)

    def changed(self, workload: str, users: str, by: int) -> None:
        """There are more users of a class, or fewer."""
        self.control.changed(workload, users, by)

    def _init(self, environment: Environment, **_: Any) -> None:
        ours, files = _KINDS[type(environment.runner)]
        if not self._locustfile:
            _name_the_deaf(environment)
        kind = files if self._locustfile else ours
        self.control = kind(self._workloads, environment)
        self.control.listen()


def _name_the_deaf(environment: Environment) -> None:
    deaf = [
        f"{each.__module__}.{each.__qualname__}"
        for each in environment.events.request._handlers
        if not each.__module__.startswith("locust.")
    ]
    if deaf:
        LOG.warning("these hear of no request, for requests come in bulk: %s", ", ".join(deaf))
