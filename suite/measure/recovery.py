"""What faults did to operations: how long until it showed, and until all was as before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from suite.contract.metric import OF_FAULTS, QUANTILES
from suite.measure.band import Band, band
from suite.measure.distribution import Exact, percentile
from suite.measure.phases import CauseTimes, Phases, RetryTimes
from suite.records.incident import Impact, Incident
from suite.records.outcome import BEYOND, OUTCOMES, Outcome
from suite.records.recording import Recording, Times
from suite.records.run import Round

_STAYS = 3
"""Windows as before that make a recovery."""
_STRAYS = 0.1
"""Share of the windows after it that may stand out, one at a time."""
Values = tuple[float | None, ...]
_FIELDS = dict(zip(OF_FAULTS, ("detection", "recovery", "service"), strict=True))


def with_impact(
    result: Round,
    recording: Recording,
    incidents: Sequence[Incident],
    causes: Sequence[CauseTimes] = (),
    retries: RetryTimes | None = None,
) -> Round:
    """`result` with the faults that were made, what they did, and the worst of it as metrics.

    `causes` are of operations that ended badly, `retries` when they were tried again (None where none is).
    """
    if not incidents:
        return result
    known = impacts(recording, incidents, causes, retries)
    metrics: dict[str, float | None] = {}
    at_least, notes = set(result.at_least), dict(result.notes)
    for name, field in _FIELDS.items():
        found = [one.impact for one in known if one.impact and getattr(one.impact, field) is not None]
        worst = max(found, key=lambda impact: getattr(impact, field), default=None)
        metrics[name] = None if worst is None else getattr(worst, field)
        if worst is None:
            notes[name] = "no fault of which it can be told"
        elif any(getattr(impact, f"{field}_at_least", False) for impact in found):
            at_least.add(name)
    return replace(
        result,
        metrics={**result.metrics, **metrics},
        at_least=frozenset(at_least),
        notes=notes,
        incidents=tuple(known),
        series={**result.series, **_on_the_axis(result.series, recording, retries)},
    )


def _on_the_axis(
    series: Mapping[str, Values], recording: Recording, retries: RetryTimes | None
) -> dict[str, Values]:
    """What of each bucket is worth seeing beside a fault: further attempts."""
    seconds = [second for second in series.get("second", ()) if second is not None]
    if not seconds or retries is None:
        return {}
    edges = recording.begin + np.round(np.array([*seconds, np.inf]) * 1e9)
    return {"retries": tuple(float(count) for count in np.histogram(retries.again, edges)[0])}


def impacts(
    recording: Recording,
    incidents: Sequence[Incident],
    causes: Sequence[CauseTimes] = (),
    retries: RetryTimes | None = None,
) -> list[Incident]:
    """`incidents` with their impact on the operations of the loop, in the measured part."""
    rows = recording.loop_only().measured()
    response = _View(rows, rows.intended, rows.response_ns())
    begun = rows.where(rows.started > 0)
    service = _View(begun, begun.started, begun.service_ns())
    spans = [_Span.of(one, recording) for one in incidents]
    first = min((span.begin for span in spans if span), default=recording.end)
    ends = recording.begin, first, recording.end
    found = []
    for one, span in zip(incidents, spans, strict=True):
        if span is not None:
            phases = _phases(span, spans, recording)
            impact = _impact(span, phases, spans, response, service, ends)
            impact = replace(impact, causes=phases.causes(causes))
            one = replace(one, impact=_with_retries(impact, phases, begun.started, retries))
        found.append(one)
    return found


def _with_retries(impact: Impact, phases: Phases, started: Times, retries: RetryTimes | None) -> Impact:
    if retries is None:
        return impact
    operations, further = phases.counts(started), phases.counts(retries.begun)
    attempts = {phase: 1 + further[phase] / count for phase, count in operations.items() if count}
    return replace(impact, retries=phases.counts(retries.again), amplification=attempts)


def _phases(span: _Span, spans: Sequence[_Span | None], recording: Recording) -> Phases:
    others = [other for other in spans if other is not None and other is not span]
    return Phases(
        max([recording.begin, *(other.end for other in others if other.end <= span.begin)]),
        span.begin,
        span.end,
        min([recording.end, *(other.begin for other in others if other.begin >= span.end)]),
    )


class _Span(NamedTuple):
    """When a fault was made (monotonic ns); `end` is beyond the load's where it outlasted that."""

    begin: int
    end: int

    @classmethod
    def of(cls, incident: Incident, recording: Recording) -> _Span | None:
        if incident.began is None:
            return None
        ended = 1 << 62 if incident.ended is None else recording.begin + round(incident.ended * 1e9)
        return cls(recording.begin + round(incident.began * 1e9), ended)


class _View(NamedTuple):
    """Operations, when they were due in this view, and how long they took (ns)."""

    rows: Recording
    due: Times
    times: Times

    def within(self, begin: int, end: int) -> _View:
        """Those due from `begin` to `end`."""
        return self.only((self.due >= begin) & (self.due < end))

    def only(self, mask: npt.NDArray[np.bool_]) -> _View:
        return _View(self.rows.where(mask), self.due[mask], self.times[mask])


def _impact(
    span: _Span,
    phases: Phases,
    spans: Sequence[_Span | None],
    response: _View,
    service: _View,
    ends: tuple[int, int, int],
) -> Impact:
    begin, first, end = ends
    others = [other for other in spans if other is not None and other is not span]
    until = phases.until
    masks = phases.of(response.due, response.due + response.times)
    during = masks["during"]
    exact = _exact(response.only(during))
    impact = Impact(
        {phase: _counts(response.only(mask).rows) for phase, mask in masks.items()},
        percentile(exact, QUANTILES["p99"]).value,
        exact.max,
        float(response.times[during].max()) * 1e-9 if during.any() else None,
    )
    usual = _usual(response, begin, first)
    if usual is None:
        return replace(impact, untold="few_before")
    impact = replace(impact, resolution=usual.width * 1e-9)
    if not any(other.begin <= span.begin < other.end for other in others):
        impact = replace(impact, detection=_detection(response, usual, span, min(until, end)))
    if span.end >= end:
        return replace(impact, untold="not_over")
    if any(other.begin < span.end < other.end for other in others):
        return replace(impact, untold="other_fault")
    recovery, at_least = _recovery(response, usual, span.end, until)
    impact = replace(impact, recovery=recovery, recovery_at_least=at_least)
    served = _usual(service, begin, first)
    if served is not None:
        recovery, at_least = _recovery(service, replace(served, width=usual.width), span.end, until)
        impact = replace(impact, service=recovery, service_at_least=at_least)
    return impact


def _usual(view: _View, begin: int, end: int) -> Band | None:
    """How it was before the first fault, without what was in flight when that began."""
    before = view.only((view.due + view.times < end) | (view.due >= end))
    return band(*before, begin, end)


def _detection(view: _View, usual: Band, span: _Span, until: int) -> float | None:
    """Seconds until an operation had failed or was late, of a fault that showed at all."""
    ended = view.due + view.times
    bad = ~usual.good(view.rows, view.times)
    flying = (view.due < span.begin) & (ended >= span.begin)
    first = next((index for index, out in enumerate(_out(view, usual, span.begin, until)) if out), None)
    met = np.zeros(len(bad), np.bool_)
    if first is not None:
        low = span.begin + first * usual.width
        met = bad & (view.due >= low) & (view.due < low + usual.width)
    if not usual.usual(int(np.count_nonzero(flying & bad)), int(np.count_nonzero(flying))):
        met |= flying & bad
    noticed = np.maximum(np.minimum(ended, view.due + usual.late), span.begin)[met]
    return float(noticed.min() - span.begin) * 1e-9 if len(noticed) else None


def _recovery(view: _View, usual: Band, start: int, until: int) -> tuple[float | None, bool]:
    """Seconds from `start` until the share of good operations is back and stays; whether it never was."""
    out = list(_out(view, usual, start, until))
    if len(out) < _STAYS:
        return None, False
    for index in range(len(out) - _STAYS + 1):
        rest = out[index:]
        twice = any(first and second for first, second in pairwise(rest))
        if not any(rest[:_STAYS]) and not twice and sum(rest) <= max(1, _STRAYS * len(rest)):
            return index * usual.width * 1e-9, False
    return len(out) * usual.width * 1e-9, True


def _out(view: _View, usual: Band, start: int, until: int) -> Iterator[bool]:
    """Window by window, only whole ones: whether fewer operations were good than usual.

    One in which nothing was due stands out if an operation that was not good lasted all through it.
    """
    windows = (until - start) // usual.width
    if windows <= 0:
        return
    good = usual.good(view.rows, view.times)
    edges = start + usual.width * np.arange(windows + 1, dtype=np.int64)
    window = np.searchsorted(edges, view.due, "right") - 1
    inside = (window >= 0) & (window < windows)
    due_in = np.bincount(window[inside], minlength=windows)
    bad_in = np.bincount(window[inside & ~good], minlength=windows)
    begins, ends = np.sort(view.due[~good]), np.sort((view.due + view.times)[~good])
    through = np.searchsorted(begins, edges[:-1]) - np.searchsorted(ends, edges[1:], "right")
    for due, bad, lasting in zip(due_in.tolist(), bad_in.tolist(), through.tolist(), strict=True):
        yield not usual.usual(bad, due) if due else lasting > 0


def _exact(view: _View) -> Exact:
    ok = view.rows.outcome == Outcome.ok
    return Exact(view.times[ok], view.times[np.isin(view.rows.outcome, BEYOND)])


def _counts(rows: Recording) -> dict[str, int]:
    counts = rows.counts()
    return {name: counts[name] for name in OUTCOMES if counts[name]}
