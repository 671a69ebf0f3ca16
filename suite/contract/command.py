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
from suite.errors import ConfigurationError, SystemFailed
from suite.process.ready import Probe
from suite.process.redaction import shown_command, shown_value

if TYPE_CHECKING:
    from suite.process.child import Child


class Command(Listening):
    """Any program: `Command("uvicorn shop:app --port {port}", ready="/health")`.

    The text is split as a shell would and never run by one. Placeholders: `{port}`, `{directory}`, the
    parameters by name, and helpers as `{database.url}`; in `env` as well, where {{ and }} are braces. It
    runs in `cwd`, which is relative to the load file's folder (the default), and finds programs of our own
    Python environment first.
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
            shown = shown_command(str(command).split())
            raise ConfigurationError(f"the command {shown!r} can't be split: {error}") from error
        self.env = dict(env)
        self.cwd = cwd
        if not self.command:
            raise ConfigurationError("Command needs a program to run")

    def check(self) -> None:
        """See `System.check`; here also that every placeholder means something."""
        super().check()
        self._filled()

    def hide_secrets(self) -> None:
        """See `System.hide_secrets`; here also what its command line and environment name so."""
        super().hide_secrets()
        argv, env = self._filled()
        shown_command(argv)
        for name, value in env.items():
            shown_value(name, value)

    def _launch(self, place: Placement) -> Child:
        from suite.process.child import start_command

        argv, env = self._filled()
        folder = place.cwd if self.cwd is None else (place.cwd or Path.cwd()) / self.cwd
        if folder is not None and not folder.is_dir():
            raise SystemFailed(
                f"can't start {shown_command(argv)}: there is no folder {folder}; "
                "cwd= is relative to the load file's folder"
            )
        return start_command(
            argv,
            log=place.directory / "output.log",
            env=env,
            cwd=folder,
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
        shown = f"the command {shown_command(self.command)!r}"
        argv = [_filled_in(word, names, shown) for word in self.command]
        env = {
            key: _filled_in(value, names, f"env {key}={shown_value(key, value)!r}")
            for key, value in self.env.items()
        }
        return argv, env


def _filled_in(text: str, names: Mapping[str, Any], where: str) -> str:
    """`text` with its placeholders filled in. Raises ConfigurationError that names `where` it stands."""
    try:
        return text.format(**names)
    except (LookupError, AttributeError, TypeError, ValueError) as error:
        known = ", ".join("{" + name + "}" for name in sorted(names))
        raise ConfigurationError(
            f"{where} has a placeholder that means nothing ({error}); known: {known}; "
            "braces that are meant are written twice: {{ }}"
        ) from error
