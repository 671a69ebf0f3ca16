"""The gateway's tables: what it holds, and what it still has to forward, to whom."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

HELD, QUEUED, SENT, FAILED = "held", "queued", "sent", "failed"
"""States of a delivery: not to be forwarded yet, to be forwarded, forwarded, given up (a dead letter)."""


class GatewayTable(DeclarativeBase):
    """Base of the gateway's tables."""


class StoredInstance(GatewayTable):
    """One stored instance. Its row is committed before its sender gets Success.

    `accepted_at` is when that was, in monotonic nanoseconds.
    """

    __tablename__ = "instances"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    sop_class: Mapped[str] = mapped_column(String(64))
    transfer_syntax: Mapped[str] = mapped_column(String(64))
    path: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    accepted_at: Mapped[int] = mapped_column(BigInteger)


class Delivery(GatewayTable):
    """An entry of the queue: an instance to one destination, committed together with the instance.

    Ids are in the order of coming, and deliveries go out in it. An instance that comes again has a new one
    in place of the old. `queued_at` is when it could be made, `sent_at` when the destination answered
    Success, in monotonic nanoseconds.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("instance_id", "destination"),
        Index("deliveries_due", "destination", "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instances.id"))
    destination: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[int] = mapped_column(BigInteger)
    sent_at: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
