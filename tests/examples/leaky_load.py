"""Users of leaky.py, as a server and as a command: suite leaks leaky_load.py --set behaviour=python."""

import asyncio

from leaky import leaky

from suite import Command, Server, User, Workload, closed_loop, operation


class Asker(User):
    async def connect(self, system):
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)

    async def close(self):
        self.writer.close()

    @operation
    async def ask(self):
        self.writer.write(b"?")
        if await self.reader.read(1) != b".":
            raise ConnectionResetError("the server closed the connection")


parameters = {"behaviour": "clean", "size": 1_000, "children": "", "ttl": 2.0, "seed": 1}
options = " ".join(f"--{name}={{{name}}}" for name in parameters)

server = Workload("leaky/server", Server(leaky, **parameters), Asker, loop=closed_loop(4, operations=1_000))
command = Workload(
    "leaky/command",
    Command(f"{{python}} leaky.py --port={{port}} {options}", **parameters),
    Asker,
    loop=closed_loop(4, operations=1_000),
)
