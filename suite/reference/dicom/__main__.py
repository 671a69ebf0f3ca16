"""`python -m suite.reference.dicom`: a gateway or a destination by hand, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from suite.reference.dicom.destination import ARRIVALS, listen
from suite.reference.dicom.gateway import gateway as running_gateway
from suite.reference.dicom.gateway import run
from suite.reference.dicom.route import Destination
from suite.reference.dicom.store import Store

_ENDS = (signal.SIGTERM, signal.SIGINT)
_ADDRESS = re.compile(r"(?:(?P<title>[^@]{1,16})@)?(?P<host>[^@]+):(?P<port>\d{1,5})")
app = typer.Typer(add_completion=False, help="A DICOM gateway to test, and a destination for it.")

Directory = Annotated[Path, typer.Option(help="Folder for files and database; a former run's is resumed.")]
Port = Annotated[int, typer.Option(help="TCP port on the loopback interface.")]


class Fsync(StrEnum):
    """What is on the disk before Success: nothing, the rows, the file too."""

    NONE = "none"
    DB = "db"
    FSYNC = "fsync"


@app.command()
def gateway(
    directory: Directory,
    port: Port = 11112,
    destination: Annotated[
        list[str] | None, typer.Option(help="Forward to [TITLE@]HOST:PORT, each of them; none: only keep.")
    ] = None,
    acceptors: Annotated[int, typer.Option(help="Processes that receive.", min=1)] = 1,
    associations: Annotated[int, typer.Option(help="Associations at once; more are refused.")] = 32,
    pool_size: Annotated[int, typer.Option(help="Database connections that are kept.")] = 5,
    pool_overflow: Annotated[int, typer.Option(help="Database connections more under load.")] = 5,
    pool_timeout: Annotated[float, typer.Option(help="Seconds to wait for one.")] = 5.0,
    fsync: Annotated[Fsync, typer.Option(help="What is on the disk before Success.")] = Fsync.NONE,
    quota: Annotated[int, typer.Option(help="Bytes of files; more are refused. 0: any.")] = 0,
    lanes: Annotated[int, typer.Option(help="Associations to each destination; 1 keeps the order.")] = 1,
    attempts: Annotated[int, typer.Option(help="Refusals of an instance until it is given up.")] = 5,
) -> None:
    """Receive, keep, forward."""
    running = running_gateway(
        directory,
        port,
        [_address(text) for text in destination or ()],
        acceptors=acceptors,
        associations=associations,
        pool_size=pool_size,
        pool_overflow=pool_overflow,
        pool_timeout=pool_timeout,
        fsync=fsync.value,
        quota=quota,
        lanes=lanes,
        attempts=attempts,
    )
    typer.echo(f"gateway on 127.0.0.1:{port}, files in {directory}")
    run(running, *_ENDS)


@app.command()
def destination(
    directory: Directory,
    port: Port = 11113,
    associations: Annotated[int, typer.Option(help="Associations at once; more are refused.")] = 32,
    delay: Annotated[float, typer.Option(help="Seconds that an instance takes.")] = 0.0,
    refuse_every: Annotated[int, typer.Option(help="One in so many is refused; 0: none.")] = 0,
    abort_every: Annotated[int, typer.Option(help="One in so many is aborted; 0: none.")] = 0,
) -> None:
    """Note what arrives, with its hash and time."""
    typer.echo(f"destination on 127.0.0.1:{port}, arrivals in {directory / ARRIVALS}")
    listening = listen(
        directory,
        port,
        associations=associations,
        delay=delay,
        refuse_every=refuse_every,
        abort_every=abort_every,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(listening)


@app.command()
def requeue(directory: Directory) -> None:
    """Queue once more what was given up."""
    with contextlib.closing(Store.open(directory)) as store:
        typer.echo(f"{store.requeue()} queued again")


def _address(text: str) -> Destination:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise typer.BadParameter("write it like host:11112 or TITLE@host:11112", param_hint="--destination")
    title = found["title"]
    return Destination(found["host"], int(found["port"]), *([title] if title else []))


if __name__ == "__main__":
    app()
