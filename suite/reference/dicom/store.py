"""What the gateway's database can do: add an instance, hand out what is due, note what became of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert

from suite.reference.dicom.models import FAILED, QUEUED, SENT, GatewayTable, StoredInstance
from suite.reference.dicom.pool import Pool

FILE = "gateway.db"


class Due(NamedTuple):
    """A row that is to be forwarded."""

    id: int
    uid: str
    sop_class: str
    transfer_syntax: str
    path: str
    attempts: int
    accepted_at: int | None


class ForwardedRow(NamedTuple):
    """A row that was forwarded, with stamps in monotonic nanoseconds.

    `added_at` is what stood in the row when it was handed out: if the instance came again meanwhile, it
    differs, and the row stays queued.
    """

    id: int
    added_at: int | None
    accepted_at: int | None
    sent_at: int


class Store:
    """The gateway's rows. All methods may be called from any thread and raise PoolExhausted."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        # SQLite has one writer at a time; those who would collide sleep, so they queue here instead.
        self._writing = threading.Lock()

    @classmethod
    def open(cls, directory: Path, **pool: Any) -> Store:
        """The store in `directory`, made if there is none. `pool` are keyword arguments of Pool."""
        store = cls(Pool(directory / FILE, **pool))
        GatewayTable.metadata.create_all(store.pool.engine)
        return store

    @classmethod
    def look(cls, directory: Path) -> Store:
        """An existing store, only to read. Raises FileNotFoundError."""
        if not (directory / FILE).exists():
            raise FileNotFoundError(f"there is no gateway database in {directory}")
        return cls(Pool(directory / FILE, size=1, overflow=0, readonly=True))

    def add(
        self,
        *,
        uid: str,
        sop_class: str,
        transfer_syntax: str,
        path: str,
        size: int,
        state: str,
        accepted_at: int,
    ) -> None:
        """Commit a row; an instance that comes again replaces its row and is forwarded again."""
        values: dict[str, Any] = {
            "uid": uid, "sop_class": sop_class, "transfer_syntax": transfer_syntax, "path": path,
            "size": size, "state": state, "attempts": 0, "next_try": time.time(), "accepted_at": accepted_at,
            "sent_at": None, "error": None,
        }  # fmt: skip
        with self.pool.connection() as connection, self._writing:
            connection.execute(_insert(), values)
            connection.commit()

    def due(self, now: float, limit: int, skip: Iterable[int] = ()) -> list[Due]:
        """Up to `limit` queued rows whose time has come (`now` in epoch seconds), longest due first."""
        columns = (getattr(StoredInstance, name) for name in Due._fields)
        query = (
            select(*columns)
            .where(
                StoredInstance.state == QUEUED,
                StoredInstance.next_try <= now,
                StoredInstance.id.not_in(list(skip)),
            )
            .order_by(StoredInstance.next_try, StoredInstance.id)
            .limit(limit)
        )
        with self.pool.connection() as connection:
            return [Due(*row) for row in connection.execute(query)]

    def sent(self, rows: Sequence[ForwardedRow]) -> None:
        """Note that `rows` were forwarded, in one transaction."""
        query = (
            update(StoredInstance)
            .where(StoredInstance.id == bindparam("row"), StoredInstance.accepted_at == bindparam("added"))
            .values(state=SENT, accepted_at=bindparam("accepted"), sent_at=bindparam("at"), error=None)
        )
        values = [
            {"row": row.id, "added": row.added_at, "accepted": row.accepted_at, "at": row.sent_at}
            for row in rows
        ]
        with self.pool.connection() as connection, self._writing:
            connection.execute(query, values)
            connection.commit()

    def not_sent(self, row: int, attempts: int, next_try: float | None, error: str) -> None:
        """Note a failed attempt: again at `next_try` (epoch seconds), or given up if that is None."""
        query = (
            update(StoredInstance)
            .where(StoredInstance.id == row)
            .values(
                state=FAILED if next_try is None else QUEUED,
                attempts=attempts,
                next_try=next_try or 0.0,
                error=error,
            )
        )
        with self.pool.connection() as connection, self._writing:
            connection.execute(query)
            connection.commit()

    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        query = select(StoredInstance.state, func.count()).group_by(StoredInstance.state)
        with self.pool.connection() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def rows(self, *columns: Any) -> list[Any]:
        """Those columns of all rows, in the order of their coming."""
        with self.pool.connection() as connection:
            return list(connection.execute(select(*columns).order_by(StoredInstance.id)))

    def close(self) -> None:
        """Close the pool."""
        self.pool.close()


@cache
def _insert() -> Any:
    """Built once: building costs more than executing."""
    table = GatewayTable.metadata.tables[StoredInstance.__tablename__]
    statement = insert(table)
    names = [column.name for column in table.columns if column.name not in ("id", "uid")]
    renewed = {name: statement.excluded[name] for name in names}
    return statement.on_conflict_do_update(index_elements=[table.c.uid], set_=renewed)
