"""The gateway's one table: what it holds, and what it still has to forward."""

from __future__ import annotations

from sqlalchemy import BigInteger, Float, Index, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LOCAL, QUEUED, SENT, FAILED = "local", "queued", "sent", "failed"
"""States of an instance: no destination given, to be forwarded, forwarded, given up."""


class GatewayTable(DeclarativeBase):
    """Base of the gateway's tables."""


class StoredInstance(GatewayTable):
    """One stored instance. Its row is committed before its sender gets Success.

    `accepted_at` and `sent_at` are monotonic nanoseconds: Success to the sender, Success from the
    destination. `next_try` is in seconds since the epoch, for it must outlive a restart.
    """

    __tablename__ = "instances"
    __table_args__ = (Index("instances_due", "state", "next_try", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    uid: Mapped[str] = mapped_column(String(64), unique=True)
    sop_class: Mapped[str] = mapped_column(String(64))
    transfer_syntax: Mapped[str] = mapped_column(String(64))
    path: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[float] = mapped_column(Float, default=0.0)
    accepted_at: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
