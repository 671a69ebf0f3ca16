"""What the pool's workloads ask of it: rows of instances, and a question that takes its time."""

from __future__ import annotations

import time

from sqlalchemy import func, insert, select

from suite.data.ct import CT_IMAGE_STORAGE, EXPLICIT_LITTLE_ENDIAN, instance_uid
from suite.reference.dicom.models import GatewayTable, StoredInstance
from suite.reference.dicom.pool import Pool


def make_rows(pool: Pool, count: int) -> None:
    """Make the gateway's tables where there are none, and `count` instances of 0, 1, 2, … bytes."""
    GatewayTable.metadata.create_all(pool.engine)
    uids = [instance_uid(1, 0, number) for number in range(count)]
    values = [
        {
            "uid": uid, "sop_class": CT_IMAGE_STORAGE, "transfer_syntax": EXPLICIT_LITTLE_ENDIAN,
            "path": f"{uid}.dcm", "size": number, "accepted_at": 0,
        }
        for number, uid in enumerate(uids)
    ]  # fmt: skip
    with pool.connection() as connection:
        connection.execute(insert(StoredInstance), values)
        connection.commit()


def ask(pool: Pool, number: int, pause: float) -> tuple[int, int]:
    """The size of instance `number` and, `pause` seconds later, how many there are, over one connection.

    So does a request that works with what it found. Raises PoolExhausted.
    """
    uid = instance_uid(1, 0, number)
    with pool.connection() as connection:
        size = connection.execute(select(StoredInstance.size).where(StoredInstance.uid == uid)).scalar_one()
        time.sleep(pause)
        count = connection.execute(select(func.count()).select_from(StoredInstance)).scalar_one()
    return size, count
