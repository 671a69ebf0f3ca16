"""Where the gateway forwards to: a node that notes what arrived, when, and its hash; on demand it fails."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import itertools
import os
import signal
import time
from pathlib import Path
from typing import Any, NamedTuple

from suite.clients.dicom import AssociationAborted, ReceivedInstance, StoreNode
from suite.reference.dicom.scp import OUT_OF_RESOURCES, SUCCESS

ARRIVALS = "arrivals.txt"


class Arrival(NamedTuple):
    """An instance as it arrived: its UID, the SHA-256 of its dataset, monotonic nanoseconds."""

    uid: str
    sha256: str
    at: int


async def serve(system: Any, **options: Any) -> None:
    """Run a destination until SIGTERM, its arrivals in its directory; options as in `listen`."""
    await listen(Path(system.directory), system.port, **options)


async def listen(
    directory: Path,
    port: int,
    *,
    associations: int = 32,
    max_pdu: int = 131_072,
    delay: float = 0.0,
    refuse_every: int = 0,
    abort_every: int = 0,
) -> None:
    """Listen until SIGTERM or SIGINT; what was answered Success is noted in `directory`.

    An instance takes `delay` seconds. One in `refuse_every` is answered 0xA700, one in `abort_every` with
    an A-ABORT; 0 is never.
    """
    directory.mkdir(parents=True, exist_ok=True)
    log = os.open(directory / ARRIVALS, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    numbers = itertools.count(1)

    def take(instance: ReceivedInstance) -> int:
        number = next(numbers)
        if abort_every and number % abort_every == 0:
            raise AssociationAborted(2, 0)
        if refuse_every and number % refuse_every == 0:
            return OUT_OF_RESOURCES
        digest = hashlib.sha256(instance.dataset).hexdigest()
        # One write per record: a kill cuts none in two.
        os.write(log, f"{instance.uid} {digest} {time.monotonic_ns()}\n".encode())
        return SUCCESS

    async def take_slowly(instance: ReceivedInstance) -> int:
        await asyncio.sleep(delay)
        return take(instance)

    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        handle = take_slowly if delay else take
        async with StoreNode(handle, port=port, associations=associations, max_pdu=max_pdu):
            gc.freeze()
            await ended.wait()
    finally:
        os.close(log)


def arrivals(directory: Path) -> list[Arrival]:
    """What arrived at the destination of `directory`, in order; the same instance may come twice."""
    path = directory / ARRIVALS
    if not path.exists():
        return []
    lines = path.read_text("ascii").splitlines()
    return [Arrival(uid, digest, int(at)) for uid, digest, at in (line.split() for line in lines)]
