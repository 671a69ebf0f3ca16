"""The property management system as a helper beside the backend, and by hand."""

from __future__ import annotations

import contextlib
import gc
import http.client
import json
import sqlite3
from pathlib import Path
from typing import Any

STORE = "pms.sqlite3"
NEEDS = ("hotel", "starlette", "uvicorn")
"""What a server of it takes."""


def serve_pms(
    system: Any, *, store: str = STORE, guests: int, rooms: int, stays: int, seed: int, **behaviour: Any
) -> None:
    """Serve until SIGTERM what is in the file `store`, relative to the system's directory.

    Two that are given one file are two servers of one property management system. It has so many `guests`,
    `rooms` and `stays` from the start; `behaviour` is PmsBehaviour's.
    """
    size = {"guests": guests, "rooms": rooms, "stays": stays, "seed": seed}
    run_pms(Path(system.directory) / store, system.host, system.port, size, behaviour)


def run_pms(path: Path, host: str, port: int, size: dict[str, int], behaviour: dict[str, Any]) -> None:
    """Serve until SIGTERM or SIGINT. Raises SystemExit with one line if it can't."""
    gc.disable()  # until it serves: what is imported stays

    from suite.reference.backend.serving import serve_application
    from suite.reference.hotel.pms.behaviour import PmsBehaviour
    from suite.reference.hotel.pms.server import PmsServer
    from suite.reference.hotel.pms.store import PmsStore

    rooms, seed = size["rooms"], size["seed"]
    with contextlib.ExitStack() as held:
        try:
            store = held.enter_context(contextlib.closing(PmsStore(path)))
            store.fill(guest_count=size["guests"], rooms=rooms, stays=size["stays"], seed=seed)
        except sqlite3.Error as error:
            raise SystemExit(f"pms: {path} can't be used: {error}") from None
        server = PmsServer(store, rooms=rooms, seed=seed, behaviour=PmsBehaviour(**behaviour))
        serve_application(server.application(), host, port, backlog=1024, grace=1, ws="none", lifespan="off")


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
