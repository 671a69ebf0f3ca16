"""A real server that a system needs: an embedded one of our own, or one that runs already at a URL."""

from __future__ import annotations

import contextlib
import copy
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

from suite.contract.address import Address
from suite.contract.fault import Fault
from suite.contract.loop import Duration
from suite.contract.system import Placement, System
from suite.errors import ConfigurationError, SystemFailed
from suite.process.port import claim_port
from suite.process.ready import holds, wait_ready
from suite.process.redaction import shown_url
from suite.process.secret_forms import HIDDEN
from suite.process.within import within

if TYPE_CHECKING:
    from suite.process.child import Child


_PATIENCE = 2.0
"""Seconds for a server to let us in that answers; it may be starting."""


ASKED = 10.0
"""Seconds for a server to tell something; it may be frozen, or a pooler that has no connection to it."""


class TurnedAway(ConnectionError):
    """The server answers, and says why it does not let us in."""


class Service(System):
    """Base of services. A URL that is given, stands in the environment `variable` or in the configuration
    under `key`, in this order, takes precedence over an embedded server; that one listens on the loopback
    only, has a password of its own, and ends with us. With `own` it is an embedded one whatever there is.

    `url` is what a client connects with.
    """

    what: ClassVar[str]
    """Its name in messages."""
    variable: ClassVar[str]
    key: ClassVar[str]
    client: ClassVar[tuple[str, ...]] = ()
    """The extra and the modules that it takes to speak with one that runs already."""
    embedded: ClassVar[tuple[str, ...]]
    """Those that bring a server."""
    schemes: ClassVar[tuple[str, ...]]
    default_port: ClassVar[int]
    inside = False

    def __init__(self, url: str | None, *, deadline: Duration, own: bool = False) -> None:
        super().__init__(deadline=deadline)
        if url and own:
            raise ConfigurationError(f"{self.what}: with own=True there is no url")
        self.own = own
        self._left = contextlib.ExitStack()
        """What is undone when it stops."""
        if url:
            self._place_of(url)
        self._take(None if own else url or os.environ.get(self.variable) or None)

    def at(self, urls: Mapping[str, str]) -> Self:
        """See `System`. Here the environment's URL is looked at too: whoever doesn't need it may have any."""
        if self.given:
            self._place_of(self.given)
            return self
        if self.own or self.key not in urls:
            return self
        self._place_of(urls[self.key])
        twin = copy.copy(self)
        twin._left = contextlib.ExitStack()
        twin._take(urls[self.key])
        return twin

    def _take(self, url: str | None) -> None:
        self.given = url
        self.needs = self.client if url else self.embedded

    def start(self, place: Placement) -> None:
        """Start it, or see whether it answers. Raises SystemFailed."""
        place.directory.mkdir(parents=True, exist_ok=True)
        if self.given:
            self._join(self.given, place)
            return
        port = claim_port()
        self.address = Address("127.0.0.1", port, directory=str(place.directory))
        self.child = self._launch(place)
        self.address = Address("127.0.0.1", port, self._own_url(), str(place.directory), self.child.pid)
        wait_ready(self._answers, self, self.child, self.deadline)

    def restart(self, place: Placement) -> None:
        """See `System.restart`."""
        self.child = self._relaunch(place)
        self.address = replace(self.address, pid=self.child.pid)

    def answers(self) -> bool:
        """See `System.answers`."""
        return holds(self._answers, self, self.deadline)

    def immunity(self, fault: Fault) -> str | None:
        """See `System.immunity`."""
        if self.given and not fault.between:
            return f"this {self.what} runs already, its processes are not ours; with own=True they are"
        return None

    def _join(self, url: str, place: Placement, child: Child | None = None) -> None:
        """Use the server that runs at `url`; `child` if it is ours."""
        host, port = self._place_of(url)
        self.address = Address(host, port, url, str(place.directory))
        since = time.monotonic()

        def lets_in(_: Any) -> bool:
            try:
                return self._answers(self)
            except TurnedAway as error:
                if time.monotonic() < since + min(_PATIENCE, self.deadline):
                    raise
                raise SystemFailed(f"{self.what} at {host}:{port} turns us away: {error}") from error

        if not wait_ready(lets_in, self, child, self.deadline):
            raise SystemFailed(
                f"no {self.what} answers at {host}:{port} within {self.deadline:g} s; is it running, and is "
                f"what {self.variable}, the configuration or the load file says of it right?"
            )
        try:
            url = self._own_url()
        except OSError as error:
            raise SystemFailed(f"{self.what} at {host}:{port}: {error}") from error
        self.address = Address(host, port, url, str(place.directory), self.address.pid)

    def stop(self) -> None:
        """End it, and undo what it left; one that ran already runs on."""
        super().stop()
        self._left.close()

    def figures(self) -> Mapping[str, float]:
        """What it says of itself, by metric; nothing where it does not answer, or something else."""
        with contextlib.suppress(OSError, ValueError):
            return within(ASKED, self._figures)
        return {}

    def _place_of(self, url: str) -> tuple[str, int]:
        """Host and port. Raises ConfigurationError, without what may be a password."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:  # a port that is no number
            host = port = None
        if not host or parts.scheme not in self.schemes:
            where = f"{self.variable}: " if url == os.environ.get(self.variable) else ""
            shown = shown_url(url) if "://" in url else HIDDEN  # else it may be the password alone
            raise ConfigurationError(
                f"{where}{shown!r} is no {self.what}; "
                f"write it like {self.schemes[0]}://user:password@host:{self.default_port}/0"
            )
        return host, port or self.default_port

    def _launch(self, place: Placement) -> Child:
        """Start the embedded server on `self.port`."""
        raise NotImplementedError

    def _relaunch(self, place: Placement) -> Child:
        """Start it again there, with what it kept on disk."""
        return self._launch(place)

    def _own_url(self) -> str:
        """The URL for this round's clients."""
        raise NotImplementedError

    def _answers(self, system: Any) -> bool:
        """Whether it is ready. TurnedAway means "not for us", any other OSError "not yet"."""
        raise NotImplementedError

    def _figures(self) -> Mapping[str, float]:
        raise NotImplementedError
