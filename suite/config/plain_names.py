"""Settings by the plain names that load-test folders have long given them, and what they are here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.errors import ConfigurationError, Faults
from suite.units import parse

SETTINGS = {"concurrent_users": "users", "requests_per_user": "each", "test_duration": "seconds"}
"""Those that are settings of ours by another name."""
LIMITS = {
    "max_response_time": ("response.max", "s", 1.0),
    "max_error_rate": ("failures", "ratio", 1.0),
    "memory_threshold_mb": ("memory.peak", "B", 1e6),
}
"""Those that are a critical level: of which metric, its unit, and what a bare number counts."""


def limits(values: Mapping[str, Any]) -> dict[str, dict[str, float | None]]:
    """The thresholds that are among `values`, by metric: each takes the place of all levels that there are.

    Raises ConfigurationError with all faults.
    """
    faults = Faults()
    found: dict[str, dict[str, float | None]] = {}
    for name, (metric, unit, scale) in LIMITS.items():
        value = values.get(name)
        if value is not None:
            with faults.collected(f"{name}: "):
                level = parse(value, unit) * (1.0 if _has_unit(value) else scale)
                if level < 0:
                    raise ConfigurationError(f"{value} is below 0")
                if unit == "ratio" and level > 1:
                    raise ConfigurationError(f'{value} is more than all; write it like "5%" or 0.05')
                found[metric] = {"target": None, "warning": None, "critical": level}
    faults.check()
    return found


def translated(table: Mapping[str, Any]) -> dict[str, Any]:
    """`table` of a configuration by our names. Raises ConfigurationError with all faults."""
    faults = Faults()
    found = {name: value for name, value in table.items() if name not in {*SETTINGS, *LIMITS}}
    for name, ours in SETTINGS.items():
        if name in table and ours in table:
            faults.lines.append(f"{name}: it is the same as {ours}; give one of them")
        elif name in table:
            found[ours] = table[name]
    with faults.collected():
        given = found.get("thresholds", {})
        if (plain := limits(table)) and isinstance(given, Mapping):
            found["thresholds"] = {**given, **plain}
    faults.check()
    return found


def _has_unit(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()[-1:].isdigit()
