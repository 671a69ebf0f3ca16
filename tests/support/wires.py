"""A WebSocket of ours without a network: a transport that goes nowhere, and a channel after its upgrade."""

import asyncio

from wsproto.events import Request
from wsproto.utilities import generate_accept_token

from suite.clients._channel import Channel
from suite.clients._inbox import Inbox

_UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"


class Wire:
    """A transport that goes nowhere, and knows what was said and whether it was told to stop reading."""

    def __init__(self) -> None:
        self.said = b""
        self.reading = True

    def write(self, data: bytes) -> None:
        self.said += data

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        pass

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True


def accepting(request: bytes) -> bytes:
    """The answer that grants the upgrade which `request` asks for."""
    key = request.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
    return _UPGRADE + b"sec-websocket-accept: " + generate_accept_token(key) + b"\r\n\r\n"


def opened(limit: int = 1 << 20, first: bytes = b"") -> tuple[Channel, Wire]:
    """A channel after its upgrade, with which `first` came, and its wire; inside a loop."""
    channel, wire = Channel(asyncio.get_running_loop(), None, Inbox(limit), None), Wire()
    channel.connection_made(wire)  # type: ignore[arg-type]
    channel.open(Request(host="a", target="/"))
    channel.data_received(accepting(wire.said) + first)
    wire.said = b""
    return channel, wire
