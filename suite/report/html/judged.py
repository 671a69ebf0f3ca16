"""Thresholds and checks as a table."""

from __future__ import annotations

from markupsafe import Markup

from suite.records.run import Run
from suite.records.soak import Soak
from suite.report.html.markup import ROWS, bounded, drawn_table
from suite.report.judged import Judged, judged

_HEADS = ("what", "value", "limits, or what was found", "result")


def limits(run: Run | Soak) -> Markup:
    """A row per threshold and check; those that were missed first. Nothing without any."""
    rows = sorted(judged(run), key=lambda one: one.result == "held")
    if not rows:
        return Markup()
    shown = [
        (bounded(one.what), bounded(one.value), bounded(one.limits), _result(one))
        if one.limits
        else (bounded(one.what), "", bounded(one.value), _result(one))
        for one in rows[:ROWS]
    ]
    kinds = ("", " class=number", "", "")
    return drawn_table(_HEADS, shown, kinds, left_out=len(rows) - len(shown))


def _result(one: Judged) -> Markup:
    grave = one.result == "missed" and (not one.missed or "critical" in one.missed)
    tone = "missed" if grave else {"held": "valid", "not judged": "invalid"}.get(one.result, "doubtful")
    said = f"{one.result}: {one.missed}" if one.missed else one.result
    return Markup('<span class="badge {}">{}</span>').format(tone, bounded(said, 80))
