"""Where connections to a party come in: a port that the proxy listens on, and the faults on that way."""

from __future__ import annotations

import asyncio
import random
import time

from suite.faults.running_fault import RunningFault
from suite.faults.tunnel import Tunnel

_BACKLOG = 4096


class Entrance:
    """The way to `target`, host and port. `http`: it counts requests, for faults that choose among them."""

    def __init__(self, target: tuple[str, int], seed: int, *, http: bool = False) -> None:
        self._http = http
        self._target = target
        self.running: list[RunningFault] = []
        self.tunnels: set[Tunnel] = set()
        self._random = random.Random(seed)
        self._server: asyncio.Server | None = None

    async def open(self, port: int = 0) -> int:
        """Listen on the loopback; the port, which is chosen if it is 0. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._made, "127.0.0.1", port, backlog=_BACKLOG)
        listening: int = self._server.sockets[0].getsockname()[1]
        return listening

    def close(self) -> None:
        """Take no more connections, and end those that are there."""
        if self._server is not None:
            self._server.close()
        for tunnel in list(self.tunnels):
            tunnel.reset()

    def begin(self, running: RunningFault) -> None:
        """Let a fault begin, now."""
        self.running.append(running)
        running.began = time.monotonic_ns()
        self.spread(running)

    def spread(self, running: RunningFault) -> None:
        """Let a fault meet the connections that it chooses by now."""
        if running in self.running:
            for tunnel in list(self.tunnels):
                self._meet(tunnel, running)

    def end(self, running: RunningFault) -> bool:
        """Let it end, now; whether it was on."""
        if running not in self.running:
            return False
        self.running.remove(running)
        running.ended = time.monotonic_ns()
        for tunnel in list(self.tunnels):
            tunnel.leave(running)
        return True

    def _joined(self, tunnel: Tunnel) -> None:
        """A connection has come."""
        self.tunnels.add(tunnel)
        if self._http:
            tunnel.watch(self._requested)
        for running in self.running:
            self._meet(tunnel, running)

    def _meet(self, tunnel: Tunnel, running: RunningFault) -> None:
        """Let a fault meet a connection that it chooses, once."""
        new = tunnel.alive and running not in tunnel.met
        if new and running.fault.requests is None and running.chooses(tunnel.lot):
            tunnel.meet(running)

    def _left(self, tunnel: Tunnel) -> None:
        """It is over."""
        self.tunnels.discard(tunnel)

    def _requested(self, tunnel: Tunnel, count: int) -> None:
        """So many requests begin on a connection: it is met by the faults that mean one of them."""
        for running in list(self.running):
            which = running.fault.requests
            if which is None or not running.chooses(tunnel.lot):
                continue
            first = running.requests + 1
            running.requests += count
            tunnel.leave(running)
            if tunnel.alive and any(which.chooses(first + number) for number in range(count)):
                tunnel.meet(running)

    def _made(self) -> asyncio.Protocol:
        return Tunnel(self._target, self._random.random(), self._joined, self._left).client
