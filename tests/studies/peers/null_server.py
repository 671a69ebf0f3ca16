"""A server that does as little as a server can: one small response to whatever is asked.

`/count` tells how many requests it has had, in the words of nginx's stub_status.
"""

import asyncio
import sys

import uvloop

BODY = b"Hello, load.\n"
COUNT = b"GET /count"


def response(body):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: keep-alive\r\n\r\n" + body


HELLO = response(BODY)


class _Null(asyncio.Protocol):
    requests = 0

    def connection_made(self, transport):
        self.write = transport.write

    def data_received(self, data):
        _Null.requests += 1
        if data.startswith(COUNT):
            total = _Null.requests
            self.write(response(f"server accepts handled requests\n 0 0 {total} \n".encode()))
        else:
            self.write(HELLO)


async def _main(port):
    server = await asyncio.get_running_loop().create_server(_Null, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1])))
