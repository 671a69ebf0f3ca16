"""Instances sent to a gateway, and what it holds."""

import contextlib
import time

import uvloop

from suite.clients.dicom import Association, OutOfResources, StoreFailed
from suite.data.ct import ct
from suite.reference.dicom.gateway import FOLDER
from suite.reference.dicom.store import Store

TEMPLATE = ct(10_000)


UIDS = [TEMPLATE.uid(0, number) for number in range(4)]


def send(port, uids=UIDS):
    """Send instances over one association; statuses, those of failures included."""

    async def main():
        association = await Association.connect("127.0.0.1", port, instances=TEMPLATE, timeout=30)
        statuses = []
        for uid in uids:
            try:
                statuses.append(await association.store(uid))
            except (OutOfResources, StoreFailed) as error:
                statuses.append(error.status)
        await association.release()
        return statuses

    return uvloop.run(main())


def rows(directory, *columns):
    with contextlib.closing(Store.look(directory)) as store:
        return store.instances(*columns)


def deliveries(directory, *columns):
    with contextlib.closing(Store.look(directory)) as store:
        return store.deliveries(*columns)


def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def stored(directory):
    return sorted(path.name for path in (directory / FOLDER).iterdir())
