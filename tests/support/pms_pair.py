"""Two servers of one property management system, and backends that have them."""

import asyncio
import sqlite3
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from redis import Redis
from support.asking import Asking
from support.hotels import standing_for

from suite import Server
from suite.reference.hotel.load.seeding import seed
from suite.reference.hotel.pms.serving import serve_pms
from suite.reference.hotel.pms.workloads import connected
from suite.reference.hotel.serving import serve
from suite.services import postgres, redis

SIZE: dict[str, Any] = {"guests": 60, "rooms": 20, "stays": 100, "seed": 1}


@contextmanager
def pair_of(folder):
    """Both, on one store in `folder`, and a Redis."""
    store = str(folder / "pms.sqlite3")
    first, second = (Server(serve_pms, ready="/health", store=store, **SIZE) for _ in range(2))
    with first, second, redis() as cache:
        yield SimpleNamespace(first=first, second=second, redis=cache, store=store)


def forget(pair):
    """Let it have no bookings but those from the start, and nothing cached."""
    with Redis.from_url(pair.redis.url) as client:
        client.flushall()
    with sqlite3.connect(pair.store) as connection:
        booked = "(select id from reservations where key is not null)"
        connection.execute(f"delete from nights where reservation in {booked}")
        connection.execute("delete from reservations where key is not null")
    connection.close()


@contextmanager
def backend_of(pair, served=serve, **parameters):
    """A backend that has the pair, and its agent's way to ask it."""
    with postgres(keep="session") as database:
        system = connected(served, pms_reserve=2, pms_timeout=0.3, pms_rest=0.1, **parameters)
        helpers = {"database": database, "redis": pair.redis, "pms": pair.first, "pms2": pair.second}
        system.beside = {name: standing_for(helper) for name, helper in helpers.items()}
        with system:
            prepared = asyncio.run(seed(system))
            yield SimpleNamespace(
                system=system, ask=Asking(system.url, prepared["tokens"]["agent"]), prepared=prepared
            )
