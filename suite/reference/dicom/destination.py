"""Where the gateway forwards to: an SCP that notes what arrived, when, and its hash."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from suite.reference.dicom.ending import held
from suite.reference.dicom.scp import SUCCESS, Request, StoreScp, listening_socket
from suite.reference.dicom.slots import AssociationSlots

ARRIVALS = "arrivals.txt"
_SLOTS = "associations.lock"


class Arrival(NamedTuple):
    """An instance as it arrived: its UID, the SHA-256 of its dataset, monotonic nanoseconds."""

    uid: str
    sha256: str
    at: int


def serve(system: Any, *, associations: int = 32, max_pdu: int = 131_072) -> None:
    """Run a destination until SIGTERM; its arrivals are in its directory."""
    running = listening(Path(system.directory), system.port, associations=associations, max_pdu=max_pdu)
    with held(signal.SIGTERM) as wait, running:
        gc.freeze()
        wait()


@contextmanager
def listening(
    directory: Path, port: int, *, associations: int = 32, max_pdu: int = 131_072
) -> Iterator[StoreScp]:
    """A running destination whose arrivals are noted in `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    log = os.open(directory / ARRIVALS, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def handle(request: Request) -> int:
        digest = hashlib.sha256(request.dataset).hexdigest()
        # One write per record: records of several threads never mix, and a kill loses none.
        os.write(log, f"{request.uid} {digest} {time.monotonic_ns()}\n".encode())
        return SUCCESS

    slots = AssociationSlots(directory / _SLOTS, associations)
    try:
        listener = listening_socket(port)
        with StoreScp(handle, listener, title="DESTINATION", slots=slots, max_pdu=max_pdu) as scp:
            yield scp
    finally:
        slots.close()
        os.close(log)


def arrivals(directory: Path) -> list[Arrival]:
    """What arrived at the destination of `directory`, in order; the same instance may come twice."""
    path = directory / ARRIVALS
    if not path.exists():
        return []
    lines = path.read_text("ascii").splitlines()
    return [Arrival(uid, digest, int(at)) for uid, digest, at in (line.split() for line in lines)]
