"""What a process of a test on Locust tells another: any other version, or program, may be at that end."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from typing import Any

from suite.foreign_text import clean

LOG = logging.getLogger("loadledger")
Form = Callable[[Any], bool]
"""Whether a value is what its name says."""
_MOST = 1 << 53


def number(value: Any) -> bool:
    """Finite; any time is."""
    return isinstance(value, int | float) and -_MOST < value < _MOST and math.isfinite(value)


def whole(value: Any) -> bool:
    """From 0 on, as it fits everywhere."""
    return isinstance(value, int) and 0 <= value < 1 << 31


def text(value: Any) -> bool:
    """Any."""
    return isinstance(value, str)


def listed(value: Any) -> bool:
    """Several, of whatever."""
    return isinstance(value, list | tuple)


def named(value: Any) -> bool:
    """Values by name."""
    return isinstance(value, Mapping) and all(map(text, value))


def texts(value: Any) -> bool:
    """Several."""
    return listed(value) and all(map(text, value))


def cores(value: Any) -> bool:
    """One at least."""
    return listed(value) and bool(value) and all(map(whole, value))


def ranges(value: Any) -> bool:
    """Pairs of the first number and how many."""
    return listed(value) and all(listed(pair) and len(pair) == 2 and all(map(whole, pair)) for pair in value)


def or_nothing(form: Form) -> Form:
    """`form`, or None."""
    return lambda value: value is None or form(value)


def said(data: Any, fields: Mapping[str, Form]) -> dict[str, Any]:
    """The `fields` of a message; what else is in it is left out. Raises ValueError."""
    if fields and not isinstance(data, Mapping):
        raise ValueError(f"it is no message: {data!r:.60}")
    for name, form in fields.items():
        if name not in data:
            raise ValueError(f"it has no {name}")
        if not form(data[name]):
            raise ValueError(f"its {name} is {data[name]!r:.60}")
    return {name: data[name] for name in fields}


def unheard(who: str, kind: str, why: object) -> str:
    """What to say of a message that can't be read."""
    return clean(
        f"{who}: its message {kind} can't be read: {why}; give all processes one version of Loadledger"
    )


def hear(
    runner: Any, kind: str, handler: Callable[..., None], *, concurrent: bool = False, **fields: Form
) -> None:
    """Have `handler` called with who sends a message of this kind, and with its `fields`.

    One that lacks them, or has others in their place, is told; nothing else becomes of it.
    """

    def heard(msg: Any, **_: Any) -> None:
        try:
            told = said(msg.data, fields)
        except ValueError as error:
            LOG.error("%s", unheard(msg.node_id, kind, error))
            return
        handler(msg.node_id, **told)

    runner.register_message(kind, heard, concurrent=concurrent)
