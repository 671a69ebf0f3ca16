"""The property management system as a helper beside the backend, and by hand."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import sqlite3
from pathlib import Path
from typing import Any

from suite.reference.hotel.pms.behaviour import PmsBehaviour

STORE = "pms.sqlite3"
NEEDS = ("hotel", "aiohttp")
"""What a server of it takes."""


async def serve_pms(
    system: Any, *, store: str = STORE, guests: int, rooms: int, stays: int, seed: int, **behaviour: Any
) -> None:
    """Serve until SIGTERM what is in the file `store`, relative to the system's directory.

    Two that are given one file are two servers of one property management system. It has so many `guests`,
    `rooms` and `stays` from the start; `behaviour` is PmsBehaviour's.
    """
    path = Path(system.directory) / store
    await run_pms(
        path, system.host, system.port, guests=guests, rooms=rooms, stays=stays, seed=seed,
        behaviour=PmsBehaviour(**behaviour),
    )  # fmt: skip


async def run_pms(
    path: Path, host: str, port: int, *, guests: int, rooms: int, stays: int, seed: int,
    behaviour: PmsBehaviour,
) -> None:  # fmt: skip
    """Serve until SIGTERM or SIGINT. Raises SystemExit with one line if it can't."""
    from aiohttp import web

    from suite.reference.hotel.pms.server import PmsServer
    from suite.reference.hotel.pms.store import PmsStore

    try:
        store = PmsStore(path)
        store.fill(guest_count=guests, rooms=rooms, stays=stays, seed=seed)
    except sqlite3.Error as error:
        raise SystemExit(f"pms: {path} can't be used: {error}") from None
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = PmsServer(store, rooms=rooms, seed=seed, behaviour=behaviour)
    runner = web.AppRunner(server.application(), access_log=None)
    try:
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port, backlog=1024, shutdown_timeout=0.5).start()
        except OSError as error:
            raise SystemExit(f"pms: can't listen on port {port}: {error.strerror}") from None
        await ended.wait()
    finally:
        await runner.cleanup()
        store.close()


def ask(system: Any, method: str, path: str, content: Any = None, **headers: str) -> tuple[int, Any]:
    """One request to a system that runs, with headers such as If_Match: status and body. Raises OSError."""
    connection = http.client.HTTPConnection(system.host, system.port, timeout=10)
    try:
        sent = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): one for name, one in headers.items()
        }
        connection.request(method, path, None if content is None else json.dumps(content), sent)
        answer = connection.getresponse()
        told = answer.read()
        return answer.status, json.loads(told) if answer.headers.get_content_subtype() == "json" else told
    finally:
        connection.close()
