"""What the gateway does with an instance that comes: file and row first, then Success."""

from __future__ import annotations

import contextlib
import re
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import OperationalError

from suite.reference.dicom import files
from suite.reference.dicom.news import QueueNews
from suite.reference.dicom.pool import PoolExhausted
from suite.reference.dicom.quota import Quota
from suite.reference.dicom.scp import (
    CANNOT_UNDERSTAND,
    OUT_OF_RESOURCES,
    PROCESSING_FAILURE,
    SUCCESS,
    Request,
)
from suite.reference.dicom.store import Added, Store

_UID = re.compile(r"(?=.{1,64}\Z)[0-9]+(\.[0-9]+)*")  # also keeps a sender from choosing a path


class Receiver:
    """Answers C-STORE: Success only when the file is in place and its rows are committed.

    If either fails a new file is removed, and the status says whose fault it was: 0xA700 for a disk that
    is full or failing, a `quota` used up or a pool exhausted, 0xC000 for an impossible UID, 0xC211 for
    anything else. `durable` puts the file on the disk first.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        *,
        destinations: Sequence[str],
        news: QueueNews,
        quota: Quota,
        durable: bool,
    ) -> None:
        self._store = store
        self._folder = folder
        self._destinations = destinations
        self._news = news
        self._quota = quota
        self._durable = durable

    def handle(self, request: Request) -> int:
        """Keep one instance; the status to answer."""
        if not _UID.fullmatch(request.uid):
            return CANNOT_UNDERSTAND
        path = self._folder / f"{request.uid}.dcm"
        head = files.header(request.sop_class, request.uid, request.transfer_syntax)
        size = len(head) + len(request.dataset)
        taken = 0
        try:
            self._quota.take(size, self._store.writing)
            taken = size
            files.write(path, head, request.dataset, durable=self._durable)
            self._store.add(
                Added(
                    request.uid,
                    request.sop_class,
                    request.transfer_syntax,
                    str(path),
                    size,
                    time.monotonic_ns(),
                ),
                destinations=self._destinations,
            )
        except Exception as error:  # noqa: BLE001  # whatever it was, the sender must get a status
            self._undo(request.uid, path, taken)
            return _status(error)
        if self._destinations:
            self._news.tell()
        return SUCCESS

    def _undo(self, uid: str, path: Path, taken: int) -> None:
        """Remove the file, unless it is, or may be, that of an earlier Success for the same instance."""
        with contextlib.suppress(Exception):
            self._quota.take(-taken, self._store.writing)
            if not self._store.has(uid):
                path.unlink()


def _status(error: Exception) -> int:
    full = isinstance(error, OperationalError) and "disk is full" in str(error)
    if full or isinstance(error, OSError | PoolExhausted):
        sys.stderr.write(f"gateway: out of resources: {error}\n")
        return OUT_OF_RESOURCES
    traceback.print_exception(error, file=sys.stderr)
    return PROCESSING_FAILURE
