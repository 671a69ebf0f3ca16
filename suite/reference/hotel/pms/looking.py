"""What property management system, Redis and backend have when a round is over."""

from __future__ import annotations

import json
import time
from typing import Any

from suite.reference.hotel.pms.serving import ask
from suite.reference.hotel.pms.told import PmsTold
from suite.reference.hotel.serving import namespace_of

_PATIENCE = 5.0
_PAUSE = 0.05


def asked(system: Any, recording: Any, method: str, path: str) -> tuple[int, Any]:
    """What the backend answers an agent: status and body."""
    return ask(system, method, path, Authorization=f"Bearer {recording.prepared['tokens']['agent']}")


def straight(system: Any, path: str) -> Any:
    """What the PMS itself says."""
    status, body = ask(system.beside["pms"], "GET", path)
    assert status == 200, f"the PMS answers {status} to {path}"
    return body


def everything(system: Any, kind: str) -> list[dict[str, Any]]:
    """All records of a kind, as the PMS has them."""
    found, after, more = [], 0, True
    while more:
        page = straight(system, f"/{kind}?after={after}&limit=1000")
        found += page["items"]
        after, more = page["cursor"], page["more"]
    return found


def cached(system: Any) -> dict[str, Any]:
    """The records in Redis, by name."""
    from redis import Redis

    prefix = f"{namespace_of(system)}pms:"
    with Redis.from_url(system.beside["redis"].url, decode_responses=True) as redis:
        names = list(redis.scan_iter(f"{prefix}*", count=1000))
        values = redis.mget(names) if names else []
    return {
        name.removeprefix(prefix): json.loads(value)
        for name, value in zip(names, values, strict=True)
        if value and value.startswith("{")
    }


def breaker_state(system: Any, recording: Any) -> dict[str, Any]:
    """The breaker of the first server, when it had time to close: it takes requests to do that."""
    end = time.monotonic() + _PATIENCE
    while True:
        state: dict[str, Any] = asked(system, recording, "GET", "/pms/state")[1]["primary"]
        if state["state"] == "closed" or time.monotonic() > end:
            return state
        asked(system, recording, "POST", "/pms/sync")
        time.sleep(_PAUSE)


def synchronise(system: Any, recording: Any) -> None:
    """Have the hotel's copy brought up to date, once more."""
    end = time.monotonic() + _PATIENCE
    while (told := asked(system, recording, "POST", "/pms/sync"))[0] != 200:
        assert time.monotonic() < end, f"the last synchronisation: {told[0]} {told[1]}"
        time.sleep(_PAUSE)


def settle_cache(system: Any, recording: Any) -> None:
    """Wait until the backend has dropped from Redis what it could not while that was away."""
    end = time.monotonic() + 2 * _PATIENCE
    while PmsTold.of(system).sum("pms_cache_owed"):
        assert time.monotonic() < end, "what was written while Redis was away is still not dropped from it"
        time.sleep(_PAUSE)
        asked(system, recording, "GET", "/pms/guests/1")
