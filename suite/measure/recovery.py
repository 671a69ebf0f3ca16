"""What faults did to operations: how long until it showed, and until all was as before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from suite.contract.metric import OF_FAULTS, QUANTILES
from suite.measure.band import Band, band
from suite.measure.distribution import percentile
from suite.measure.moments import Moments
from suite.measure.phases import Phases
from suite.measure.view import View
from suite.records.incident import Impact, Incident
from suite.records.outcome import OUTCOMES
from suite.records.recording import Recording
from suite.records.run import Round

_STAYS = 3
"""Windows as before that make a recovery."""
_STRAYS = 0.1
"""Share of the windows after it that may stand out, one at a time."""
Values = tuple[float | None, ...]
_NONE = Moments()
_NO_TIMES = np.empty(0, np.int64)
_FIELDS = dict(zip(OF_FAULTS, ("detection", "recovery", "service"), strict=True))


def with_impact(
    result: Round,
    recording: Recording,
    incidents: Sequence[Incident],
    moments: Moments = _NONE,
) -> Round:
    """`result` with the faults that were made, what they did, and the worst of it as metrics.

    `moments` are those of what ended badly or was tried again.
    """
    if not incidents:
        return result
    known = impacts(recording, incidents, moments)
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
        series={**result.series, **_on_the_axis(result.series, recording, moments)},
    )


def _on_the_axis(series: Mapping[str, Values], recording: Recording, moments: Moments) -> dict[str, Values]:
    """What of each bucket is worth seeing beside a fault: further attempts."""
    seconds = [second for second in series.get("second", ()) if second is not None]
    if not seconds or not moments.retried:
        return {}
    edges = recording.begin + np.round(np.array([*seconds, np.inf]) * 1e9)
    counts = np.zeros(len(seconds))
    for retries in moments.retries():
        counts += np.histogram(retries.again, edges)[0]
    return {"retries": tuple(map(float, counts))}


def impacts(
    recording: Recording,
    incidents: Sequence[Incident],
    moments: Moments = _NONE,
) -> list[Incident]:
    """`incidents` with their impact on the operations of the loop, in the measured part."""
    rows = recording.loop_only().measured()
    response, service = View(rows), View(rows, service=True)
    spans = [_Span.of(one, recording) for one in incidents]
    first = min((span.begin for span in spans if span), default=recording.end)
    ends = recording.begin, first, recording.end
    found = []
    for one, span in zip(incidents, spans, strict=True):
        if span is not None:
            phases = _phases(span, spans, recording)
            impact = _impact(span, phases, spans, response, service, ends)
            impact = replace(impact, causes=phases.causes(moments.causes()))
            one = replace(one, impact=_with_retries(impact, phases, service, moments))
        found.append(one)
    return found


def _with_retries(impact: Impact, phases: Phases, begun: View, moments: Moments) -> Impact:
    if not moments.retried:
        return impact
    operations: Counter[str] = Counter()
    for seen in begun.pieces():
        operations.update(phases.counts(seen.due))
    further, again = Counter(phases.counts(_NO_TIMES)), Counter(phases.counts(_NO_TIMES))
    for retries in moments.retries():
        further.update(phases.counts(retries.begun))
        again.update(phases.counts(retries.again))
    attempts = {phase: 1 + further[phase] / count for phase, count in operations.items() if count}
    return replace(impact, retries=dict(again), amplification=attempts)


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


def _impact(
    span: _Span,
    phases: Phases,
    spans: Sequence[_Span | None],
    response: View,
    service: View,
    ends: tuple[int, int, int],
) -> Impact:
    begin, first, end = ends
    others = [other for other in spans if other is not None and other is not span]
    until = phases.until
    counts = {phase: dict.fromkeys(OUTCOMES, 0) for phase in ("before", "during", "after")}
    longest = 0
    for seen in response.pieces():
        for phase, mask in phases.of(seen.due, seen.ended).items():
            for name, count in seen.rows.where(mask).counts().items():
                counts[phase][name] += count
            if phase == "during":
                longest = max(longest, int(seen.times[mask].max(initial=0)))
    during = response.only(lambda seen: phases.of(seen.due, seen.ended)["during"]).ranked([QUANTILES["p99"]])
    impact = Impact(
        {phase: {name: n for name, n in found.items() if n} for phase, found in counts.items()},
        percentile(during, QUANTILES["p99"]).value,
        during.max,
        longest * 1e-9 if sum(counts["during"].values()) else None,
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


def _usual(view: View, begin: int, end: int) -> Band | None:
    """How it was before the first fault, without what was in flight when that began."""
    return band(view.only(lambda seen: (seen.ended < end) | (seen.due >= end)), begin, end)


def _detection(view: View, usual: Band, span: _Span, until: int) -> float | None:
    """Seconds until an operation had failed or was late, of a fault that showed at all."""
    first = next((index for index, out in enumerate(_out(view, usual, span.begin, until)) if out), None)
    low = until if first is None else span.begin + first * usual.width
    in_window, in_flight = list[int](), list[int]()
    flying = bad_flying = 0
    for seen in view.pieces():
        bad = ~usual.good(seen)
        flew = (seen.due < span.begin) & (seen.ended >= span.begin)
        met = bad & (seen.due >= low) & (seen.due < low + usual.width) & (first is not None)
        flying += int(np.count_nonzero(flew))
        bad_flying += int(np.count_nonzero(flew & bad))
        noticed = np.maximum(np.minimum(seen.ended, seen.due + usual.late), span.begin)
        for moments, mask in ((in_window, met), (in_flight, flew & bad)):
            if mask.any():
                moments.append(int(noticed[mask].min()))
    moments = in_window if usual.usual(bad_flying, flying) else [*in_window, *in_flight]
    return (min(moments) - span.begin) * 1e-9 if moments else None


def _recovery(view: View, usual: Band, start: int, until: int) -> tuple[float | None, bool]:
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


def _out(view: View, usual: Band, start: int, until: int) -> Iterator[bool]:
    """Window by window, only whole ones: whether fewer operations were good than usual.

    One in which nothing was due stands out if an operation that was not good lasted all through it.
    """
    windows = (until - start) // usual.width
    if windows <= 0:
        return
    edges = start + usual.width * np.arange(windows + 1, dtype=np.int64)
    due_in, bad_in = np.zeros((2, windows), np.int64)
    begun, ended = np.zeros((2, windows + 2), np.int64)
    for seen in view.pieces():
        bad = ~usual.good(seen)
        window = np.searchsorted(edges, seen.due, "right") - 1
        inside = (window >= 0) & (window < windows)
        due_in += np.bincount(window[inside], minlength=windows)
        bad_in += np.bincount(window[inside & bad], minlength=windows)
        begun += np.bincount(window[bad] + 1, minlength=windows + 2)
        ended += np.bincount(np.searchsorted(edges, seen.ended[bad], "left"), minlength=windows + 2)
    # Those that began before a window less those that had ended by its end.
    through = np.cumsum(begun)[:windows] - np.cumsum(ended)[1 : windows + 1]
    for due, bad, lasting in zip(due_in.tolist(), bad_in.tolist(), through.tolist(), strict=True):
        yield not usual.usual(bad, due) if due else lasting > 0
