"""The system under test: a context manager that owns its processes and its address."""

from __future__ import annotations

import contextlib
import copy
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from suite.contract.address import Address
from suite.contract.fault import Fault
from suite.contract.loop import Duration
from suite.contract.secret import shown_parameter
from suite.errors import ConfigurationError, require
from suite.process.ready import accepts_connections, holds
from suite.process.sweep import ROUND_VARIABLE
from suite.units import parse

if TYPE_CHECKING:
    from suite.process.child import Child
    from suite.records.costs import ServedStatement


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a system is let start: a directory of its own, its cores, its working directory.

    `spec` is a picklable callable that makes the same system in a fresh process.
    """

    directory: Path
    cores: frozenset[int] | None = None
    cwd: Path | None = None
    spec: Callable[[], System] | None = None


class System:
    """Base of all systems. `with system: ...` starts it, waits until it is ready, and ends it.

    Keyword parameters that are not the class's own become `parameters`, which `--set` overrides.
    `needs` is (extra, module, ...): modules that must be importable and the extra that brings them.
    `deadline` bounds the time until it is ready. `beside` holds the workload's helpers by name.
    """

    inside = True
    """Whether what counts may run inside of its processes; the kernel counts in all that are ours."""

    def __init__(self, *, needs: tuple[str, ...] = (), deadline: Duration = 30.0, **parameters: Any) -> None:
        self.parameters: Mapping[str, Any] = MappingProxyType(parameters)
        self.needs = needs
        self.deadline = parse(deadline, "s")
        self.address = Address()
        self.beside: Mapping[str, System] = MappingProxyType({})
        self.child: Child | None = None
        self._round = ""

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
    def title(self) -> str:
        """AE title of a DICOM node, "" if it was not said: what stands before the @ in `TITLE@host:104`."""
        return self.address.title

    @property
    def pid(self) -> int:
        """Root process of the system; 0 if it is not ours."""
        return self.address.pid

    @property
    def directory(self) -> Path:
        """A directory of this system's own for the round, removed at the end."""
        return Path(self.address.directory)

    @property
    def round(self) -> str:
        """An id that no other round has, for names of what is made in a system that is not started anew."""
        return self._round or os.environ.get(ROUND_VARIABLE, "")

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

    def at(self, urls: Mapping[str, str]) -> Self:  # noqa: ARG002 - a service looks
        """Itself, or one that uses what runs already at one of `urls`, by the names of services."""
        return self

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

    def hide_secrets(self) -> None:
        """Have parameters that are secrets taken out of texts in this process."""
        for name, value in self.parameters.items():
            shown_parameter(name, value)

    def begin(self, place: Placement) -> None:
        """Do already what needs no helper; once they are ready `start` follows, at this `place`, or `stop`.

        Call it from the main thread.
        """

    def start(self, place: Placement) -> None:
        """Start at `place` and wait until ready. Raises SystemFailed with the output's tail."""

    def restart(self, place: Placement) -> None:
        """Start again, after a death on purpose, what `start` started: there, and with what it kept on disk.

        It must not wait until that is ready. Call it from the main thread.
        """
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it is ready, at this moment."""
        return holds(accepts_connections, self, self.deadline)

    def immunity(self, fault: Fault) -> str | None:
        """Why `fault` can't meet it; None if it can."""
        if fault.kills and fault.lasting is not None and type(self).restart is System.restart:
            return "what it kills could not be started again: this kind of system has no restart()"
        return None

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
        if self.child is None:
            return None
        if self.child.running():
            self.child.trim()
            return None
        return self.child.exit_summary()

    def figures(self) -> Mapping[str, float]:
        """What it says of itself at the end of a round, by metric, if it is a helper."""
        return {}

    def statements(self) -> Mapping[str, ServedStatement] | None:
        """The SQL that it was sent so far, by text, if it is a helper that counts that; None of all others.

        Raises OSError where it can't say.
        """
        return None

    def explained(self, statement: str) -> str:
        """How it goes about one of its `statements`, whatever the values. Raises OSError if it can't say."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        from suite.process.identity import lasting_identity
        from suite.process.scratch import scratch_directory

        with contextlib.ExitStack() as held:
            directory = held.enter_context(scratch_directory())
            carried = held.enter_context(lasting_identity(directory))
            held.callback(self.stop)
            with carried():
                self._round = self.round  # what it is to those within, it is to who started it
                self.start(Placement(directory))
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._round = ""
        self._held.close()
