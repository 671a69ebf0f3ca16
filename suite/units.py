"""Quantities as people write them ("100ms", "500MB", "1%", "30/s") and as we keep them.

Inside, everything is in base units: seconds (`s`), bytes (`B`), ratios 0-1 (`ratio`),
per second (`1/s`) and plain counts (`1`). Text is for the edge.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from suite.errors import ConfigurationError
from suite.foreign_text import clean

_SCALES: dict[str, dict[str, float]] = {
    "s": {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0},
    "B": {
        "B": 1.0, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9,
        "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30,
    },
    "ratio": {"%": 1e-2, "": 1.0},
    "1/s": {"/s": 1.0, "/min": 1 / 60, "/h": 1 / 3600, "": 1.0},
    "1": {"": 1.0, "k": 1e3, "M": 1e6},
}  # fmt: skip
_SIGNIFICANT, _MOST_DIGITS = 3, 9
_TEXT = re.compile(r"\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*")


def parse(text: str | float, unit: str) -> float:
    """`text` in the base `unit`: `parse("100ms", "s")` is 0.1. A bare number is already in the base unit.

    Raises ConfigurationError for text that is no quantity of that unit.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ConfigurationError(f"{text!r} is not a quantity; write it like {_example(unit)}")
    if isinstance(text, int | float):
        try:
            value = float(text)
        except OverflowError:
            value = math.inf
    else:
        match = _TEXT.fullmatch(text)
        scales = _SCALES.get(unit, {unit: 1.0, "": 1.0})
        suffix = match[2] if match else ""
        if match is None or (suffix not in scales and suffix != ""):
            raise ConfigurationError(
                f"{text!r} is not a quantity in {unit!r}; write it like {_example(unit)}"
            )
        value = float(match[1]) * scales.get(suffix, 1.0)
    if not math.isfinite(value):
        raise ConfigurationError(f"{text!r} is not a finite quantity")
    return value


def _example(unit: str) -> str:
    return {"s": '"100ms"', "B": '"500MB"', "ratio": '"1%"', "1/s": '"30/s"'}.get(unit, '"20"')


def format_quantity(value: float | None, unit: str) -> str:
    """`value` of base `unit` for people, three significant digits: 0.00421 s is "4.21 ms"; None is "-"."""
    if value is None or math.isnan(value):
        return "-"
    return " ".join(filter(None, _parts(value, unit)))


def format_ticks(values: Sequence[float], unit: str) -> list[str]:
    """Each of `values` for people, with as many more digits as tell them apart."""
    told: list[str] = []
    for digits in range(_SIGNIFICANT, _MOST_DIGITS + 1):
        told = [" ".join(filter(None, _parts(value, unit, digits))) for value in values]
        if len({*told}) == len({*values}):
            break
    return told


def format_range(low: float, high: float, unit: str) -> str:
    """A range for people, the unit once where both ends have it: "4.1 – 4.4 ms"; one if both are equal."""
    ends = [format_quantity(end, unit) for end in (low, high)]
    if ends[0] == ends[1]:
        return ends[0]
    if not math.isnan(low) and not math.isnan(high) and _parts(low, unit)[1] == _parts(high, unit)[1]:
        ends[0] = _parts(low, unit)[0]
    return " – ".join(ends)


def _parts(value: float, unit: str, digits: int = _SIGNIFICANT) -> tuple[str, str]:
    """Digits and the unit that they are in."""
    if unit == "s":
        steps = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]
    elif unit == "B":
        steps = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")]
    elif unit == "ratio":
        return _digits(value * 100, digits), "%"
    else:
        return _digits(value, digits), {"1/s": "/s", "1": ""}.get(unit, clean(unit))
    size = abs(value)
    scale, name = next((step for step in steps if size >= step[0] * 0.9995), steps[-1])
    if not size:
        scale, name = 1.0, unit
    return _digits(value / scale, digits), name


def _digits(value: float, digits: int) -> str:
    whole = len(f"{abs(value):.9f}".partition(".")[0])  # not of the rounded: 99.7 has two
    if whole >= digits or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}" if whole < _SIGNIFICANT else f"{value:,.{digits - whole}f}"


_FIRST, _LAST = -62_135_596_800.0, 253_402_214_400.0
"""The calendar's first and last day, in seconds since the epoch."""


def moment(seconds: float) -> datetime:
    """The time of so many seconds since the epoch, in UTC; what is beyond the calendar is at its end."""
    return datetime.fromtimestamp(min(max(seconds, _FIRST), _LAST), UTC)


def is_future(seconds: float) -> bool:
    """Whether so many seconds since the epoch are still to come, by more than clocks differ."""
    return seconds > time.time() + 86_400.0


def seconds_since_epoch(text: str) -> float:
    """An ISO 8601 time in seconds since the epoch; one without a zone is taken for UTC."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
