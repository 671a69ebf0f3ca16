"""What must be true of a hotel's backend after a round: what was acknowledged, against what is stored."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from suite import Remote
from suite.reference.hotel.load.stored import cached_rooms, rows, sessions_left

_ELSEWHERE = "not judged: nobody can look into what a backend elsewhere has stored"
_ROOM = ("number", "status", "balance", "version")
_SWEPT = 2.0
"""Seconds within which an expired session must be gone."""


def none_broke(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Some may have been told that all is in use; nothing else went wrong."""
    counts = recording.loop_only().counts()
    broken = {name: counts[name] for name in ("failed", "timeout", "unfinished") if counts[name]}
    assert counts["ok"], "nothing was done"
    assert not broken, f"who can't be served is told so, and nothing else happens: {broken}"
    return f"{counts['ok']} served, {counts['rejected']} told that all is in use"


def no_line_is_booked_twice(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No line had two calls at once, as those knew who had it."""
    uses = defaultdict(list)
    for line, call, since, until in _kept(kept, "held"):
        uses[line].append((since, until, call))
    assert uses, "no line was used"
    for line, times in uses.items():
        times.sort()
        for (_, until, one), (since, _, other) in pairwise(times):
            early = (until - since) / 1e9
            assert early <= 0, f"{line} had call {one}, and call {other} {early:.4f} s before its end"
    return f"{sum(map(len, uses.values()))} uses of {len(uses)} lines"


def no_line_is_left_behind(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No call that has ended still has a line."""
    if isinstance(system, Remote):
        return _ELSEWHERE
    left = rows(
        system, "select name, call_id from lines join calls on calls.id = call_id where state = 'ended'"
    )
    assert not left, f"{len(left)} are: {left[0][0]} of call {left[0][1]}"
    return "none is"


def what_was_acknowledged_is_stored(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Each call, event, frame of audio and charge that the backend acknowledged is in the database."""
    if isinstance(system, Remote):
        return _ELSEWHERE
    calls, events = set(_kept(kept, "call")), set(map(tuple, _kept(kept, "event")))
    charges = set(map(tuple, _kept(kept, "charge")))
    frames: Counter[tuple[int, str]] = Counter()
    for call, up, down in _kept(kept, "frames"):
        frames[call, "up"] += up
        frames[call, "down"] += down
    said = {
        "calls": calls - {key for (key,) in rows(system, "select id from calls")},
        "events": events - set(rows(system, "select call_id, number, kind from events")),
        "charges": charges - set(rows(system, "select id, room, cents from charges")),
    }
    written = {}
    for key, up, down in rows(system, "select id, frames_up, frames_down from calls"):
        written[key, "up"], written[key, "down"] = up, down
    said["frames of calls"] = {one for one, count in frames.items() if written.get(one, 0) < count}
    lost = {what: missing for what, missing in said.items() if missing}
    assert calls | events | charges or frames, "nothing was acknowledged"
    assert not lost, "; ".join(f"{len(some)} {what} are not: {min(some)}" for what, some in lost.items())
    return f"{len(calls)} calls, {len(events)} events, {len(charges)} charges, {sum(frames.values())} frames"


def no_update_is_lost(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """What a room owes is the sum of what it was charged."""
    if isinstance(system, Remote):
        return _ELSEWHERE
    charged: Counter[int] = Counter()
    for _, room, cents in rows(system, "select id, room, cents from charges"):
        charged[room] += cents
    owed = dict(rows(system, "select number, balance from rooms"))
    wrong = {room: cents for room, cents in charged.items() if owed[room] != cents}
    assert charged, "nothing was charged"
    for room, cents in wrong.items():
        raise AssertionError(f"{len(wrong)} rooms: {room} was charged {cents} and owes {owed[room]}")
    return f"{len(charged)} rooms owe {sum(owed.values())} cents"


def cache_and_database_agree(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """What the cache says of a room is what the database says."""
    if isinstance(system, Remote):
        return _ELSEWHERE
    cached = cached_rooms(system, recording.prepared["namespace"])
    found = rows(system, "select number, status, balance, version from rooms")
    stored = {row[0]: dict(zip(_ROOM, row, strict=True)) for row in found}
    assert cached, "nothing is in the cache"
    wrong = [room for number, room in cached.items() if room != stored[number]]
    for room in wrong:
        raise AssertionError(
            f"{len(wrong)} of {len(cached)} differ: {room}, {stored[room['number']]} is stored"
        )
    return f"on {len(cached)} rooms"


def no_session_is_left(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """All sessions are gone, those that nobody ended too, as soon as they must have expired."""
    if isinstance(system, Remote):
        return _ELSEWHERE
    end = time.monotonic() + float(system.parameters["session_seconds"]) + _SWEPT
    while left := sessions_left(system, recording.prepared["namespace"]):
        assert time.monotonic() < end, f"{left} are"
        time.sleep(0.1)
    return "none is"


def each_count_counted(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """A counter that all share has counted each."""
    from redis import Redis

    with Redis.from_url(system.url) as redis:
        found = int(redis.get("load:counter") or 0)
    asked = recording.of("count").counts()["ok"]
    assert found >= len(list(_kept(kept, "counted"))) >= asked, f"{found} of {asked}"
    return f"{found} of {asked}"


def _kept(kept: Sequence[Any], name: str) -> Iterator[Any]:
    return (one[name] for one in kept if name in one)
