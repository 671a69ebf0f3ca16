"""The backend as a system under test: its settings, its tables, its process."""

from __future__ import annotations

import gc
import secrets
from typing import Any

from suite.reference.hotel.settings import ADMIN_KEY, HotelSettings

_MESSAGE = 65_536
"""Bytes of a WebSocket's message; a frame has some 600."""


def serve(system: Any, **parameters: Any) -> None:
    """Run a backend until SIGTERM, on the `database`, the `redis` and the systems `pms…` beside it.

    Parameters are HotelSettings'.
    """
    key = secrets.token_urlsafe(32)
    file = system.directory / ADMIN_KEY
    file.touch(0o600)
    file.write_text(key)
    beside = system.beside
    run(
        HotelSettings(
            database=beside["database"].url,
            redis=beside["redis"].url,
            secret=secrets.token_urlsafe(32),
            admin_key=key,
            namespace=namespace_of(system),
            pms=tuple(beside[name].url for name in sorted(beside) if name.startswith("pms")),
            **parameters,
        ),
        system.host,
        system.port,
    )


def namespace_of(system: Any) -> str:
    """What the round's keys in Redis begin with: one that runs already has those of others too."""
    return f"hotel:{system.round}:"


def run(settings: HotelSettings, host: str, port: int) -> None:
    """Serve until SIGTERM. Raises SystemExit with one line if it can't."""
    gc.disable()  # until it serves: what is imported stays

    from suite.reference.backend.serving import serve_application
    from suite.reference.hotel.app import build
    from suite.reference.hotel.schema import TablesMissing, make_tables

    if faults := settings.faults():
        raise SystemExit("hotel: " + "; ".join(faults))
    try:
        make_tables(settings.database, settings.admin_key)
    except TablesMissing as error:
        raise SystemExit(f"hotel: {error}") from None
    serve_application(build(settings), host, port, ws="wsproto", ws_max_size=_MESSAGE)
