"""What the gateway's database can do: add an instance, hand out what is due, note what became of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert

from suite.reference.dicom.models import (
    FAILED,
    HELD,
    QUEUED,
    SENT,
    Delivery,
    GatewayTable,
    StoredInstance,
)
from suite.reference.dicom.pool import Pool
from suite.reference.dicom.write_lock import WriteLock

FILE = "gateway.db"
_LOCK = "gateway.lock"


class Due(NamedTuple):
    """A delivery that is to be made. They sort as they came."""

    id: int
    uid: str
    path: str
    attempts: int


class Added(NamedTuple):
    """An instance to add, as in StoredInstance."""

    uid: str
    sop_class: str
    transfer_syntax: str
    path: str
    size: int
    accepted_at: int


class Store:
    """The gateway's rows. All methods may be called from any thread and raise PoolExhausted.

    Several processes may have the same one open, each by itself. Without `writing` it is only read.
    """

    def __init__(self, pool: Pool, writing: WriteLock | None = None) -> None:
        self.pool = pool
        self._lock = writing

    @property
    def writing(self) -> WriteLock:
        """What keeps others from writing meanwhile."""
        assert self._lock is not None, "this store was opened to look"
        return self._lock

    @classmethod
    def open(cls, directory: Path, **pool: Any) -> Store:
        """The store in `directory`, made if there is none. `pool` are keyword arguments of Pool."""
        store = cls(Pool(directory / FILE, **pool), WriteLock(directory / _LOCK))
        with store.writing:
            GatewayTable.metadata.create_all(store.pool.engine)
        return store

    @classmethod
    def look(cls, directory: Path) -> Store:
        """An existing store, only to read. Raises FileNotFoundError."""
        if not (directory / FILE).exists():
            raise FileNotFoundError(f"there is no gateway database in {directory}")
        return cls(Pool(directory / FILE, size=1, overflow=0, readonly=True))

    def add(self, *instances: Added, destinations: Sequence[str] = (), state: str = QUEUED) -> None:
        """Commit rows, and a delivery of each to each of `destinations`, in one transaction.

        An instance that comes again replaces its row, and is forwarded again.
        """
        with self.pool.connection() as connection, self.writing:
            for one in instances:
                row = connection.execute(_insert(), one._asdict()).scalar_one()
                for destination in destinations:
                    values = {
                        "instance_id": row, "destination": destination, "state": state, "attempts": 0,
                        "queued_at": one.accepted_at, "sent_at": None, "error": None,
                    }  # fmt: skip
                    connection.execute(_queue(), values)
            connection.commit()

    def has(self, uid: str) -> bool:
        """Whether there is a row of instance `uid`."""
        query = select(StoredInstance.id).where(StoredInstance.uid == uid)
        with self.pool.connection() as connection:
            return connection.execute(query).first() is not None

    def due(self, destination: str, limit: int, skip: Iterable[int] = ()) -> list[Due]:
        """Up to `limit` queued deliveries to `destination`, in the order of their coming."""
        query = (
            select(Delivery.id, StoredInstance.uid, StoredInstance.path, Delivery.attempts)
            .join_from(Delivery, StoredInstance)
            .where(
                Delivery.destination == destination,
                Delivery.state == QUEUED,
                Delivery.id.not_in(list(skip)),
            )
            .order_by(Delivery.id)
            .limit(limit)
        )
        with self.pool.connection() as connection:
            return [Due(*row) for row in connection.execute(query)]

    def sent(self, stamps: dict[int, int]) -> None:
        """Note that deliveries were made: by id, when, in monotonic nanoseconds. In one transaction."""
        query = (
            update(Delivery)
            .where(Delivery.id == bindparam("row"))
            .values(state=SENT, sent_at=bindparam("at"), error=None)
        )
        self._write(query, [{"row": row, "at": at} for row, at in stamps.items()])

    def not_sent(self, row: int, attempts: int, error: str, *, given_up: bool) -> None:
        """Note a failed attempt: again, or given up."""
        query = (
            update(Delivery)
            .where(Delivery.id == row)
            .values(state=FAILED if given_up else QUEUED, attempts=attempts, error=error)
        )
        self._write(query)

    def release(self) -> int:
        """Queue what is held; how many deliveries that was."""
        now = time.monotonic_ns()
        return self._write(update(Delivery).where(Delivery.state == HELD).values(state=QUEUED, queued_at=now))

    def requeue(self) -> int:
        """Queue all dead letters once more; how many there were."""
        return self._write(update(Delivery).where(Delivery.state == FAILED).values(state=QUEUED, attempts=0))

    def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        query = select(Delivery.state, func.count()).group_by(Delivery.state)
        with self.pool.connection() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def size(self) -> int:
        """Bytes of all files that have a row."""
        with self.pool.connection() as connection:
            return int(connection.execute(select(func.sum(StoredInstance.size))).scalar() or 0)

    def instances(self, *columns: Any) -> list[Any]:
        """Those columns of all instances, in the order of their coming."""
        return self._all(select(*columns).order_by(StoredInstance.id))

    def deliveries(self, *columns: Any) -> list[Any]:
        """Those columns of all deliveries, and of their instances, in the order of their coming."""
        return self._all(select(*columns).join_from(Delivery, StoredInstance).order_by(Delivery.id))

    def close(self) -> None:
        """Close the pool."""
        self.pool.close()
        if self._lock is not None:
            self._lock.close()

    def _all(self, query: Any) -> list[Any]:
        with self.pool.connection() as connection:
            return list(connection.execute(query))

    def _write(self, query: Any, *values: Any) -> int:
        with self.pool.connection() as connection, self.writing:
            count = connection.execute(query, *values).rowcount
            connection.commit()
        return int(count)


@cache
def _insert() -> Any:
    """Built once: building costs more than executing."""
    table = GatewayTable.metadata.tables[StoredInstance.__tablename__]
    statement = insert(table)
    names = [column.name for column in table.columns if column.name not in ("id", "uid")]
    renewed = {name: statement.excluded[name] for name in names}
    upsert = statement.on_conflict_do_update(index_elements=[table.c.uid], set_=renewed)
    return upsert.returning(table.c.id)


@cache
def _queue() -> Any:
    """A delivery; that of an earlier coming gives way, and who is about to make it can't note it as made."""
    return insert(GatewayTable.metadata.tables[Delivery.__tablename__]).prefix_with("OR REPLACE")
