"""What a property management system and whoever asks it have agreed upon."""

from __future__ import annotations

DEADLINE = "Request-Deadline"
"""The header with the second of the clock after which a request is not to be done any more."""
KEY = "Idempotency-Key"
"""The header with the name of one attempt to change something, however often it is sent."""
LONGEST_STAY = 60
"""Nights."""
