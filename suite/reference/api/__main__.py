"""`python -m suite.reference.api`: the backend by hand, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from suite.reference.api.serving import run
from suite.reference.api.settings import DATABASE, ApiSettings

app = typer.Typer(add_completion=False, help="A therapy-session backend to test.")

Database = Annotated[
    str, typer.Option(help="postgresql://user:password@host:5432/name; without it, SQLite in the directory.")
]


@app.command()
def serve(
    directory: Annotated[Path, typer.Option(help="Folder of uploads, counters, and SQLite.")],
    database: Database = "",
    redis: Annotated[str, typer.Option(help="redis://host:6379/0 for limits; else in memory.")] = "",
    port: Annotated[int, typer.Option(help="TCP port on the loopback interface.")] = 8000,
    processes: Annotated[int, typer.Option(help="Server processes; several need Redis.")] = 1,
    secret: Annotated[str, typer.Option(help="Signs tokens; a new one each time without it.")] = "",
    migrations: Annotated[bool, typer.Option("--migrate", help="Apply the migrations first.")] = False,
    rate_limit: Annotated[int, typer.Option(help="Requests of a client in a window.")] = 100,
    rate_window: Annotated[int, typer.Option(help="Seconds of a window.")] = 60,
    rate_kind: Annotated[str, typer.Option(help="fixed or moving.")] = "fixed",
    pool_size: Annotated[int, typer.Option(help="Database connections that are kept.")] = 10,
    pool_overflow: Annotated[int, typer.Option(help="Database connections more under load.")] = 10,
    pool_timeout: Annotated[float, typer.Option(help="Seconds to wait for one.")] = 5.0,
) -> None:
    """Serve: /openapi.json tells what, /health and /metrics how it is."""
    directory.mkdir(parents=True, exist_ok=True)
    settings = ApiSettings(
        database=database or _file(directory),
        directory=str(directory),
        secret=secret or secrets.token_urlsafe(32),
        redis=redis,
        processes=processes,
        rate_limit=rate_limit,
        rate_window=rate_window,
        rate_kind=rate_kind,  # type: ignore[arg-type]  # `faults` tells what it is not
        pool_size=pool_size,
        pool_overflow=pool_overflow,
        pool_timeout=pool_timeout,
    )
    typer.echo(f"http://127.0.0.1:{port}, uploads in {directory}")
    run(settings, "127.0.0.1", port, migrated=migrations)


@app.command()
def migrate(
    directory: Annotated[Path, typer.Option(help="Folder of SQLite, if it is that.")] = Path(),
    database: Database = "",
) -> None:
    """Bring a database to the schema that this backend needs."""
    from suite.reference.api import schema

    try:
        schema.migrate(database or _file(directory))
    except schema.SchemaError as error:
        raise SystemExit(f"api: {error}") from None


def _file(directory: Path) -> str:
    return f"sqlite:///{directory.absolute() / DATABASE}"


if __name__ == "__main__":
    app()
