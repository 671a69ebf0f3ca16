"""A WebSocket server over real sockets that does exactly what a test wants."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ssl import SSLContext

from support.scripted import Scripted, Visit, scripted
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Event, Ping, Request


class Peer:
    """The server's end of one WebSocket."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.wire = WSConnection(ConnectionType.SERVER)
        self._events: list[Event] = []

    async def event(self) -> Event | None:
        """What comes next; None at the end of the connection."""
        while not self._events:
            data = await self.visit._reader.read(65_536)
            if not data:
                return None
            self.wire.receive_data(data)
            self._events += list(self.wire.events())
        return self._events.pop(0)

    async def say(self, event: Event) -> None:
        await self.visit.say(self.wire.send(event))

    async def echo(self) -> None:
        """Send back what comes, until the end."""
        while (event := await self.event()) is not None:
            if isinstance(event, CloseConnection | Ping):
                await self.say(event.response())
                if isinstance(event, CloseConnection):
                    return
            else:
                await self.say(event)


@asynccontextmanager
async def socketing(
    script: Callable[[Peer], Awaitable[object]], tls: SSLContext | None = None, **accept: object
) -> AsyncIterator[Scripted]:
    """Accept every upgrade, then do as `script` says."""

    async def visited(visit: Visit) -> None:
        peer = Peer(visit)
        request = await peer.event()
        assert isinstance(request, Request)
        seen.requests.append(repr(request).encode())
        await peer.say(AcceptConnection(**accept))  # type: ignore[arg-type]
        await script(peer)

    async with scripted(visited, tls) as seen:
        seen.url = "ws" + seen.url[4:]
        yield seen
