"""What a plan and an environment may say where others rely on it; a document may say anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

_Right = Callable[[Any], bool]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value < 2**63 and math.isfinite(value)


def _numbers(value: Any, count: int) -> bool:
    return isinstance(value, list | tuple) and len(value) == count and all(map(_number, value))


def _pause(value: Any) -> bool:
    return _number(value) or _numbers(value, 2)


def _stages(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(_numbers(stage, 2) for stage in value)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _replay(value: Any) -> bool:
    if not _object(value):
        return False
    skipped = value.get("skipped", {})
    counts = [value.get(name, 0) for name in _COUNTS] if value.get("lines") else []  # else it was not read
    return _object(skipped) and all(map(_number, (*counts, *skipped.values())))


_COUNTS = ("lines", "used", "clients", "sessions", "planned", "begin", "beyond", "back")
"""What is told of a log, in lines and seconds."""
_PLAN: Mapping[str, tuple[_Right, str]] = {
    **dict.fromkeys(("loop", "engine", "arrivals", "target", "log"), (_text, "text")),
    **dict.fromkeys(
        ("users", "rate", "operations", "each", "seconds", "spin", "speed"), (_number, "number from 0 on")
    ),
    **dict.fromkeys(("warmup", "workers"), (_number, "number from 0 on")),
    "think": (_pause, "number, or two of them"),
    "stages": (_stages, "list of pairs of numbers"),
    "faults": (_list, "list"),
    "parameters": (_object, "object"),
    "replay": (_replay, "summary of a log"),
}
_ENVIRONMENT: Mapping[str, tuple[_Right, str]] = {
    "setting": (_text, "text"),
    "memory": (_number, "number from 0 on"),
    "packages": (_object, "object"),
}


KNOWN_FACTS = _PLAN.keys() | _ENVIRONMENT.keys()
"""Names that may not stand for just anything."""


def check_facts(plan: Mapping[str, Any], environment: Mapping[str, Any]) -> None:
    """Raise ValueError for what is of another form than its name says; None is as good as left out."""
    for where, facts, known in (("plan", plan, _PLAN), ("environment", environment, _ENVIRONMENT)):
        for name, (right, what) in known.items():
            if facts.get(name) is not None and not right(facts[name]):
                raise ValueError(f"{where}.{name} is no {what}: {facts[name]!r:.60}")
