"""The backend as workloads have it, and what it needs beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from suite import Category, Server, System, Threshold, Workload
from suite.reference.hotel.load.seeding import seed
from suite.reference.hotel.serving import serve
from suite.services import postgres, redis

_NEEDS = (
    "hotel", "fastapi", "uvicorn", "wsproto", "asyncpg", "argon2", "jwt", "redis", "aiohttp", "purgatory",
    "tenacity",
)  # fmt: skip
ERRORS = Threshold("failures", target="1%", warning="5%", critical="10%")
GROWTH = Threshold("memory.growth", target="30MB", warning="40MB", critical="50MB")


def backend(served: Callable[..., Any] = serve, **parameters: Any) -> Server:
    """A backend of its own: a Server belongs to one Workload, which gives it its helpers."""
    defaults: dict[str, Any] = {
        "pool_size": 10, "pool_overflow": 10, "pool_timeout": 5.0, "session_seconds": 1800,
        "audio_buffer": 100, "freeze": True, "gc_threshold": 700,
    }  # fmt: skip
    return Server(served, ready="/health", needs=_NEEDS, **(defaults | parameters))


def beside() -> dict[str, System]:
    """What a backend needs: a database of each round's own, in one PostgreSQL, which takes long to start."""
    settings = {"max_connections": "200"}
    return {"database": postgres(settings=settings, keep="session"), "redis": redis()}


def within(metric: str, target: str, warning: str, critical: str) -> Threshold:
    """Levels of a metric such as response.p95 or first.p95@speak."""
    return Threshold(metric, target=target, warning=warning, critical=critical)


def workload(
    category: Category, name: str, users: Any, description: str, system: Server | None = None, **more: Any
) -> Workload:
    """`hotel/name`: `users` of a backend with a database and a Redis; nobody has logged in."""
    defaults: dict[str, Any] = {"prepare": partial(seed, logins=()), "beside": beside()}
    return Workload(
        f"hotel/{name}", system or backend(), users, category=category, description=description,
        **(defaults | more),
    )  # fmt: skip
