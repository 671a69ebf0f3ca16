"""What a request of a protocol of one's own costs the generator, beside Http and beside asyncio's streams.

python tests/studies/protocol_cost.py: processor time in this process, in turns, against servers that answer
at once whatever they receive.
"""

import asyncio
import multiprocessing
import socket
import statistics
import sys
import time

import uvloop

from suite.clients import Exchange, Http

REQUESTS, TURNS = 4_000, 9
BODY = b"v" * 64


class KeyValue(Exchange[bytes, tuple[int, bytes]]):
    """As in docs/protocols.md."""

    def encode(self, request):
        return len(request).to_bytes(4, "big") + request

    def parse(self, data):
        if len(data) < 4:
            return 4
        end = 4 + int.from_bytes(data[:4], "big")
        if len(data) < end:
            return end
        return (data[4], data[5:end]), end

    def status(self, answer):
        return "OK" if answer[0] == 0 else "BUSY"


class Answering(asyncio.Protocol):
    answer = (1 + len(BODY)).to_bytes(4, "big") + b"\0" + BODY

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, _data):
        self.transport.write(self.answer)


class AnsweringHttp(Answering):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


def serve(kind, listener):
    async def main():
        server = await asyncio.get_running_loop().create_server(kind, sock=listener)
        await server.serve_forever()

    uvloop.run(main())


async def streams(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def ask():
        request = b"key 7"
        writer.write(len(request).to_bytes(4, "big") + request)
        return await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))

    return ask


async def measured(port, http_port):
    client = await KeyValue.connect(f"tcp://127.0.0.1:{port}")
    http = await Http.connect(f"http://127.0.0.1:{http_port}")
    asked = {
        "Exchange": lambda: client.ask(b"key 7"),
        "Http": lambda: http.get("/key7", expect=200),
        "asyncio streams": await streams(port),
    }
    taken = {name: [] for name in asked}
    for _ in range(TURNS):
        for name, ask in asked.items():
            before = time.process_time()
            for _ in range(REQUESTS):
                await ask()
            taken[name].append((time.process_time() - before) / REQUESTS * 1e6)
    return taken


def main():
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    ports = [one.getsockname()[1] for one in listeners]
    servers = [
        multiprocessing.Process(target=serve, args=(kind, listener), daemon=True)
        for kind, listener in zip((Answering, AnsweringHttp), listeners, strict=True)
    ]
    for server in servers:
        server.start()
    for name, taken in uvloop.run(measured(*ports)).items():
        sys.stdout.write(f"{name:<16} {min(taken):5.1f} µs, median {statistics.median(taken):5.1f} µs\n")
    for server in servers:
        server.kill()


if __name__ == "__main__":
    main()
