"""A system that is any program."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from suite.contract.listening import Listening
from suite.contract.loop import Duration
from suite.contract.system import Placement
from suite.errors import ConfigurationError
from suite.process.ready import Probe

if TYPE_CHECKING:
    from suite.process.child import Child


class Command(Listening):
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
        from suite.process.child import start_command

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
