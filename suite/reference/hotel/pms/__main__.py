"""`python -m suite.reference.hotel.pms`: a property management system by hand, until Ctrl-C or SIGTERM."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from suite.reference.hotel.pms.serving import STORE, run_pms

app = typer.Typer(add_completion=False, help="A property management system to test with.")


@app.command()
def serve(
    store: Annotated[Path, typer.Option(help="The file that it keeps; several may share one.")] = Path(STORE),
    port: Annotated[int, typer.Option(help="TCP port on the loopback interface.")] = 8100,
    guests: Annotated[int, typer.Option(min=1, help="Guests from the start.")] = 1_000,
    rooms: Annotated[int, typer.Option(min=1, help="Rooms.")] = 100,
    stays: Annotated[int, typer.Option(min=0, help="Reservations from the start.")] = 2_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same guests and reservations.")] = 1,
    delay: Annotated[float, typer.Option(min=0, max=60, help="Seconds that each answer waits.")] = 0.0,
    jitter: Annotated[float, typer.Option(min=0, max=60, help="Up to so many more.")] = 0.0,
    errors: Annotated[float, typer.Option(min=0, max=1, help="Share of requests not done.")] = 0.0,
    lost: Annotated[float, typer.Option(min=0, max=1, help="Share done, and answered as not.")] = 0.0,
    status: Annotated[int, typer.Option(min=500, max=599, help="What these are answered.")] = 503,
) -> None:
    """Serve: /health and /metrics tell how it is, PUT /admin/behaviour changes what the last options say."""
    typer.echo(f"http://127.0.0.1:{port}, which keeps {store}")
    size = {"guests": guests, "rooms": rooms, "stays": stays, "seed": seed}
    behaviour = {"delay": delay, "jitter": jitter, "errors": errors, "lost": lost, "status": status}
    run_pms(store, "127.0.0.1", port, size, behaviour)


if __name__ == "__main__":
    app()
