"""API keys: random, kept as their SHA-256."""

from __future__ import annotations

import hashlib


def digest(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
