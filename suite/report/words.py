"""The words that people read: verdicts, marks, plans. Colour only repeats what a word says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from suite.run import Judgement, Measured, Run
from suite.units import format_quantity

GOOD, NOTE, WARNING, BAD, FAINT = "green", "cyan", "yellow", "bold red", "dim"

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
    130: ("INTERRUPTED", WARNING),
    143: ("INTERRUPTED", WARNING),
}
_MISSED = {
    "critical": ("✗ CRITICAL", BAD),
    "warning": ("! warning", WARNING),
    "target": ("○ missed target", NOTE),
}


def verdict_text(verdict: str) -> Text:
    """A Run's verdict."""
    return Text(*_VERDICTS[verdict])


def code_text(code: int) -> Text:
    """The end of a whole command."""
    return Text(*_CODES.get(code, ("INTERNAL ERROR", BAD)))


def worst_level(judged: tuple[Judgement, ...]) -> str | None:
    """The gravest level that was not held, None if all that could be judged were."""
    missed = {one.level for one in judged if one.passed is False}
    return next((level for level in _MISSED if level in missed), None)


def judged_text(judged: tuple[Judgement, ...], unit: str) -> Text:
    """All levels of one threshold: the outcome with a mark, then the limits."""
    level = worst_level(judged)
    if level is not None:
        outcome = _MISSED[level]
    elif any(one.passed is None for one in judged):
        outcome = ("? not judged", WARNING)
    else:
        outcome = ("✓ passed", GOOD)
    limits = ", ".join(f"{one.level} {format_quantity(one.limit, unit)}" for one in judged)
    return Text.assemble(outcome, f" ({limits})")


def short_verdict(run: Run) -> Text:
    """The verdict in a word or two: of a pass, whether a lesser level was missed."""
    level = worst_level(run.thresholds)
    if run.verdict == "pass" and level is not None:
        return Text("warning" if level == "warning" else "target missed", _MISSED[level][1])
    return verdict_text(run.verdict)


def validity_text(run: Run) -> Text:
    """Whether the numbers can be believed."""
    return Text(run.validity.verdict, "" if run.validity.verdict == "valid" else WARNING)


def quantity(measured: Measured | None) -> str:
    """A value for people: "> x" where it is only known to be longer, "-" where there is none."""
    if measured is None:
        return "-"
    text = format_quantity(measured.value, measured.unit)
    return f"> {text}" if measured.at_least and measured.value is not None else text


def plan_words(plan: Mapping[str, Any]) -> str:
    """A Run's plan in words: "closed loop, 8 users, 10 s, warm-up 1 s"."""
    words = [f"{plan.get('loop', '?')} loop"]
    users = plan.get("users")
    if plan.get("stages"):
        words.append("stages " + ", ".join(f"{_rate(rate)} for {_seconds(s)}" for rate, s in plan["stages"]))
    elif plan.get("rate"):
        arrivals = plan.get("arrivals", "constant")
        words.append(_rate(plan["rate"]) + ("" if arrivals == "constant" else f" {arrivals}"))
    if users:
        words.append(_many(users, "user"))
    if plan.get("operations"):
        words.append(_many(plan["operations"], "operation"))
    if plan.get("seconds") and not plan.get("stages"):
        words.append(_seconds(plan["seconds"]))
    if plan.get("think"):
        think = plan["think"]
        pause = [_seconds(end) for end in think] if isinstance(think, list | tuple) else [_seconds(think)]
        words.append("think " + " to ".join(pause))
    if plan.get("spin"):
        words.append("spin " + _seconds(plan["spin"]))
    if plan.get("warmup"):
        counted = plan.get("operations") and not plan.get("seconds")
        words.append(
            "warm-up " + (_many(plan["warmup"], "operation") if counted else _seconds(plan["warmup"]))
        )
    if plan.get("workers", 1) > 1:
        words.append(_many(plan["workers"], "worker"))
    if plan.get("target"):
        words.append(f"at {plan['target']}")
    return ", ".join(words)


def plain_table() -> Table:
    """A table without lines: they cost columns, and logs garble them."""
    return Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=FAINT)


def clean(text: str) -> str:
    """`text` from outside without what would steer a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)


def first_line(text: str, limit: int = 200) -> str:
    """The first line of `text` from outside, shortened to `limit` characters."""
    line = (clean(text).strip().splitlines() or [""])[0].strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _many(count: float, noun: str) -> str:
    return f"{count:,.0f} {noun}{'' if count == 1 else 's'}"


def _seconds(value: float) -> str:
    return format_quantity(value, "s")


def _rate(value: float) -> str:
    return format_quantity(value, "1/s")
