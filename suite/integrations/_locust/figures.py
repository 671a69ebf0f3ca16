"""What the engine counted, in Locust's statistics: merged in bulk, not request by request."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

import locust.stats
from locust.stats import RequestStats, StatsEntry, StatsError

from suite.measure.tally import OperationTally, Tally
from suite.records.histogram import Histogram

_NONE = Histogram.merged(())
_BAD = ("failed", "timeout", "dropped", "unfinished")
_WITHOUT_DETAILS = ("dropped", "unfinished")


def merge(stats: RequestStats, kind: str, tally: Tally, at: float) -> None:
    """Add `tally` to `stats` as requests of type `kind` that ended at Unix time `at`.

    Totals are of what the loop started. What a limit rejected is a success under a name of its own.
    """
    for started, operations in ((True, tally.started), (False, tally.beside)):
        for name, one in operations.items():
            for title, counted in ((name, _answered(one)), (f"{name} (rejected)", _rejected(one))):
                if not counted.outcomes:
                    continue
                entry = stats.get(title, kind)
                part = _part(stats, entry, counted, at)
                entry.extend(part)
                if started:
                    stats.total.extend(part)
            for outcome in _WITHOUT_DETAILS:
                if count := one.outcomes.get(outcome, 0):
                    add_errors(stats, kind, name, outcome, count)


def add_errors(stats: RequestStats, kind: str, name: str, text: str, count: int) -> None:
    """Count errors of an operation by what they say."""
    error = stats.errors.setdefault(StatsError.create_key(kind, name, text), StatsError(kind, name, text))
    error.occurrences += count
    error.first_seen = error.first_seen or time.time()
    error.last_seen = time.time()


class ErrorNews:
    """Adds to Locust's errors what workers tell of theirs, which is how many there are in all."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], int] = {}

    def add(self, stats: RequestStats, kind: str, details: Iterable[Mapping[str, Any]]) -> None:
        """Add what is new in `details`."""
        for detail in details:
            key = (detail["outcome"], detail["kind"], detail["operation"])
            new = detail["count"] - self._known.get(key, 0)
            if new > 0 and detail["outcome"] != "rejected":
                self._known[key] = detail["count"]
                add_errors(stats, kind, detail["operation"], f"{detail['kind']}: {detail['example']}", new)


def _answered(one: OperationTally) -> OperationTally:
    outcomes = {name: count for name, count in one.outcomes.items() if name != "rejected"}
    return OperationTally(outcomes, one.response)


def _rejected(one: OperationTally) -> OperationTally:
    count = one.outcomes.get("rejected", 0)
    return OperationTally({"ok": count} if count else {}, _NONE)


def _part(stats: RequestStats, entry: StatsEntry, one: OperationTally, at: float) -> StatsEntry:
    """`one` as an entry that Locust can merge; what failed has no time here."""
    part = StatsEntry(stats, entry.name, entry.method)
    part.num_requests = sum(one.outcomes.values())
    part.num_failures = sum(one.outcomes.get(outcome, 0) for outcome in _BAD)
    part.last_request_timestamp = at
    part.num_reqs_per_sec = {int(at): part.num_requests}
    if part.num_failures:
        part.num_fail_per_sec = {int(at): part.num_failures}
    timed, total = 0, 0.0
    for seconds, count in one.response.buckets():
        milliseconds = locust.stats.bucket_response_time(seconds * 1e3)
        part.response_times[milliseconds] += count
        total += seconds * 1e3 * count
        timed += count
    part.num_none_requests = part.num_requests - timed
    # Whole numbers by name, but Locust itself puts parts of milliseconds there.
    part.total_response_time = total  # type: ignore[assignment]
    if one.response.min is not None:
        part.min_response_time = one.response.min * 1e3  # type: ignore[assignment]
    part.max_response_time = (one.response.max or 0.0) * 1e3  # type: ignore[assignment]
    return part
