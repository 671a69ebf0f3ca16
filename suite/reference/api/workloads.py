"""Load tests of a therapy-session backend: `suite run api`. Critical levels are its first owners' floors."""

from __future__ import annotations

from typing import Any

from suite import Observe, Server, System, Threshold, User, Workload, closed_loop, open_loop
from suite.reference.api.checks import (
    RATE_METRICS,
    all_connections_came_back,
    exhaustion_is_told,
    retry_after_is_true,
    the_limit_is_kept,
)
from suite.reference.api.overeager import Overeager
from suite.reference.api.seeding import seed
from suite.reference.api.serving import all_answer, serve
from suite.reference.api.users import DatabaseUser, Locum, Prober, Reader, Therapist, Uploader
from suite.reference.backend.checks import none_failed
from suite.services import postgres, redis

_NEEDS = ("api", "fastapi", "uvicorn", "asyncpg", "aiosqlite", "argon2", "jwt", "limits", "python_multipart")
_ERRORS = Threshold("failures", target="1%", warning="5%", critical="10%")
_POOL = Observe("/metrics", only=["db_pool_*"], requests="http_requests_total")
"""The pool's counters over time; and every request that was sent was answered by the backend, once."""


def backend(**parameters: Any) -> Server:
    """A backend of its own: a Server belongs to one Workload, which gives it its helpers.

    Its database is the PostgreSQL called `database` beside it, else (or with `sqlite`) SQLite; rate limits
    are counted in the Redis called `redis` beside it, else in memory.
    """
    defaults: dict[str, Any] = {
        "accounts": 1_000, "processes": 1, "rate_limit": 100, "rate_window": 60, "rate_kind": "fixed",
        "pool_size": 10, "pool_overflow": 10, "pool_timeout": 5.0, "upload_limit": 20_000_000, "jobs": 2,
        "queue": 64, "migrate": True, "sqlite": False,
    }  # fmt: skip
    return Server(serve, ready=all_answer, needs=_NEEDS, **(defaults | parameters))


def beside() -> dict[str, System]:
    """What a backend needs: a database of each round's own, in one PostgreSQL, which takes long to start."""
    settings = {"max_connections": "200"}
    return {"database": postgres(settings=settings, keep="session"), "redis": redis()}


def _p95(target: str, warning: str, critical: str) -> Threshold:
    return Threshold("response.p95", target=target, warning=warning, critical=critical)


health = Workload(
    "api/health",
    backend(),
    Prober,
    loop=closed_loop(users=100, seconds=5, warmup="500ms"),
    quick=closed_loop(users=100, operations=2_000, warmup=500),
    thresholds=[_p95("100ms", "500ms", "1s"), _ERRORS],
    checks=[none_failed],
    tags={"tour"},
    description="a hundred probes at once, until the backend can do no more",
)

session_reads = Workload(
    "api/session-reads",
    backend(),
    Reader,
    loop=closed_loop(users=50, seconds=10, think=("10ms", "50ms"), warmup=1),
    quick=closed_loop(users=50, operations=300, think=("10ms", "50ms"), warmup=50),
    prepare=seed,
    beside=beside(),
    thresholds=[
        _p95("500ms", "2s", "5s"),
        Threshold("throughput", target=100, warning=50),
        _ERRORS,
    ],
    checks=[none_failed, all_connections_came_back],
    description="fifty readers of lists and sessions, each request as another therapist",
)

uploads = Workload(
    "api/uploads",
    backend(),
    Uploader,
    loop=closed_loop(users=10, seconds=5, warmup="500ms"),
    quick=closed_loop(users=10, operations=210, warmup=10),
    prepare=seed,
    beside=beside(),
    parameters={"audio_seconds": 30},
    thresholds=[_p95("5s", "10s", "20s"), _ERRORS],
    checks=[none_failed, all_connections_came_back],
    description="ten multipart uploads at once, of 1 MB each",
)


def _rate_limit(name: str, description: str, **parameters: Any) -> Workload:
    return Workload(
        f"api/{name}",
        backend(accounts=400, rate_window=2, **parameters),
        Overeager,
        loop=closed_loop(users=4, each=3),
        quick=closed_loop(users=2, each=1),
        prepare=seed,
        beside={"redis": redis()},
        parameters={"accounts_each": 100},
        thresholds=[
            Threshold("limit.excess", critical=0),
            Threshold("limit.shortfall", critical=0),
            _ERRORS,
        ],
        checks=[the_limit_is_kept, retry_after_is_true],
        metrics=RATE_METRICS,
        timeout=300,
        grace=5,
        description=description,
    )


rate_limit = _rate_limit(
    "rate-limit",
    "150 rapid requests: a fixed window serves 100, then says when it ends; across an edge it is 200; "
    "--set rate_window=60 for the minute",
)
rate_limit_moving = _rate_limit(
    "rate-limit-moving",
    "the same of a moving window, over two server processes: 100 in any, wherever it begins",
    rate_kind="moving",
    processes=2,
)


pool_stress = Workload(
    "api/pool-stress",
    backend(pool_size=5, pool_overflow=10, pool_timeout=0.5),
    DatabaseUser,
    loop=closed_loop(users=100, seconds=5),
    quick=closed_loop(users=100, seconds=2),
    prepare=seed,
    beside=beside(),
    thresholds=[
        Threshold("throughput", target=20, warning=10, critical=1),
        Threshold("failures", target=0, critical=0),
    ],
    checks=[exhaustion_is_told, all_connections_came_back],
    observe=_POOL,
    description="a hundred users of fifteen connections: who gets none in time is told, and nothing breaks; "
    "--set sqlite=true for SQLite",
)

sustained = Workload(
    "api/sustained",
    backend(),
    Reader,
    loop=open_loop(rate=500 / 60, seconds=81),
    quick=open_loop(rate=120, seconds=2, warmup="200ms"),
    prepare=seed,
    beside=beside(),
    thresholds=[_p95("500ms", "2s", "5s"), _ERRORS],
    checks=[none_failed, all_connections_came_back],
    description="500 requests a minute, whatever the backend does; then: suite capacity api/sustained",
)


def _at_work(name: str, description: str, user: type[User], **loops: Any) -> Workload:
    return Workload(
        f"api/{name}",
        backend(),
        user,
        prepare=seed,
        beside=beside(),
        parameters={"audio_seconds": 10},
        thresholds=[
            _p95("500ms", "2s", "5s"), _ERRORS, Threshold("memory.growth", target="30MB", critical="50MB"),
        ],
        checks=[none_failed, all_connections_came_back],
        description=description,
        **loops,
    )  # fmt: skip


memory = _at_work(
    "memory",
    "two thousand operations of therapists; is it a leak: suite leaks api/memory",
    Locum,
    loop=closed_loop(users=20, operations=2_000, warmup=500),
    quick=closed_loop(users=20, operations=250, warmup=100),
)
user = _at_work(
    "user",
    "therapists at work: read, write, upload, extract, with time to think between",
    Therapist,
    loop=closed_loop(users=50, seconds=30, think=("500ms", "1.5s"), warmup=3),
    quick=closed_loop(users=30, operations=250, think=("100ms", "300ms"), warmup=40),
)
