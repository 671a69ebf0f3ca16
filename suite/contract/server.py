"""A system that is Python code in a process of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from suite.contract.listening import Listening
from suite.contract.loop import Duration
from suite.contract.system import Placement, System
from suite.errors import ConfigurationError, SystemFailed
from suite.process.ready import Probe

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from suite.process.child import Child
    from suite.process.piping import PipeEnd

_TELLING_SECONDS = 15.0
"""How long its process may take to hear where all is, which is at once."""


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
        self._pipe: PipeEnd | None = None
        """To a process that reads the load file, and then waits for where all is."""
        self._told = False

    def begin(self, place: Placement) -> None:
        """See `System.begin`: its process reads the load file."""
        from multiprocess import Pipe

        from suite.process.child import start_function
        from suite.process.piping import PipeEnd

        self._hang_up()
        place.directory.mkdir(parents=True, exist_ok=True)
        spec = place.spec or _Itself(self)
        ours, theirs = Pipe()
        log = place.directory / "output.log"
        self.child = start_function(run_server, (spec,), log=log, cores=place.cores, pipe=theirs)
        theirs.close()
        self._pipe, self._told = PipeEnd(ours), False

    def start(self, place: Placement) -> None:
        """See `Listening`. Raises ConfigurationError where its process could not read the load file."""
        try:
            super().start(place)
        except SystemFailed as error:
            if self._pipe is not None and self._pipe.poll():
                with contextlib.suppress(EOFError):
                    raise ConfigurationError(self._pipe.receive()) from error
            raise

    def stop(self) -> None:
        """See `System.stop`."""
        super().stop()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None

    def _launch(self, place: Placement) -> Child:
        if self._pipe is None or self._told:
            self.begin(place)
        assert self._pipe is not None
        assert self.child is not None
        self._told = True
        where = self.address, {name: helper.address for name, helper in self.beside.items()}
        with contextlib.suppress(OSError):  # of its end others tell more
            self._pipe.send(where, _TELLING_SECONDS)
        return self.child


@dataclass(frozen=True, slots=True)
class _Itself:
    """What makes a system that no reference leads to: it travels whole."""

    system: Server

    def __call__(self) -> System:
        return self.system


def run_server(pipe: Connection, spec: Callable[[], System]) -> None:
    """Body of a Server's process, which is told by `pipe` where it and its helpers are, or tells there why it
    can't read the load file."""
    try:
        server = spec()
    except ConfigurationError as error:
        with contextlib.suppress(OSError):
            pipe.send(str(error))
        raise
    if not isinstance(server, Server):
        raise ConfigurationError(f"{server!r} is not a Server")
    with pipe:
        server.attach(*pipe.recv())
    if iscoroutinefunction(server.serve):
        import asyncio

        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(server, **server.parameters))
    else:
        server.serve(server, **server.parameters)
