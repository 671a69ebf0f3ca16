"""Reasons in words: the one table of kinds, put together."""

from __future__ import annotations

from collections.abc import Iterable

from suite.compare.likeness import Unlike
from suite.errors import SuiteError
from suite.records.leak import LeakVerdict
from suite.records.reason import Reason
from suite.report.reasons import (
    advice,
    capacity,
    comparison,
    costs,
    doctor,
    leaks,
    limiter,
    observed,
    resilience,
    soak,
    validity,
)
from suite.report.reasons.template import Figures, Kinds, filled
from suite.units import format_quantity

KINDS: Kinds = {
    **validity.KINDS, **observed.KINDS, **limiter.KINDS, **advice.KINDS, **capacity.KINDS,
    **comparison.KINDS, **costs.KINDS, **doctor.KINDS, **leaks.KINDS, **resilience.KINDS, **soak.KINDS,
}  # fmt: skip


def words(reason: Reason) -> str:
    """`reason` for people; one of a kind that is not known here as its kind and figures."""
    figures = reason.figures
    if "because" in figures:
        rest = {name: figure for name, figure in figures.items() if name != "because"}
        why = words(Reason(str(figures["because"]), rest))
        return _said(reason.kind, {**rest, "why": why}) or why
    if "text" in figures:
        return str(figures["text"])
    text = _said(reason.kind, figures) or _plainly(reason)
    if "party" in figures:
        text = f"{figures['party']}: {text}"
    if "of_rounds" in figures:
        text += f" (in {figures.get('in_rounds')} of {figures['of_rounds']} rounds)"
    if "of_windows" in figures:
        text += f" (in {figures.get('in_windows')} of {figures['of_windows']} windows)"
    return text


def _said(kind: str, figures: Figures) -> str:
    """What the table makes of it; "" for a kind, or figures, of another version."""
    template = KINDS.get(kind, "")
    try:
        return filled(template if isinstance(template, str) else template(figures), figures)
    except (KeyError, TypeError, ValueError):
        return ""


def error_words(error: SuiteError) -> str:
    """What an error says; of one that has reasons a line for each."""
    if not isinstance(error, Unlike):
        return str(error)
    lines = (f"{error.workload}: base and head can't be compared: {words(one)}" for one in error.reasons)
    return "\n".join(lines)


def verdict_words(verdict: LeakVerdict) -> str:
    """What a search for leaks found, in one line."""
    said = [words(reason) for reason in verdict.reasons if reason.kind not in leaks.ASIDE]
    if any(reason.kind == "text" for reason in verdict.reasons):  # of an older version, all of it
        return said[0]
    aside = [words(reason) for reason in verdict.reasons if reason.kind in leaks.ASIDE]
    return "; ".join([leaks.outcome_words(verdict, "; ".join(said)), *aside])


def all_words(reasons: Iterable[Reason], otherwise: str = "") -> str:
    """Several on one line, or what to say where there are none."""
    return "; ".join(map(words, reasons)) or otherwise


def _plainly(reason: Reason) -> str:
    shown = (
        f"{name} {format_quantity(value, '1') if isinstance(value, float) else value}"
        for name, value in reason.figures.items()
        if name not in ("in_rounds", "of_rounds", "in_windows", "of_windows", "party")
    )
    kind = reason.kind.replace("_", " ")
    return f"{kind}: {', '.join(listed)}" if (listed := list(shown)) else kind
