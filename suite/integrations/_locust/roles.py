"""Which part this process of Locust's plays: known when Locust says init, after `--processes` has forked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from suite.integrations._locust.control import LOG, Control
from suite.integrations._locust.local_control import LocalControl
from suite.integrations._locust.master_control import MasterControl
from suite.integrations._locust.worker_control import WorkerControl


class Roles:
    """Makes the control of this process, and passes on to it what stand-ins tell."""

    control: Control

    def __init__(self, workloads: Sequence[Mapping[str, Any]]) -> None:
        self._workloads = workloads

    def listen(self, events: Any) -> None:
        """Wait for Locust's init."""
        events.init.add_listener(self._init)

    def changed(self, workload: str, users: str, by: int) -> None:
        """There are more users of a class, or fewer."""
        self.control.changed(workload, users, by)

    def _init(self, environment: Environment, **_: Any) -> None:
        kind: type[Control] = LocalControl
        if isinstance(environment.runner, MasterRunner):
            kind = MasterControl
        elif isinstance(environment.runner, WorkerRunner):
            kind = WorkerControl
        _name_the_deaf(environment)
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
