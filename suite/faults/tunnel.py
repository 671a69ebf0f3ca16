"""A connection through the proxy: a client's, and one to the party made for it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import cast

from suite.faults.byte_stream import ByteStream
from suite.faults.running_fault import RunningFault

_HARD = struct.pack("ii", 1, 0)
"""SO_LINGER: close with a reset."""


class TunnelEnd(asyncio.Protocol):
    """One of the two ends: what it receives goes into `stream`, what it is written comes from `other`."""

    __slots__ = ("other", "stream", "transport", "tunnel")

    def __init__(self, tunnel: Tunnel, stream: ByteStream, other: ByteStream) -> None:
        self.tunnel = tunnel
        self.stream = stream
        self.other = other
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = self.stream.source = cast("asyncio.Transport", transport)
        if not self.tunnel.alive:
            self.close(hard=True)
            return
        self.other.open(self.transport)
        self.tunnel.came(self)

    def data_received(self, data: bytes) -> None:
        if (write := self.stream.direct) is not None:
            write(data)
        else:
            self.stream.take(data)

    def eof_received(self) -> bool:
        self.stream.end()
        return True

    def pause_writing(self) -> None:
        self.other.wait()

    def resume_writing(self) -> None:
        self.other.go_on()

    def connection_lost(self, error: Exception | None) -> None:
        self.tunnel.lost(error)

    def close(self, *, hard: bool) -> None:
        """End it, with a reset if `hard`."""
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        if hard:
            with contextlib.suppress(OSError, AttributeError):
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _HARD)
            transport.abort()
        else:
            transport.close()


class Tunnel:
    """To `target`, host and port. `joined` and `left` are told when it comes and goes.

    `lot`, from 0 to 1, decides whether a fault meets it that meets a share of connections.
    """

    def __init__(
        self,
        target: tuple[str, int],
        lot: float,
        joined: Callable[[Tunnel], None],
        left: Callable[[Tunnel], None],
    ) -> None:
        self.lot = lot
        self._target = target
        self._joined = joined
        self._left = left
        self.met: list[RunningFault] = []
        self.alive = True
        self._open = 2
        self._dialling: asyncio.Task[None] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self.to = ByteStream(self._ended, towards=True)
        self.back = ByteStream(self._ended, towards=False)
        self.client = TunnelEnd(self, self.to, self.back)
        self.party = TunnelEnd(self, self.back, self.to)

    def came(self, end: TunnelEnd) -> None:
        """One end is connected."""
        if end is self.client:
            self._joined(self)
            self.dial()

    def watch(self, requested: Callable[[Tunnel, int], None]) -> None:
        """Tell `requested` of HTTP requests that begin, before they pass."""
        from suite.faults.request_counter import RequestCounter

        counter = RequestCounter()

        def seen(data: bytes) -> None:
            if begun := counter.feed(data):
                requested(self, begun)

        self.to.watch = seen

    def dial(self) -> None:
        """Connect to the party, unless that was done, or a fault bars it."""
        barred = any(running.fault.bars for running in self.met)
        if self.alive and self._dialling is None and not barred:
            self._dialling = asyncio.get_running_loop().create_task(self._dial())

    def meet(self, running: RunningFault) -> None:
        """Be met by a fault."""
        running.struck += 1
        self.met.append(running)
        self._changed()
        running.fault.meet(self)

    def leave(self, running: RunningFault) -> None:
        """Be let go by it."""
        if running in self.met:
            self.met.remove(running)
            running.fault.leave(self)
            if self.alive:
                self._changed()
                self.dial()

    def expire(self, seconds: float) -> None:
        """End both connections in a while."""
        self._expiry = asyncio.get_running_loop().call_later(seconds, self._end)

    def reset(self) -> None:
        """End both connections with a reset; what is under way is lost."""
        self._end(hard=True)

    def lost(self, error: Exception | None) -> None:
        """One end is gone: so is the other, in the same manner."""
        self._end(hard=error is not None)

    def _changed(self) -> None:
        for stream in (self.to, self.back):
            faults = [one for one in self.met if one.fault.acts(towards=stream.towards)]
            if faults != stream.faults:
                stream.change(faults)

    def _ended(self) -> None:
        """One direction has come to its end."""
        self._open -= 1
        if not self._open:
            self._end()

    def _end(self, *, hard: bool = False) -> None:
        if not self.alive:
            return
        self.alive = False
        if self._expiry is not None:
            self._expiry.cancel()
        self._left(self)
        for stream in (self.to, self.back):
            stream.discard()
        for end in (self.client, self.party):
            end.close(hard=hard)

    async def _dial(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.party, *self._target)
        except OSError:
            self.reset()
