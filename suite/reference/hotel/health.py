"""What the backend says of itself."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from suite.reference.hotel.parts import Shared

router = APIRouter(tags=["operation"])


@router.get("/health")
async def health() -> dict[str, str]:
    """It is alive; a database that is busy or away doesn't change that."""
    return {"status": "ok"}


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(parts: Shared) -> PlainTextResponse:
    """Prometheus' text: what it counted."""
    return PlainTextResponse(parts.counters.text(), media_type="text/plain; version=0.0.4")
