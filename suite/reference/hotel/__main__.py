"""`python -m suite.reference.hotel`: the backend by hand, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from typing import Annotated

import typer

from suite.reference.hotel.serving import run
from suite.reference.hotel.settings import HotelSettings
from suite.services import postgres, redis

app = typer.Typer(add_completion=False, help="A voice-call backend for hotels to test.")


@app.command()
def serve(
    database: Annotated[
        str, typer.Option(help="postgresql://user:password@host:5432/name; else an embedded one.")
    ] = "",
    cache: Annotated[str, typer.Option(help="redis://host:6379/0; else an embedded one.")] = "",
    port: Annotated[int, typer.Option(help="TCP port on the loopback interface.")] = 8000,
    secret: Annotated[str, typer.Option(help="Signs tokens; a new one each time without it.")] = "",
    admin_key: Annotated[str, typer.Option(help="API key of the administrator; else a new one.")] = "",
    pms: Annotated[list[str] | None, typer.Option(help="URL of a property-management system.")] = None,
) -> None:
    """Serve: /openapi.json tells what, /health and /metrics how it is."""
    with ExitStack() as stack:
        settings = HotelSettings(
            database=database or stack.enter_context(postgres()).url,
            redis=cache or stack.enter_context(redis()).url,
            secret=secret or secrets.token_urlsafe(32),
            admin_key=admin_key or secrets.token_urlsafe(32),
            pms=tuple(pms or ()),
        )
        typer.echo(f"http://127.0.0.1:{port}, its administrator asks with X-API-Key: {settings.admin_key}")
        run(settings, "127.0.0.1", port)


if __name__ == "__main__":
    app()
