"""How a command ended: one exit code for several Runs, its meaning in a word, verdicts for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from rich.text import Text

from suite.foreign_text import clean
from suite.records.comparison import ACCEPTED, Change, Verdict
from suite.records.run import Judgement, Run
from suite.report.words import BAD, FAINT, GOOD, NOTE, WARNING
from suite.units import format_quantity

_GRAVEST_FIRST = (130, 143, 129, 2, 70, 4, 1, 3, 0)

_VERDICTS = {
    "pass": ("passed", GOOD),
    "fail": ("FAILED", BAD),
    "invalid": ("INVALID", WARNING),
    "error": ("ERROR", BAD),
}
_CODES = {
    0: ("PASSED", "bold green"),
    1: ("FAILED", BAD),
    2: ("CONFIGURATION ERROR", BAD),
    3: ("INVALID", WARNING),
    4: ("SYSTEM FAILED", BAD),
    129: ("INTERRUPTED", WARNING),
    130: ("INTERRUPTED", WARNING),
    143: ("INTERRUPTED", WARNING),
}
_MISSED = {
    "critical": ("✗ CRITICAL", BAD),
    "warning": ("! warning", WARNING),
    "target": ("○ missed target", NOTE),
}
_COMPARED: dict[Verdict, tuple[str, str]] = {
    "regression": ("✗ REGRESSION", BAD),
    "improvement": ("✓ improvement", GOOD),
    "same": ("same", FAINT),
    "inconclusive": ("? inconclusive", WARNING),
}


def overall(codes: Iterable[int], *, on_invalid: Literal["fail", "warn"] = "fail") -> int:
    """The gravest of `codes`; 0 of none. `on_invalid="warn"` lets 3 count as 0.

    Raises ValueError for a code that `suite` does not have.
    """
    gravest = min(codes, key=_GRAVEST_FIRST.index, default=0)
    return 0 if gravest == 3 and on_invalid == "warn" else gravest


def code_text(code: int) -> Text:
    """The end of a whole command."""
    return Text(*_CODES.get(code, ("INTERNAL ERROR", BAD)))


def verdict_text(verdict: str) -> Text:
    """A Run's verdict."""
    return Text(*_VERDICTS[verdict])


def short_verdict(run: Run) -> Text:
    """The verdict in a word or two: of a pass, whether a lesser level was missed."""
    level = _worst_level(run.thresholds)
    if run.verdict == "pass" and level is not None:
        return Text("warning" if level == "warning" else "target missed", _MISSED[level][1])
    return verdict_text(run.verdict)


def validity_text(run: Run) -> Text:
    """Whether the numbers can be believed."""
    return Text(run.validity.verdict, "" if run.validity.verdict == "valid" else WARNING)


def judged_text(judged: tuple[Judgement, ...], unit: str) -> Text:
    """All levels of one threshold: the outcome with a mark, then the limits."""
    level = _worst_level(judged)
    if level is not None:
        outcome = _MISSED[level]
    elif any(one.passed is None for one in judged):
        outcome = ("? not judged", WARNING)
    else:
        outcome = ("✓ passed", GOOD)
    limits = ", ".join(f"{one.level} {format_quantity(one.limit, unit)}" for one in judged)
    return Text.assemble(outcome, f" ({clean(limits)})")


def compared_text(verdict: Verdict) -> Text:
    """The verdict on one metric of two sides, with a mark."""
    return Text(*_COMPARED[verdict])


def change_text(change: Change) -> Text:
    """The same of a change: what is there and wanted is said to be that."""
    accepted = change.reason.kind == ACCEPTED
    return Text("accepted", NOTE) if accepted else compared_text(change.verdict)


def conclusion_text(verdict: Verdict) -> Text:
    """The verdict on all metrics of two sides."""
    passes = verdict in ("same", "improvement")
    return Text(verdict.upper(), "bold green" if passes else _COMPARED[verdict][1])


def _worst_level(judged: tuple[Judgement, ...]) -> str | None:
    """The gravest level that was not held, None if all that could be judged were."""
    missed = {one.level for one in judged if one.passed is False}
    return next((level for level in _MISSED if level in missed), None)
