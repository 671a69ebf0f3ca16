"""The gateway: C-STORE in, file and row, queue, C-STORE out. `serve` is what a Server runs."""

from __future__ import annotations

import contextlib
import errno
import gc
import re
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from suite.reference.dicom import files
from suite.reference.dicom.ending import held
from suite.reference.dicom.forwarder import Forwarder
from suite.reference.dicom.models import LOCAL, QUEUED
from suite.reference.dicom.pool import PoolExhausted
from suite.reference.dicom.scp import (
    CANNOT_UNDERSTAND,
    OUT_OF_RESOURCES,
    PROCESSING_FAILURE,
    SUCCESS,
    Request,
    StoreScp,
)
from suite.reference.dicom.store import Store

FOLDER = "instances"
_UID = re.compile(r"(?=.{1,64}\Z)[0-9]+(\.[0-9]+)*")  # also keeps a sender from choosing a path
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Receiver:
    """Answers C-STORE: Success only when the file is in place and the row committed.

    If either fails the file is removed, and the status says whose fault it was: 0xA700 for a full disk
    or an exhausted pool, 0xC000 for an impossible UID, 0xC211 for anything else.
    """

    def __init__(self, store: Store, folder: Path, *, state: str, fsync: bool) -> None:
        self._store = store
        self._folder = folder
        self._state = state
        self._fsync = fsync
        self._successes: dict[str, int | None] = {}
        self.forwarder: Forwarder | None = None

    def handle(self, request: Request) -> int:
        """Keep one instance; the status to answer."""
        if not _UID.fullmatch(request.uid):
            return CANNOT_UNDERSTAND
        path = self._folder / f"{request.uid}.dcm"
        if self._state == QUEUED:
            self._successes[request.uid] = None
        try:
            head = files.header(request.sop_class, request.uid, request.transfer_syntax)
            size = files.write(path, head, request.dataset, durable=self._fsync)
            self._store.add(
                uid=request.uid,
                sop_class=request.sop_class,
                transfer_syntax=request.transfer_syntax,
                path=str(path),
                size=size,
                state=self._state,
                accepted_at=time.monotonic_ns(),
            )
        except Exception as error:  # noqa: BLE001  # whatever it was, the sender must get a status
            self._successes.pop(request.uid, None)
            with contextlib.suppress(OSError):
                path.unlink()
            return _status(error)
        return SUCCESS

    def answered(self, uid: str, status: int) -> None:
        """The response goes out: from here on the instance is ours, and its way to go is timed."""
        if status == SUCCESS and self.forwarder is not None:
            if uid in self._successes:
                self._successes[uid] = time.monotonic_ns()
            self.forwarder.wake()

    def accepted(self, uid: str) -> int | None:
        """When Success went to the sender, in monotonic nanoseconds; asked once."""
        return self._successes.pop(uid, None)


def _status(error: Exception) -> int:
    full = isinstance(error, OSError) and error.errno in _FULL
    full = full or (isinstance(error, OperationalError) and "disk is full" in str(error))
    if full or isinstance(error, PoolExhausted):
        sys.stderr.write(f"gateway: out of resources: {error}\n")
        return OUT_OF_RESOURCES
    traceback.print_exception(error, file=sys.stderr)
    return PROCESSING_FAILURE


@contextlib.contextmanager
def gateway(
    directory: Path,
    port: int,
    destination: tuple[str, int] | None = None,
    *,
    associations: int = 32,
    max_pdu: int = 131_072,
    backlog: int = 128,
    pool_size: int = 5,
    pool_overflow: int = 5,
    pool_timeout: float = 5.0,
    fsync: bool = False,
    lanes: int = 2,
    backoff: float = 0.5,
    attempts: int = 20,
) -> Iterator[StoreScp]:
    """A running gateway with its files and database in `directory`, which may hold those of a former run.

    What that one had accepted and not forwarded is forwarded now. `destination` is (host, port); without
    one, instances are only kept. Yields the StoreScp.

    At most `associations` at once are accepted, of P-DATA up to `max_pdu` bytes, `backlog` connections
    may wait. The database pool has `pool_size` connections, `pool_overflow` more under load, and refuses
    after `pool_timeout` seconds. `fsync` puts file and commit on the disk before Success. `lanes`
    associations forward; a failed attempt waits `backoff` seconds, doubled each time, up to `attempts`.
    """
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    files.sweep(folder)
    store = Store.open(directory, size=pool_size, overflow=pool_overflow, timeout=pool_timeout, durable=fsync)
    receiver = Receiver(store, folder, state=QUEUED if destination else LOCAL, fsync=fsync)
    scp = StoreScp(
        receiver.handle,
        port=port,
        title="GATEWAY",
        associations=associations,
        max_pdu=max_pdu,
        backlog=backlog,
        answered=receiver.answered,
    )
    with contextlib.ExitStack() as stack:
        stack.callback(store.close)
        if destination:
            receiver.forwarder = stack.enter_context(
                Forwarder(
                    store,
                    *destination,
                    lanes=lanes,
                    backoff=backoff,
                    attempts=attempts,
                    accepted=receiver.accepted,
                )
            )
        yield stack.enter_context(scp)


def serve(system: Any, **parameters: Any) -> None:
    """Run a gateway until SIGTERM; parameters as in `gateway`."""
    helper = system.beside.get("destination")
    destination = (helper.host, helper.port) if helper is not None else None
    running = gateway(Path(system.directory), system.port, destination, **parameters)
    with held(signal.SIGTERM) as wait, running:
        gc.freeze()
        wait()
