"""Users whom nobody answers as they should, for the tests: each class of them fails in one way only."""

import asyncio
import resource

from suite import Server, User, Workload, closed_loop, open_loop, operation
from suite.clients import Http, Timeouts

NOBODY = "http://127.0.0.1:1"


async def serve(server, manner):
    """Takes every connection, reads a little and does as `manner` says."""

    async def visit(reader, writer):
        await reader.read(1000)
        if manner == "silent":
            await reader.read()
        elif manner == "garbage":
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        elif manner == "endless":
            writer.write(b"HTTP/1.1 200 OK\r\nx: " + b"a" * 200_000)
        elif manner == "reset":
            writer.get_extra_info("socket").setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")  # SO_LINGER, 0 s
        writer.close()

    listening = await asyncio.start_server(visit, server.host, server.port)
    await listening.serve_forever()


class Asking(User):
    """Asks, on a connection that is made when it is needed."""

    where = ""

    def connect(self, system):
        self.http = Http(self.where or system.url, timeout=Timeouts(connect=5, whole="200ms"))

    @operation
    async def ask(self):
        await self.http.get("/", expect=200)


class Refused(Asking):
    where = NOBODY


class Nameless(Asking):
    where = f"http://{'a' * 70}.invalid"


class Early(User):
    """Insists on its connection at the start."""

    async def connect(self, system):
        await Http.connect(NOBODY)

    @operation
    async def ask(self):
        raise AssertionError("who is not connected does nothing")


class Exhausted(Asking):
    """Has no file descriptor left when it asks."""

    @operation
    async def ask(self):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
        try:
            await self.http.get("/", expect=200)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def rude(user=Asking, loop=None, manner="polite"):
    loop = loop or closed_loop(8, seconds=1)
    return Workload(f"rude/{user.__name__}-{manner}".lower(), Server(serve, manner=manner), user, loop=loop)


refused = rude(Refused)
refused_open = rude(Refused, open_loop(300, seconds=1))
nameless = rude(Nameless)
early = rude(Early)
exhausted = rude(Exhausted, closed_loop(1, seconds=1))
closing = rude(manner="closing")
silent = rude(manner="silent")
garbage = rude(manner="garbage")
endless = rude(manner="endless")
reset = rude(manner="reset")
