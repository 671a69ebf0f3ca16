"""The words that people read: plans, quantities, text from outside. Colour only repeats what a word says."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from suite.foreign_text import clean
from suite.records.run import Measured
from suite.units import format_quantity

GOOD, NOTE, WARNING, BAD, FAINT = "green", "cyan", "yellow", "bold red", "dim"
DIRECTIONS = {"better": ("✓ better", GOOD), "worse": ("✗ worse", BAD), "changed": ("changed", NOTE)}
"""How a level moved: the word for it and its colour."""
_HEADINGS = {"p999": "p99.9"}
_NAMED = 10
"""Of a system with more workloads that were left out the number is told."""


def quantity(measured: Measured | None) -> str:
    """A value for people: "> x" where it is only known to be longer, "-" where there is none."""
    if measured is None:
        return "-"
    text = format_quantity(measured.value, measured.unit)
    return f"> {text}" if measured.at_least and measured.value is not None else text


def signed(value: float, unit: str) -> str:
    """A difference for people: "+3 ms", "-2 MB", "0 B"."""
    sign = "+" if value > 0 else "-" if value < 0 else ""
    return sign + format_quantity(abs(value), unit)


def percent(share: float) -> str:
    """A relative change for people: "+12.3 %", "-0.05 %", "+4,200 %"; "from nothing" if it is infinite."""
    if math.isinf(share):
        return "from nothing"
    value = 100 * share
    if abs(value) >= 999.5:
        return f"{value:+,.0f} %"
    return f"{value if abs(value) >= 0.01 else 0:+.3g} %"


def many(count: float, noun: str) -> str:
    """So many of them: "1 user", "1,200 users"."""
    return f"{count:,.0f} {noun}{'' if count == 1 else 's'}"


def span_words(seconds: float) -> str:
    """A long time for people: "3.2 days", "14 h", "25 min", else as any other."""
    for length, name in ((86_400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * length:
            return f"{format_quantity(seconds / length, '1')} {name}"
    return format_quantity(seconds, "s")


def title(metric: str) -> str:
    """A metric's name for a heading: "response.p999@store" is "response p99.9 of store"."""
    base, _, operation = metric.partition("@")
    words = " ".join(_HEADINGS.get(word, word) for word in base.replace("_", " ").split("."))
    return f"{words} of {operation}" if operation else words


def short_commit(commit: str | None, digits: int = 12) -> str:
    """A commit as git and every `suite` command still know it; "no commit" for none."""
    return clean(commit[:digits]) if commit else "no commit"


def short_id(name: str, digits: int = 8) -> str:
    """The beginning of a record's id that `suite show` takes: so many of its digits, whoever imported it."""
    source, dash, own = name.rpartition("-")
    return clean(f"{source}{dash}{own[:digits]}")


def plan_words(plan: Mapping[str, Any]) -> str:
    """A Run's plan in words: "closed loop, 8 users, 10 s, warm-up 1 s"."""
    plan = {name: value for name, value in plan.items() if value is not None}
    words = [f"{plan.get('loop', '?')} loop" + (" on Locust" if plan.get("engine") == "locust" else "")]
    users = plan.get("users")
    if plan.get("stages"):
        words.append("stages " + ", ".join(f"{_rate(rate)} for {_seconds(s)}" for rate, s in plan["stages"]))
    elif plan.get("rate"):
        arrivals = plan.get("arrivals", "constant")
        if plan.get("log"):
            arrivals = f"from {_log(plan)}"
        words.append(_rate(plan["rate"]) + ("" if arrivals == "constant" else f" {arrivals}"))
    elif plan.get("log"):
        words.append(_log(plan))
    if users:
        words.append(many(users, "user"))
    if plan.get("operations"):
        words.append(many(plan["operations"], "operation"))
    if plan.get("each"):
        words.append(many(plan["each"], "operation") + " each")
    if plan.get("seconds") and not plan.get("stages"):
        words.append(_seconds(plan["seconds"]))
    if plan.get("think"):
        think = plan["think"]
        pause = [_seconds(end) for end in think] if isinstance(think, list | tuple) else [_seconds(think)]
        words.append("think " + " to ".join(pause))
    if plan.get("spin"):
        words.append("spin " + _seconds(plan["spin"]))
    if plan.get("warmup"):
        counted = not plan.get("seconds")
        words.append(
            "warm-up " + (many(plan["warmup"], "operation") if counted else _seconds(plan["warmup"]))
        )
    if plan.get("workers", 1) > 1:
        words.append(many(plan["workers"], "worker"))
    if plan.get("faults"):
        words.append(many(len(plan["faults"]), "fault"))
    if plan.get("target"):
        words.append(f"at {plan['target']}")
    return ", ".join(words)


def tour_words(left_out: Sequence[str]) -> str:
    """Why there was a tour, what it left out, and how to run that."""
    said = "a quick tour, since there is no load file here (load_*.py, loads/*.py, or files = [...])"
    if not left_out:
        return said
    systems = Counter(name.partition("/")[0] for name in left_out)
    named = [name for name in left_out if systems[name.partition("/")[0]] <= _NAMED]
    named += [f"{count} of {system}" for system, count in systems.items() if count > _NAMED]
    every = " ".join(["suite", "run", *systems])
    return f"{said}; left out: {', '.join(named)}; run one: suite run {left_out[0]}, or all: {every}"


def first_line(text: str, limit: int = 200) -> str:
    """The first line of `text` from outside, shortened to `limit` characters."""
    line = (clean(text).strip().splitlines() or [""])[0].strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _log(plan: Mapping[str, Any]) -> str:
    """The log that is replayed: "access.log at 2× speed"."""
    speed = plan.get("speed", 1)
    return clean(str(plan["log"]).split(" ")[0]) + ("" if speed == 1 else f" at {speed:.3g}× speed")


def _seconds(value: float) -> str:
    return format_quantity(value, "s")


def _rate(value: float) -> str:
    return format_quantity(value, "1/s")
