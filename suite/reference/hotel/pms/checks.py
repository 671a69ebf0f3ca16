"""What must be true of backend and property management system after a round, whatever failed meanwhile."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from suite import Remote
from suite.reference.hotel.load.stored import rows
from suite.reference.hotel.pms.looking import (
    breaker_state,
    cached,
    everything,
    settle_cache,
    straight,
    synchronise,
)
from suite.reference.hotel.pms.store import nights
from suite.reference.hotel.pms.told import PmsTold

_MOST = 300
"""Guests whose profiles are compared at the end."""


_ELSEWHERE = "not judged: nobody can look into the PMS of a backend elsewhere"
_Judge = Callable[[Any, Sequence[Any], Any], str]


def _inside(check: _Judge) -> _Judge:
    """A check that looks into what is beside a backend, where that is ours."""

    @wraps(check)
    def judged(system: Any, kept: Sequence[Any], recording: Any) -> str:
        return _ELSEWHERE if isinstance(system, Remote) else check(system, kept, recording)

    return judged


def _kept(kept: Sequence[Any], kind: str) -> list[Any]:
    return [one[kind] for one in kept if kind in one]


def nothing_broke(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Whatever was not there was told as that: no answer was a 500."""
    answers = PmsTold.of(system).by_label("http_requests_total", "status")
    assert not answers["500"], f"{answers['500']:g} answers were 500: the backend has a fault"
    away = (f"{answers[status]:,} × {status}" for status in ("502", "503", "504") if answers[status])
    return ", ".join(away) or "nothing failed"


@_inside
def no_booking_is_lost(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """Each booking acknowledged is in the PMS; all that are there were asked for, and are known as booked."""
    acknowledged = {key: [number, *stay] for key, number, *stay in _kept(kept, "booked")}
    there = everything(system, "reservations")
    made = {
        one["key"]: [one["id"], one["guest"], one["room"], one["arrival"], one["departure"]]
        for one in there
        if one["key"]
    }
    lost = [key for key, booking in acknowledged.items() if made.get(key) != booking]
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged are not in the PMS, such as {lost[0]}"
    unasked = set(made) - set(_kept(kept, "asked"))
    assert not unasked, f"{len(unasked)} in the PMS were never asked for, such as {min(unasked)}"
    synchronise(system, recording)
    known = rows(
        system,
        """select b.key, r.id, r.guest, r.room, r.arrival, r.departure from pms_bookings b
        join pms_reservations r on r.id = b.reservation where b.state = 'booked'""",
    )
    here = {key: booking for key, *booking in known}
    missing = [key for key in made if here.get(key) != made[key]]
    assert not missing, f"{len(missing)} of {len(made)} are not known to the hotel, such as {missing[0]}"
    return f"{len(acknowledged)} acknowledged, {len(made) - len(acknowledged)} more made that were not told"


@_inside
def no_room_is_booked_twice(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """Nobody else has the same room in the same night, and nobody has two for one booking."""
    there = everything(system, "reservations")
    taken = Counter((one["room"], day) for one in there for day in nights(one["arrival"], one["departure"]))
    twice = [place for place, count in taken.items() if count > 1]
    assert not twice, f"{len(twice)} are taken twice, such as room {twice[0][0]} on {twice[0][1]}"
    keys = Counter(one["key"] for one in there if one["key"])
    doubled = [key for key, count in keys.items() if count > 1]
    assert not doubled, f"{len(doubled)} bookings were made twice, such as {doubled[0]}"
    return f"{len(taken):,} rooms and nights"


@_inside
def every_change_is_there(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """No change of a profile that was acknowledged was overwritten by who had not seen it, or got lost."""
    by_guest: dict[int, dict[int, str]] = defaultdict(dict)
    written = _kept(kept, "wrote")
    for guest, version, wishes, *_ in written:
        other = by_guest[guest].setdefault(version, wishes)
        assert other == wishes, f"guest {guest}: version {version} was acknowledged to two"
    for guest, versions in list(by_guest.items())[:_MOST]:
        last = max(versions)
        profile = straight(system, f"/guests/{guest}")
        assert profile["version"] >= last, (
            f"guest {guest}: version {last} was acknowledged, {profile['version']} is there"
        )
        if profile["version"] == last:
            assert profile["wishes"] == versions[last], f"guest {guest}: version {last} holds something else"
    return f"{len(written)} changes of {len(by_guest)} guests"


@_inside
def cache_is_coherent(system: Any, kept: Sequence[Any], recording: Any) -> str:
    """Nobody read what was older than a change acknowledged before, and what Redis has is as in the PMS."""
    stale = stale_reads(kept)
    assert not stale, (
        f"{len(stale)} reads were stale, such as version {stale[0][1]} of guest {stale[0][0]} "
        f"when {stale[0][2]} had been acknowledged"
    )
    settle_cache(system, recording)
    there = {
        f"{kind}:{one['id']}": one for kind in ("guests", "reservations") for one in everything(system, kind)
    }
    here = cached(system)
    other = [name for name, record in here.items() if record != there.get(name)]
    assert not other, f"{len(other)} records in Redis are not as in the PMS, such as {other[0]}"
    return f"{len(_kept(kept, 'read'))} reads, {len(here)} cached records compared"


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
        state = breaker_state(system, recording)
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


@_inside
def copy_is_complete(system: Any, kept: Sequence[Any], recording: Any) -> str:  # noqa: ARG001
    """After one more synchronisation the hotel's copy is the PMS, record by record."""
    synchronise(system, recording)
    for kind, columns in (
        ("guests", ("id", "name", "email", "phone", "language", "wishes", "version")),
        ("reservations", ("id", "guest", "room", "arrival", "departure", "version", "key")),
    ):
        there = {tuple(one[name] for name in columns) for one in everything(system, kind)}
        here = set(rows(system, f"select {', '.join(columns)} from pms_{kind}"))  # noqa: S608
        assert here == there, (
            f"{kind}: {len(there - here)} are missing or other, {len(here - there)} too many"
        )
    return "guests and reservations"
