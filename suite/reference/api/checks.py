"""What must be true of the backend after a round, and what its limits did."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from typing import Any

from suite import Metric, Remote
from suite.reference.api.served import (
    Asked,
    fixed_excess,
    fixed_shortfall,
    most_served,
    moving_excess,
    moving_shortfall,
    untrue_waits,
)

_ELSEWHERE = "not judged: a fixed window's edges are those of another machine's clock"


def told(system: Any) -> Any:
    """What /health says."""
    connection = http.client.HTTPConnection(system.host, system.port, timeout=10)
    try:
        connection.request("GET", "/health")
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def all_connections_came_back(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No database connection is in use when nobody asks for anything."""
    pool = told(system)["pool"]
    assert pool["checked_out"] == 0, f"{pool['checked_out']} connections are still checked out"
    return f"0 of {pool['size']} checked out"


def exhaustion_is_told(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """The pool was used up, each time-out of it reached a client as such, and nothing else went wrong."""
    pool, counts = told(system)["pool"], recording.loop_only().counts()
    broken = {name: counts[name] for name in ("failed", "timeout", "unfinished") if counts[name]}
    assert not broken, f"exhaustion should reject, and nothing else: {broken}"
    assert counts["ok"], "nobody got a connection"
    assert pool["waits"], "nobody had to wait for a connection: more users or a smaller pool are needed"
    assert pool["timeouts"] == counts["rejected"], (
        f"the pool counts {pool['timeouts']} time-outs, clients were told of {counts['rejected']}"
    )
    return f"{pool['waits']} waits, {pool['timeouts']} time-outs, each told"


def the_limit_is_kept(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """Exactly as many were served as the limit says, in each window of its kind."""
    if isinstance(system, Remote) and _fixed(system):
        return _ELSEWHERE
    clients = _clients(kept)
    refused = sum(not one.served for asked in clients for one in asked)
    excess, shortfall = limit_excess(system, kept, recording), limit_shortfall(system, kept, recording)
    assert refused, "nobody was refused: the limit is not enforced, or nobody asked for more than it"
    assert not excess, f"{excess:g} more than allowed were served in one window"
    assert not shortfall, f"{shortfall:g} were refused although there was room"
    return f"{sum(map(len, clients)) - refused} served, {refused} refused, to {len(clients)} clients"


def retry_after_is_true(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Who waits as long as Retry-After says is served; who comes 1.1 s earlier is not."""
    clients = _clients(kept)
    untrue = [text for asked in clients for text in untrue_waits(asked)]
    assert not untrue, f"{len(untrue)} were not true: {untrue[0]}"
    waited = sum(asked[-1].served for asked in clients)
    return f"{waited} clients waited and were served"


def limit_excess(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """The most that were served beyond the limit in a window of its kind."""
    judge = fixed_excess if _fixed(system) else moving_excess
    return _worst(judge, system, kept)


def limit_shortfall(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """The most that one client was refused although there was room."""
    judge = fixed_shortfall if _fixed(system) else moving_shortfall
    return _worst(judge, system, kept)


def served_in_any(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """The most that one client was served within as long as a window, wherever it begins."""
    window = float(system.parameters["rate_window"])
    return float(max((most_served(asked, window) for asked in _clients(kept)), default=0))


def _worst(judge: Any, system: Any, kept: Sequence[Any]) -> float | None:
    if isinstance(system, Remote) and _fixed(system):
        return None
    limit, window = int(system.parameters["rate_limit"]), float(system.parameters["rate_window"])
    return float(max((judge(asked, limit, window) for asked in _clients(kept)), default=0))


def _fixed(system: Any) -> bool:
    return bool(system.parameters["rate_kind"] == "fixed")


def _clients(kept: Sequence[Any]) -> list[list[Asked]]:
    """What each client asked, one list for each of them."""
    return [[Asked(*one) for one in visit["asked"]] for visit in kept if visit.get("asked")]


RATE_METRICS = (
    Metric("limit.excess", "1", "lower", limit_excess, combine="max"),
    Metric("limit.shortfall", "1", "lower", limit_shortfall, combine="max"),
    Metric("rate.served_in_any_window", "1", "none", served_in_any, combine="max"),
)
