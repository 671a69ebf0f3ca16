"""Bodies of servers to start, and how to ask one."""

import asyncio
import os
import socket
import sys
import time

from suite import Server, System

HTTP = (sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "{port}")


async def echo(system: Server, suffix: bytes = b"") -> None:
    """Echo a line; `stop` unwinds it and leaves a note."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline() + suffix)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", system.port)
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        os.write(1, b"unwound\n")


def listen(system: Server) -> None:
    """Accept connections, in plain code."""
    with socket.create_server(("127.0.0.1", system.port)) as server:
        while True:
            server.accept()[0].close()


def report(system: Server, words: list[str]) -> None:
    """Say in a file what the system looks like from inside, then listen."""
    helper = system.beside["database"]
    words = [*words, str(helper.url), str(system.directory), str(os.getpid())]
    (system.directory / "report").write_text("\n".join(words))
    listen(system)


def sleep(system: Server) -> None:
    os.write(1, b"I will not listen\n")
    time.sleep(600)


def die(system: Server) -> None:
    raise RuntimeError("no licence")


def ask(system: System, line: bytes) -> bytes:
    with socket.create_connection((system.host, system.port), timeout=30) as connection:
        connection.sendall(line)
        return connection.makefile("rb").read()
