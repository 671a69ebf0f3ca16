"""What Server and Command share: a child process that listens on a port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from suite.contract.address import Address
from suite.contract.loop import Duration
from suite.contract.system import Placement, System
from suite.process.port import claim_port
from suite.process.ready import Probe, holds, probe_for, wait_ready

if TYPE_CHECKING:
    from suite.process.child import Child


class Listening(System):
    """Base of the systems that are a process of ours with a port: `_launch` starts it."""

    def __init__(
        self,
        *,
        ready: str | Probe | None,
        port: int | None,
        needs: tuple[str, ...],
        deadline: Duration,
        parameters: Mapping[str, Any],
    ) -> None:
        super().__init__(needs=needs, deadline=deadline, **parameters)
        self.probe = probe_for(ready)
        self.fixed_port = port

    def start(self, place: Placement) -> None:
        """Start the process and wait until its probe holds. Raises SystemFailed."""
        port = claim_port(self.fixed_port)
        place.directory.mkdir(parents=True, exist_ok=True)
        self.address = Address(port=port, url=f"http://127.0.0.1:{port}", directory=str(place.directory))
        self.child = self._launch(place)
        self.address = Address(self.host, port, self.url, str(place.directory), self.child.pid)
        wait_ready(self.probe, self, self.child, self.deadline)

    def restart(self, place: Placement) -> None:
        """See `System.restart`."""
        self.child = self._launch(place)
        self.address = replace(self.address, pid=self.child.pid)

    def answers(self) -> bool:
        """See `System.answers`."""
        return holds(self.probe, self, self.deadline)

    def _launch(self, place: Placement) -> Child:
        raise NotImplementedError
