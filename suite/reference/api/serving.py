"""The backend as a system under test: its settings, its schema, its processes."""

from __future__ import annotations

import gc
import http.client
import json
import secrets
import sys
from pathlib import Path
from typing import Any

from suite.reference.api.settings import DATABASE, SECRET, ApiSettings


def database_of(system: Any) -> str:
    """URL of a backend's database: the PostgreSQL beside it; else, or with `sqlite`, a file of its own."""
    helper = None if system.parameters.get("sqlite") else system.beside.get("database")
    return helper.url if helper is not None else f"sqlite:///{system.directory / DATABASE}"


def serve(
    system: Any,
    *,
    accounts: int = 0,  # noqa: ARG001
    sqlite: bool = False,  # noqa: ARG001
    migrate: bool = True,
    **parameters: Any,
) -> None:
    """Run a backend until SIGTERM.

    `accounts` are how many `seed` makes, `sqlite` is for `database_of`; `migrate` applies the migrations
    first. The other parameters are ApiSettings'.
    """
    redis = system.beside.get("redis")
    secret = secrets.token_urlsafe(32)
    file = Path(system.directory) / SECRET
    file.touch(0o600)
    file.write_text(secret)
    settings = ApiSettings(
        database=database_of(system),
        directory=str(system.directory),
        secret=secret,
        redis=redis.url if redis is not None else "",
        **parameters,
    )
    run(settings, system.host, system.port, migrated=migrate)


def run(settings: ApiSettings, host: str, port: int, *, migrated: bool) -> None:
    """Serve until SIGTERM, the schema brought up to date first if `migrated`.

    Raises SystemExit with one line if it can't.
    """
    gc.disable()  # until it serves, as in `app`: what is imported stays

    from suite.reference.api import schema
    from suite.reference.backend.serving import serve_application

    if faults := settings.faults():
        raise SystemExit("api: " + "; ".join(faults))
    try:
        if migrated:
            schema.migrate(settings.database)
        schema.check(settings.database)
    except schema.SchemaError as error:
        raise SystemExit(f"api: {error}") from None
    settings.export()
    sys.stdin = None  # uvicorn hands on its number, which its processes don't have
    serve_application(
        "suite.reference.api.app:create",
        host,
        port,
        factory=True,
        workers=settings.processes,
        ws="none",
        timeout_worker_healthcheck=60,
    )


def all_answer(system: Any) -> bool:
    """Whether all of its processes are there."""
    connection = http.client.HTTPConnection(system.host, system.port, timeout=1.0)
    try:
        connection.request("GET", "/health")
        told = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return bool(told["processes"] >= system.parameters.get("processes", 1))
