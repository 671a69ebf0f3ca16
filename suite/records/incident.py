"""A fault that was made in a round: when it was, and whom it met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Incident:
    """One fault of one round. Times are in seconds since the measured part began; None: it did not happen.

    `planned` is when it was to begin, `ready` when what it had killed answered again, `struck` how many
    connections, requests or processes it met, `settings` what it was set to.
    """

    kind: str
    party: str
    planned: float
    round: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    began: float | None = None
    ended: float | None = None
    ready: float | None = None
    struck: int = 0
