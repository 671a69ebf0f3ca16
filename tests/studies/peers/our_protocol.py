"""Ours, raw: a Protocol that sends encoded bytes, takes the response and sends again.

No task, no future, no User: what is left of `suite.clients` when all but its way with a connection is
taken away. As in `Http`, requests go straight into the socket, httptools parses, and a response whose
bytes equal those of the last one is not parsed again.
"""

import asyncio
import socket
import sys
from time import monotonic_ns
from urllib.parse import urlsplit

import uvloop
from httptools import HttpResponseParser
from our_times import Times

PER_SECOND = 300_000


class _Caller(asyncio.Protocol):
    def __init__(self, sock, request, times, end):
        self.send = sock.send
        self.request = request
        self.times = times
        self.column = times.column
        self.end = end
        self.known = b""
        self.received = []
        self.parser = HttpResponseParser(self)
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport

    def begin(self):
        self.since = monotonic_ns()
        self.send(self.request)

    def data_received(self, data):
        if data == self.known:
            self.answered()
        else:
            self.received.append(data)
            self.parser.feed_data(data)

    def on_message_complete(self):
        if self.parser.get_status_code() != 200:
            raise SystemExit(f"status {self.parser.get_status_code()}")
        if len(self.received) == 1:
            self.known = self.received[0]
        self.received.clear()
        self.answered()

    def answered(self):
        now = monotonic_ns()
        times = self.times
        self.column[times.used] = now - self.since
        times.used += 1
        if now < self.end:
            self.since = now
            self.send(self.request)
        else:
            self.transport.close()

    def connection_lost(self, error):
        self.closed.set_result(error)


async def _connected(place, request, times, end):
    sock = socket.create_connection(place)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    loop = asyncio.get_running_loop()
    _, caller = await loop.create_connection(lambda: _Caller(sock, request, times, end), sock=sock)
    return caller


async def _main(url, connections, seconds):
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    times = Times(int(seconds * PER_SECOND))
    end = times.began + int(seconds * 1e9)
    place = parts.hostname, parts.port
    callers = [await _connected(place, request, times, end) for _ in range(connections)]
    for caller in callers:
        caller.begin()
    errors = await asyncio.gather(*(caller.closed for caller in callers))
    if any(errors):
        raise SystemExit(f"connections were lost: {errors}")
    times.print()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
