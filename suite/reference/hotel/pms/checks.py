"""What must be true of backend and property management system after a round, whatever failed meanwhile."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from suite import Metric
from suite.reference.hotel.load.stored import rows
from suite.reference.hotel.pms.serving import ask
from suite.reference.hotel.pms.store import nights
from suite.reference.hotel.pms.told import PmsTold
from suite.reference.hotel.serving import namespace_of

_MOST = 300
"""Guests whose profiles are compared at the end."""
_BREAKER_SECONDS = 3.0


def _kept(kept: Sequence[Any], kind: str) -> list[Any]:
    return [one[kind] for one in kept if kind in one]


def nothing_broke(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Whatever was not there was told as that: no answer was a 500."""
    answers = PmsTold.of(system).by_label("http_requests_total", "status")
    assert not answers["500"], f"{answers['500']:g} answers were 500: the backend has a fault"
    away = (f"{answers[status]:,} × {status}" for status in ("502", "503", "504") if answers[status])
    return ", ".join(away) or "nothing failed"


def no_booking_is_lost(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Each booking acknowledged is in the PMS, in the hotel's copy and known as booked; no other was made."""
    acknowledged = {key: [number, *stay] for key, number, *stay in _kept(kept, "booked")}
    there = _reservations(system)
    made = {
        one["key"]: [one["id"], one["guest"], one["room"], one["arrival"], one["departure"]]
        for one in there
        if one["key"]
    }
    lost = [key for key, booking in acknowledged.items() if made.get(key) != booking]
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged are not in the PMS, such as {lost[0]}"
    unasked = set(made) - set(_kept(kept, "asked"))
    assert not unasked, f"{len(unasked)} in the PMS were never asked for, such as {min(unasked)}"
    copied = rows(
        system,
        """select b.key, r.id, r.guest, r.room, r.arrival, r.departure from pms_bookings b
        join pms_reservations r on r.id = b.reservation where b.state = 'booked'""",
    )
    here = {key: booking for key, *booking in copied}
    missing = [key for key, booking in acknowledged.items() if here.get(key) != booking]
    assert not missing, f"{len(missing)} of {len(acknowledged)} acknowledged are not in the hotel's database"
    return f"{len(acknowledged)} acknowledged, {len(made) - len(acknowledged)} more made that were not told"


def no_room_is_booked_twice(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Nobody else has the same room in the same night, and nobody has two for one booking."""
    there = _reservations(system)
    taken = Counter((one["room"], day) for one in there for day in nights(one["arrival"], one["departure"]))
    twice = [place for place, count in taken.items() if count > 1]
    assert not twice, f"{len(twice)} are taken twice, such as room {twice[0][0]} on {twice[0][1]}"
    keys = Counter(one["key"] for one in there if one["key"])
    doubled = [key for key, count in keys.items() if count > 1]
    assert not doubled, f"{len(doubled)} bookings were made twice, such as {doubled[0]}"
    return f"{len(taken):,} rooms and nights"


def every_change_is_there(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No change of a profile that was acknowledged was overwritten by who had not seen it, or got lost."""
    by_guest: dict[int, dict[int, str]] = defaultdict(dict)
    written = _kept(kept, "wrote")
    for guest, version, wishes, *_ in written:
        other = by_guest[guest].setdefault(version, wishes)
        assert other == wishes, f"guest {guest}: version {version} was acknowledged to two"
    for guest, versions in list(by_guest.items())[:_MOST]:
        last = max(versions)
        profile = _direct(system, f"/guests/{guest}")
        assert profile["version"] >= last, (
            f"guest {guest}: version {last} was acknowledged, {profile['version']} is there"
        )
        if profile["version"] == last:
            assert profile["wishes"] == versions[last], f"guest {guest}: version {last} holds something else"
    return f"{len(written)} changes of {len(by_guest)} guests"


def cache_is_coherent(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """Nobody read what was older than a change acknowledged before, and what Redis has is as in the PMS."""
    stale = stale_reads(kept)
    assert not stale, (
        f"{len(stale)} reads were stale, such as version {stale[0][1]} of guest {stale[0][0]} "
        f"when {stale[0][2]} had been acknowledged"
    )
    _paid(system, recording.prepared["tokens"]["agent"])
    there = {f"{kind}:{one['id']}": one for kind in ("guests", "reservations") for one in _all(system, kind)}
    cached = _cached(system)
    other = [name for name, record in cached.items() if record != there.get(name)]
    assert not other, f"{len(other)} records in Redis are not as in the PMS, such as {other[0]}"
    return f"{len(_kept(kept, 'read'))} reads, {len(cached)} cached records compared"


def stale_reads(kept: Sequence[Any]) -> list[tuple[int, int, int]]:
    """Reads that began after a newer version was acknowledged: guest, version, that version."""
    acknowledged: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for guest, version, _, _, ended in _kept(kept, "wrote"):
        acknowledged[guest].append((ended, version))
    stale = []
    for guest, version, begun, _ in _kept(kept, "read"):
        newest = max((known for ended, known in acknowledged[guest] if ended < begun), default=0)
        if version < newest:
            stale.append((guest, version, newest))
    return stale


def breaker(*, opens: bool) -> Callable[..., str]:
    """A check that the breaker of the first server `opens` and closes again, or that it stays closed."""

    def breaker_did_its_work(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
        """It opened while its server was away, let one in after a while, and closed; or it never had to."""
        state = _settled(system, recording.prepared["tokens"]["agent"])
        changes = [change["to"] for change in state["changes"]]
        for before, after in zip(["closed", *changes], changes, strict=False):
            assert (before, after) in _STEPS, f"from {before} it became {after}"
        assert state["state"] == "closed", f"its server is back, and it is {state['state']}"
        if opens:
            assert "opened" in changes, "it never opened, though its server was away"
        else:
            assert not changes, f"it opened, though its server was there: {', '.join(changes)}"
        return f"opened {changes.count('opened')} ×, {changes.count('half_opened')} tries let in"

    return breaker_did_its_work


_STEPS = {
    ("closed", "opened"),
    ("opened", "half_opened"),
    ("half_opened", "opened"),
    ("half_opened", "closed"),
}


def retries_are_bounded(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Retries are no more than their budget, so that what is away is not kept away by them."""
    told, parameters = PmsTold.of(system), system.parameters
    requests, retries = told.sum("pms_requests_total"), told.sum("pms_retries_total")
    most = parameters["pms_reserve"] + parameters["pms_budget"] * requests
    assert retries <= most, f"{retries:g} retries of {requests:g} requests; the budget has {most:g}"
    return f"{retries:g} of at most {most:.0f}, for {requests:g} requests"


def copy_is_complete(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """After one more synchronisation the hotel's copy is the PMS, record by record."""
    headers = {"Authorization": f"Bearer {recording.prepared['tokens']['agent']}"}
    status, told = ask(system, "POST", "/pms/sync", **headers)
    assert status == 200, f"the last synchronisation: {status} {told}"
    for kind, columns in (
        ("guests", ("id", "name", "email", "phone", "language", "wishes", "version")),
        ("reservations", ("id", "guest", "room", "arrival", "departure", "version", "key")),
    ):
        there = {tuple(one[name] for name in columns) for one in _all(system, kind)}
        here = set(rows(system, f"select {', '.join(columns)} from pms_{kind}"))  # noqa: S608
        assert here == there, (
            f"{kind}: {len(there - here)} are missing or other, {len(here - there)} too many"
        )
    return "guests and reservations"


def hit_ratio(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Reads that the cache answered."""
    told = PmsTold.of(system)
    hits, misses = told.sum("pms_cache_hits_total"), told.sum("pms_cache_misses_total")
    return hits / (hits + misses) if hits + misses else None


def attempts_each(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Attempts for each request that the PMS was asked."""
    told = PmsTold.of(system)
    requests = told.sum("pms_requests_total")
    return told.sum("pms_attempts_total") / requests if requests else None


def breaker_open(system: Any, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Seconds from when the breaker of the first server opened until it had closed again, all in all."""
    changes = _settled(system, recording.prepared["tokens"]["agent"])["changes"]
    since, seconds = None, 0.0
    for change in changes:
        if change["to"] == "closed" and since is not None:
            seconds, since = seconds + change["at"] - since, None
        elif since is None:
            since = change["at"]
    return seconds


PMS_METRICS = (
    Metric("pms.hit_ratio", "ratio", "higher", hit_ratio),
    Metric("pms.attempts", "1", "lower", attempts_each),
    Metric("pms.breaker_open", "s", "lower", breaker_open, combine="max"),
)


def _settled(system: Any, token: str) -> dict[str, Any]:
    """The first server's breaker, when it had time to close: it takes a request that asks that server."""
    headers = {"Authorization": f"Bearer {token}"}
    end = time.monotonic() + _BREAKER_SECONDS
    while True:
        state: dict[str, Any] = ask(system, "GET", "/pms/state", **headers)[1]["primary"]
        if state["state"] == "closed" or time.monotonic() > end:
            return state
        ask(system, "POST", "/pms/sync", **headers)
        time.sleep(0.05)


def _paid(system: Any, token: str) -> None:
    """Wait until the backend has dropped from Redis what it could not while that was away."""
    headers = {"Authorization": f"Bearer {token}"}
    end = time.monotonic() + 2 * system.parameters["pms_deadline"]
    while PmsTold.of(system).sum("pms_cache_owed"):
        assert time.monotonic() < end, "what was written while Redis was away is still not dropped from it"
        time.sleep(0.1)
        ask(system, "GET", "/pms/guests/1", **headers)


def _direct(system: Any, path: str) -> Any:
    """What the PMS itself says."""
    status, body = ask(system.beside["pms"], "GET", path)
    assert status == 200, f"the PMS answers {status} to {path}"
    return body


def _all(system: Any, kind: str) -> list[dict[str, Any]]:
    """All records of a kind, as the PMS has them."""
    found, after, more = [], 0, True
    while more:
        page = _direct(system, f"/{kind}?after={after}&limit=1000")
        found += page["items"]
        after, more = page["cursor"], page["more"]
    return found


def _reservations(system: Any) -> list[dict[str, Any]]:
    return _all(system, "reservations")


def _cached(system: Any) -> dict[str, Any]:
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
