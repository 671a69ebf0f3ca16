"""A queue that is full when the load begins, and drained while nothing arrives."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from typing import Any

from suite import Remote, User, operation
from suite.data.ct import SMALL, ct
from suite.reference.dicom import files
from suite.reference.dicom.gateway import FOLDER, destinations_of
from suite.reference.dicom.models import HELD, QUEUED
from suite.reference.dicom.sender import SentInstance
from suite.reference.dicom.store import Added, Store

_SEED = 1
_BATCH = 500
_LOOK = 0.05  # seconds between looks at the queue: each costs the gateway's database a reader


def fill(system: Any) -> int:
    """Lay `queued` (parameter of the system) instances into the gateway's queue, held; how many they are."""
    if isinstance(system, Remote):
        raise ValueError("the queue of a gateway that runs elsewhere can't be filled: do without --target")
    template, count = ct(SMALL, _SEED), int(system.parameters["queued"])
    folder = system.directory / FOLDER
    places = [str(place) for place in destinations_of(system)]
    with closing(Store.open(system.directory, size=1, overflow=0)) as store:
        for begin in range(0, count, _BATCH):
            rows = []
            for number in range(begin, min(begin + _BATCH, count)):
                uid = template.uid(0, number)
                path = folder / f"{uid}.dcm"
                head = files.header(template.sop_class, uid, template.transfer_syntax)
                size = files.write(path, head, template.instance(uid))
                rows.append(
                    Added(
                        uid,
                        template.sop_class,
                        template.transfer_syntax,
                        str(path),
                        size,
                        time.monotonic_ns(),
                    )
                )
            store.add(*rows, destinations=places, state=HELD)
    return count


class Drainer(User):
    """Lets the queue go and waits until it is empty."""

    def connect(self, system: Any) -> None:
        self._store = Store.open(system.directory, size=1, overflow=0)
        for number in range(self.prepared):
            self.keep(SentInstance(SMALL, _SEED, 0, number))

    @operation
    async def drain(self) -> None:
        """Release all that is held, and wait."""
        self._store.release()
        while self._store.counts().get(QUEUED):
            await asyncio.sleep(_LOOK)

    def close(self) -> None:
        self._store.close()
