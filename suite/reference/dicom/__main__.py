"""`python -m suite.reference.dicom`: a gateway or a destination by hand, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from suite.reference.dicom import destination as arrivals
from suite.reference.dicom.ending import held
from suite.reference.dicom.gateway import gateway as running_gateway

_ENDS = (signal.SIGTERM, signal.SIGINT)
app = typer.Typer(add_completion=False, help="A DICOM gateway to test, and a destination for it.")

Directory = Annotated[Path, typer.Option(help="Folder for files and database; a former run's is resumed.")]
Port = Annotated[int, typer.Option(help="TCP port on the loopback interface.")]


@app.command()
def gateway(
    directory: Directory,
    port: Port = 11112,
    destination: Annotated[str, typer.Option(help="Forward to HOST:PORT; without it, only keep.")] = "",
    associations: Annotated[int, typer.Option(help="Associations at once; more are refused.")] = 32,
    pool_size: Annotated[int, typer.Option(help="Database connections that are kept.")] = 5,
    pool_overflow: Annotated[int, typer.Option(help="Database connections more under load.")] = 5,
    pool_timeout: Annotated[float, typer.Option(help="Seconds to wait for one.")] = 5.0,
    fsync: Annotated[bool, typer.Option(help="Have all on the disk before Success.")] = False,
    lanes: Annotated[int, typer.Option(help="Associations to the destination.")] = 2,
) -> None:
    """Receive, keep, forward."""
    peer = None
    if destination:
        host, _, number = destination.rpartition(":")
        if not host or not number.isdecimal():
            raise typer.BadParameter("write it like host:11112", param_hint="--destination")
        peer = (host, int(number))
    running = running_gateway(
        directory,
        port,
        peer,
        associations=associations,
        pool_size=pool_size,
        pool_overflow=pool_overflow,
        pool_timeout=pool_timeout,
        fsync=fsync,
        lanes=lanes,
    )
    with held(*_ENDS) as wait, running:
        typer.echo(f"gateway on 127.0.0.1:{port}, files in {directory}")
        wait()


@app.command()
def destination(
    directory: Directory,
    port: Port = 11113,
    associations: Annotated[int, typer.Option(help="Associations at once; more are refused.")] = 32,
) -> None:
    """Note what arrives, with its hash and time."""
    with held(*_ENDS) as wait, arrivals.listening(directory, port, associations=associations):
        typer.echo(f"destination on 127.0.0.1:{port}, arrivals in {directory / arrivals.ARRIVALS}")
        wait()


if __name__ == "__main__":
    app()
