"""The states of a call, and which event leads from which to which."""

from __future__ import annotations

from typing import Literal

EventKind = Literal["started", "answered", "held", "resumed", "ended"]

CREATED, RINGING, TALKING, HELD, ENDED = "created", "ringing", "talking", "held", "ended"
_LEADS: dict[tuple[str, str], str] = {
    (CREATED, "started"): RINGING,
    (RINGING, "answered"): TALKING,
    (TALKING, "held"): HELD,
    (HELD, "resumed"): TALKING,
    **{(state, "ended"): ENDED for state in (CREATED, RINGING, TALKING, HELD)},
}


def after(state: str, kind: str) -> str | None:
    """The state after an event; None if there is no such event in `state`."""
    return _LEADS.get((state, kind))
