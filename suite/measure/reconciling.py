"""Whether the system counted as many requests as were sent: to the unit, and what it means if it did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from suite.clients._status import SENT_AGAIN, UNANSWERED
from suite.contract.observe import Observe
from suite.measure.system_reading import SystemReading
from suite.records.observation import RequestCount
from suite.records.reason import Figure, Reason
from suite.records.recording import Recording
from suite.records.run import ValidityVerdict

_DISTORTED = 0.01
"""Share of the requests from which on what reached the system was another load."""
_HTTP = range(100, 600)


def reconcile(
    source: Observe, index: int, readings: Sequence[SystemReading], answered: int, unanswered: int
) -> RequestCount | Reason:
    """What the counter of source number `index` grew by from before the load to after it, without us.

    Our own readings are taken off, by what one of each source did to the counter while nothing else asked.
    Those that failed it may have counted.
    """
    assert source.requests is not None
    ordered = sorted(readings, key=lambda one: one.asked)
    counts = [one for one in ordered if one.source == index and one.found and one.found.requests is not None]
    before = [one for one in counts if one.when == "before"]
    after = [one for one in counts if one.when == "after"]
    about = {"metric": source.requests}
    if len(before) < 3 or not after:
        return Reason("unreconciled", {**about, "why": "not read"})
    values = [one.found.requests for one in counts if one.found and one.found.requests is not None]
    processes = {one.found.process for one in counts if one.found}
    if len(processes) > 1 or any(now < then for then, now in pairwise(values)):
        return Reason("unreconciled", {**about, "why": "fell"})
    each = _effects(index, [one for one in ordered if one.when == "before"])
    if each is None:
        return Reason("unreconciled", {**about, "why": "moves"})
    first, last = before[-1], after[-1]
    own = [one for one in ordered if one.asked >= first.at and one.at <= last.at]
    sure = sum(each[one.source] for one in own if one.found)
    unsure = sum(each[one.source] for one in own if one.failure)
    assert first.found
    assert last.found
    grown = (last.found.requests or 0.0) - (first.found.requests or 0.0)
    return RequestCount(source.requests, max(round(grown - sure), 0), answered, unanswered + round(unsure))


def misgiving(count: RequestCount) -> tuple[ValidityVerdict, Reason] | None:
    """What it means that both sides count differently.

    Answers that the system did not count came from elsewhere: those say nothing of it. More than was sent
    is another load than ours, from a hundredth on not ours to judge.
    """
    if not count.beyond:
        return None
    figures: dict[str, Figure] = {
        "metric": count.metric, "counted": count.counted, "answered": count.answered,
        "unanswered": count.unanswered, "beyond": count.beyond,
    }  # fmt: skip
    invalid = count.beyond < 0 or count.beyond > _DISTORTED * (count.answered + count.unanswered)
    return "invalid" if invalid else "doubtful", Reason("requests_differ", figures)


def requests_sent(
    statuses: Mapping[str, Mapping[str, int]], recording: Recording | None
) -> tuple[int, int] | None:
    """HTTP answers that users saw, and requests without one.

    Where no client tells of statuses each operation that the loop started counts for one request; None if
    there is no recording of these.
    """
    counts = [each for of_one in statuses.values() for each in of_one.items()]
    answered = sum(count for status, count in counts if status.isdecimal() and int(status) in _HTTP)
    unanswered = sum(count for status, count in counts if status in (UNANSWERED, SENT_AGAIN))
    if answered or unanswered:
        return answered, unanswered
    if recording is None:
        return None
    rows = recording.loop_only()
    started = rows.only(lambda some: some.started > 0).counts()
    well = started["ok"] + started["rejected"]
    return well, sum(started.values()) - well


def _effects(index: int, before: Sequence[SystemReading]) -> dict[int, float] | None:
    """How much one reading of each source adds to what source `index` counts; None if others ask as well."""
    grown: dict[tuple[int, ...], set[float]] = {}
    between: list[int] = []
    last: float | None = None
    for one in before:
        if one.source != index or one.found is None or one.found.requests is None:
            between.append(one.source)
            continue
        if last is not None:
            grown.setdefault(tuple(between), set()).add(one.found.requests - last)
        last, between = one.found.requests, []
    if any(len(seen) > 1 for seen in grown.values()) or () not in grown:
        return None
    own = grown[()].pop()
    others = {others[0]: seen.pop() - own for others, seen in grown.items() if len(others) == 1}
    found = {one.source: 0.0 for one in before} | others | {index: own}
    return found if min(found.values()) >= 0 else None
