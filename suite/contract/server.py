"""A system that is Python code in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from suite.contract.address import Address
from suite.contract.listening import Listening
from suite.contract.loop import Duration
from suite.contract.system import Placement, System
from suite.errors import ConfigurationError
from suite.process.ready import Probe

if TYPE_CHECKING:
    from suite.process.child import Child


class Server(Listening):
    """Python code in a process of its own: `serve(system, **parameters)` runs until SIGTERM.

    `serve` finds its port, directory and helpers on `system`; an async one runs on uvloop. Ready when
    the port accepts connections, or when `ready` says so: a path that answers 2xx over HTTP, or a
    callable of the system.
    """

    def __init__(
        self,
        serve: Callable[..., Any],
        *,
        ready: str | Probe | None = None,
        port: int | None = None,
        needs: tuple[str, ...] = (),
        deadline: Duration = 30.0,
        **parameters: Any,
    ) -> None:
        super().__init__(ready=ready, port=port, needs=needs, deadline=deadline, parameters=parameters)
        self.serve = serve

    def _launch(self, place: Placement) -> Child:
        from suite.process.child import start_function

        beside = {name: helper.address for name, helper in self.beside.items()}
        spec = place.spec or _Itself(self)
        return start_function(
            run_server,
            (spec, self.address, beside),
            log=place.directory / "output.log",
            cores=place.cores,
        )


@dataclass(frozen=True, slots=True)
class _Itself:
    """What makes a system that no reference leads to: it travels whole."""

    system: Server

    def __call__(self) -> System:
        return self.system


def run_server(spec: Callable[[], System], address: Address, beside: Mapping[str, Address]) -> None:
    """Body of a Server's process."""
    server = spec()
    if not isinstance(server, Server):
        raise ConfigurationError(f"{server!r} is not a Server")
    server.attach(address, beside)
    if iscoroutinefunction(server.serve):
        import asyncio

        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(server, **server.parameters))
    else:
        server.serve(server, **server.parameters)
