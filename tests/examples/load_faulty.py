"""A system that hands lines on to a helper behind it, and failures of both, for tests of the engine."""

import asyncio
import socket
import time
from pathlib import Path

from suite import Retry, Server, User, Workload, closed_loop, operation
from suite.faults import At, Kill, Latency, Partition, Pause
from suite.process.ready import accepts_connections


async def answers(system):
    """Echo a line, and how often this server was started in its directory."""
    starts = Path(system.directory, "starts")
    starts.write_text(starts.read_text() + "x" if starts.exists() else "x")

    async def talk(reader, writer):
        line = await reader.readline()
        writer.write(line.rstrip() + b" %d\n" % len(starts.read_text()))
        writer.close()

    server = await asyncio.start_server(talk, system.host, system.port)
    async with server:
        await server.serve_forever()


async def relays(system):
    """Hand a line on, and add the port that it went to."""
    behind = system.beside["behind"]

    async def talk(reader, writer):
        try:
            there, back = await asyncio.open_connection(behind.host, behind.port)
            back.write(await reader.readline())
            answer = (await there.readline()).rstrip()
            writer.write(answer + b" %d\n" % behind.port if answer else b"")
            back.close()
        except OSError:
            pass
        writer.close()

    server = await asyncio.start_server(talk, system.host, system.port)
    async with server:
        await server.serve_forever()


class Caller(User):
    """A connection for each line."""

    async def connect(self, system):
        self.system = system

    @operation
    async def call(self):
        reader, writer = await asyncio.open_connection(self.system.host, self.system.port)
        try:
            writer.write(b"hello\n")
            answer = (await reader.readline()).split()
            if not answer:
                raise ConnectionResetError("no answer")
            assert answer[0] == b"hello"
            self.keep([int(answer[2]), self.system.beside["behind"].port])
        finally:
            writer.close()


def what_came(system, kept, recording):
    """The system went through the proxy; how often the helper says that it was started."""
    through, direct = map(set, zip(*kept, strict=True))
    assert through != direct, "the system does not go through the proxy"
    behind = system.beside["behind"]
    with socket.create_connection((behind.host, behind.port), timeout=5) as there:
        there.sendall(b"hello\n")
        return f"starts {int(there.makefile().readline().split()[1])}"


faulty = Workload(
    "faulty/all",
    Server(relays),
    Caller,
    loop=closed_loop(4, seconds=3, think="5ms"),
    beside={"behind": Server(answers)},
    timeout="1s",
    retry=Retry(2),
    checks=[what_came],
    faults=[
        At(0.2, Partition("system", 0.2)),
        At(0.5, Latency("behind", 0.2, delay=0.03)),
        At(0.8, Pause("system", 0.2)),
        At(1.2, Kill("behind", 0)),  # sooner back than dead
    ],
)


def relayed(name, seconds, *faults, behind=answers):
    """Two calm users of the relay, with `behind` as its helper."""
    return Workload(
        name,
        Server(relays),
        Caller,
        loop=closed_loop(2, seconds=seconds, think="20ms"),
        beside={"behind": Server(behind)},
        faults=faults,
    )


def starts_once(system):
    """Serves the first time only."""
    marker = Path(system.directory, "started")
    if marker.exists():
        raise SystemExit("I was there before")
    marker.touch()
    asyncio.run(answers(system))


def waits_at_last(helper, there=[]):  # noqa: B006 - one for all
    """Ready, and what was started again only after a second of not answering the probe."""
    there += [helper.pid] if helper.pid and helper.pid not in there else []
    if len(there) > 1:
        time.sleep(1)
    return accepts_connections(helper)


revived = Workload(
    "faulty/revived",
    Server(relays),
    Caller,
    loop=closed_loop(2, seconds=1, think="20ms"),
    beside={"behind": Server(answers, ready=waits_at_last)},
    faults=[At(0.2, Kill("behind", 0)), At(0.5, Pause("system", 0.1))],
)
lost = relayed("faulty/lost", 0.6, At(0.2, Kill("behind")))
stays_dead = relayed("faulty/stays-dead", 3, At(0.2, Kill("behind", 0.1)), behind=starts_once)
held = relayed("faulty/held", 60, At(0, Pause("behind")), At(0, Partition("system")))
