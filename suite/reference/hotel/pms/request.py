"""A request to a property management system, and the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PmsRequest:
    """What is asked of a property management system."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    content: Any = None


@dataclass(frozen=True, slots=True)
class PmsReply:
    """What it answered."""

    status: int
    body: Any
    headers: Any
