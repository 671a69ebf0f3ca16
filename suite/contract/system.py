"""The system under test: a context manager that owns its processes and its address."""

from __future__ import annotations

import asyncio
import copy
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import iscoroutinefunction
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from suite.contract.loop import Duration
from suite.errors import ConfigurationError, SystemFailed, require
from suite.process.child import Child, start_command, start_function
from suite.process.port import claim_port
from suite.process.ready import Probe, probe_for, wait_ready
from suite.units import parse


@dataclass(frozen=True, slots=True)
class Address:
    """Where a started system is; plain data that travels to the workers."""

    host: str = "127.0.0.1"
    port: int = 0
    url: str = ""
    directory: str = ""
    pid: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a system is let start: a directory of its own, its cores, its working directory.

    `recipe` is a picklable callable that makes the same system in a fresh process.
    """

    directory: Path
    cores: frozenset[int] | None = None
    cwd: Path | None = None
    recipe: Callable[[], System] | None = None


class System:
    """Base of all systems. `with system: ...` starts it, waits until it is ready, and ends it.

    Keyword parameters that are not the class's own become `parameters`, which `--set` overrides.
    `needs` is (extra, module, ...): modules that must be importable and the extra that brings them.
    `deadline` bounds the time until it is ready. `beside` holds the workload's helpers by name.
    """

    def __init__(self, *, needs: tuple[str, ...] = (), deadline: Duration = 30.0, **parameters: Any) -> None:
        self.parameters: Mapping[str, Any] = MappingProxyType(parameters)
        self.needs = needs
        self.deadline = parse(deadline, "s")
        self.address = Address()
        self.beside: Mapping[str, System] = MappingProxyType({})
        self.child: Child | None = None

    @property
    def host(self) -> str:
        """Host name or address to connect to."""
        return self.address.host

    @property
    def port(self) -> int:
        """TCP port to connect to."""
        return self.address.port

    @property
    def url(self) -> str:
        """Base URL, without a slash at its end."""
        return self.address.url

    @property
    def pid(self) -> int:
        """Root process of the system; 0 if it is not ours."""
        return self.address.pid

    @property
    def directory(self) -> Path:
        """A directory of this system's own for the round, removed at the end."""
        return Path(self.address.directory)

    def changed(self, **parameters: Any) -> Self:
        """A copy, not started, with some parameters replaced. Raises ConfigurationError for unknown ones."""
        unknown = sorted(set(parameters) - set(self.parameters))
        if unknown:
            known = ", ".join(sorted(self.parameters)) or "none"
            raise ConfigurationError(f"the system has no parameter {', '.join(unknown)}; it has: {known}")
        twin = copy.copy(self)
        twin.parameters = MappingProxyType({**self.parameters, **parameters})
        twin.child = None
        return twin

    def attach(self, address: Address, beside: Mapping[str, Address] = MappingProxyType({})) -> None:
        """Make this a handle on the system that runs at `address`, its helpers at `beside`."""
        self.address = address
        for name, place in beside.items():
            self.beside[name].attach(place)

    def check_needs(self) -> None:
        """Raise MissingExtra if a package that this system needs is not installed."""
        if self.needs:
            require(*self.needs)

    def check(self) -> None:
        """Raise ConfigurationError for all that can be seen to be wrong before anything starts."""
        self.check_needs()

    def start(self, place: Placement) -> None:
        """Start at `place` and wait until ready. Raises SystemFailed with the output's tail."""

    def stop(self) -> None:
        """End what `start` started; safe to call at any time, more than once."""
        child, self.child = self.child, None
        if child is not None:
            child.stop()

    def roots(self) -> list[int]:
        """Root processes of this system, for the sampler."""
        return [self.child.pid] if self.child is not None else []

    def failure(self) -> str | None:
        """What became of the system if it no longer runs, with its output's tail; else None."""
        if self.child is None or self.child.running():
            return None
        return self.child.exit_summary()

    def __enter__(self) -> Self:
        directory = Path(tempfile.mkdtemp(prefix="loadledger-"))
        try:
            self.start(Placement(directory))
        except BaseException:
            self.stop()
            shutil.rmtree(directory, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


class Component(System):
    """A Python object built by `factory(**parameters)` inside the one worker, e.g. a matcher.

    Users get the object itself in `connect`, checks and metrics get it as `system`. If the object has
    a `close` it is called at the end.
    """

    def __init__(
        self,
        factory: Callable[..., Any],
        *,
        needs: tuple[str, ...] = (),
        deadline: Duration = 30.0,
        **parameters: Any,
    ) -> None:
        super().__init__(needs=needs, deadline=deadline, **parameters)
        self.factory = factory

    def build(self) -> Any:
        """The object, made anew."""
        return self.factory(**self.parameters)


class _Listening(System):
    """What Server and Command share: a child process that listens on a port."""

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

    def _launch(self, place: Placement) -> Child:
        raise NotImplementedError


class Server(_Listening):
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
        beside = {name: helper.address for name, helper in self.beside.items()}
        recipe = place.recipe or _Itself(self)
        return start_function(
            run_server,
            (recipe, self.address, beside),
            log=place.directory / "output.log",
            cores=place.cores,
        )


@dataclass(frozen=True, slots=True)
class _Itself:
    """The recipe of a system that no reference leads to: it travels whole."""

    system: Server

    def __call__(self) -> System:
        return self.system


def run_server(recipe: Callable[[], System], address: Address, beside: Mapping[str, Address]) -> None:
    """Body of a Server's process."""
    server = recipe()
    if not isinstance(server, Server):
        raise ConfigurationError(f"{server!r} is not a Server")
    server.attach(address, beside)
    if iscoroutinefunction(server.serve):
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(server, **server.parameters))
    else:
        server.serve(server, **server.parameters)


class Command(_Listening):
    """Any program: `Command("uvicorn shop:app --port {port}", ready="/health")`.

    The text is split as a shell would and never run by one. Placeholders: `{port}`, `{directory}`, the
    parameters by name, and helpers as `{database.url}`. It runs in `cwd` (default: the load file's
    folder) and finds programs of our own Python environment first.
    """

    def __init__(
        self,
        command: str | Sequence[str],
        *,
        ready: str | Probe | None = None,
        port: int | None = None,
        env: Mapping[str, str] = MappingProxyType({}),
        cwd: str | Path | None = None,
        needs: tuple[str, ...] = (),
        deadline: Duration = 30.0,
        **parameters: Any,
    ) -> None:
        super().__init__(ready=ready, port=port, needs=needs, deadline=deadline, parameters=parameters)
        try:
            self.command = tuple(shlex.split(command) if isinstance(command, str) else command)
        except ValueError as error:
            raise ConfigurationError(f"the command {command!r} can't be split: {error}") from error
        self.env = dict(env)
        self.cwd = cwd
        if not self.command:
            raise ConfigurationError("Command needs a program to run")

    def check(self) -> None:
        """See `System.check`; here also that every placeholder means something."""
        super().check()
        self._filled()

    def _launch(self, place: Placement) -> Child:
        argv, env = self._filled()
        return start_command(
            argv,
            log=place.directory / "output.log",
            env=env,
            cwd=Path(self.cwd) if self.cwd is not None else place.cwd,
            cores=place.cores,
        )

    def _filled(self) -> tuple[list[str], dict[str, str]]:
        """Command and environment with the placeholders filled in."""
        names: dict[str, Any] = {
            **self.beside,
            **self.parameters,
            "port": self.port,
            "directory": self.address.directory,
            "python": sys.executable,
        }
        try:
            argv = [word.format(**names) for word in self.command]
            env = {key: value.format(**names) for key, value in self.env.items()}
        except (LookupError, AttributeError, TypeError, ValueError) as error:
            known = ", ".join("{" + name + "}" for name in sorted(names))
            raise ConfigurationError(
                f"the command {shlex.join(self.command)!r} has a placeholder that means nothing "
                f"({error}); known: {known}"
            ) from error
        return argv, env


class Remote(System):
    """A system that already runs elsewhere, at `url`; nothing of it is started, stopped or sampled."""

    def __init__(self, url: str, *, deadline: Duration = 5.0, **parameters: Any) -> None:
        super().__init__(deadline=deadline, **parameters)
        try:
            parts = urlsplit(url if "//" in url else f"//{url}")
            host, port = parts.hostname, parts.port
        except ValueError:  # of a port that is no number, of brackets
            host = port = None
        if not host:
            raise ConfigurationError(f"{url!r} is no address; write it like http://host:8000 or host:11112")
        default = {"https": 443, "wss": 443}.get(parts.scheme, 80)
        self.target = Address(host, port or default, url.rstrip("/"))

    def start(self, place: Placement) -> None:
        """Check that something listens there. Raises SystemFailed if not."""
        self.address = Address(self.target.host, self.target.port, self.target.url, str(place.directory))
        place.directory.mkdir(parents=True, exist_ok=True)
        if not wait_ready(probe_for(None), self, None, self.deadline):
            raise SystemFailed(f"nothing answers at {self.target.url}; is it running?")
