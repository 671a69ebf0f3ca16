"""What the backend says of itself."""

from __future__ import annotations

import os

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from suite.reference.api.parts import Parts
from suite.reference.backend.counting import exposition

router = APIRouter(tags=["operation"])


class PoolState(BaseModel):
    """The database connections of all processes: now, and since the start."""

    size: int
    checked_out: int
    overflow: int
    waits: int
    wait_seconds: float
    busy_seconds: float
    timeouts: int


class Health(BaseModel):
    """That it is there, in which process, beside how many."""

    status: str
    process: int
    processes: int
    pool: PoolState
    notes_unfinished: int


@router.get("/health")
async def health(parts: Parts) -> Health:
    """It is alive; a database that is busy or away doesn't change that."""
    sums = parts.counters.sums()

    def pool(name: str) -> float:
        return sums.get(f"db_pool_{name}", 0)

    return Health(
        status="ok",
        process=os.getpid(),
        processes=parts.counters.processes(),
        pool=PoolState(
            size=int(pool("size")),
            checked_out=int(pool("checked_out")),
            overflow=int(pool("overflow")),
            waits=int(pool("waits_total")),
            wait_seconds=pool("wait_seconds_total"),
            busy_seconds=pool("busy_seconds_total"),
            timeouts=int(pool("timeouts_total")),
        ),
        notes_unfinished=int(sums.get("notes_unfinished", 0)),
    )


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(parts: Parts) -> PlainTextResponse:
    """Prometheus' text: what all processes counted."""
    text = exposition(parts.counters.sums())
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")
