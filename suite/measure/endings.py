"""Which rows ended ok, and of which only a lower bound is known."""

from __future__ import annotations

import numpy as np

from suite.records.outcome import BEYOND, OUTCOMES, Outcome
from suite.records.recording import Mask, Recording

_BEYOND = np.isin(np.arange(len(OUTCOMES)), BEYOND)


def endings(rows: Recording) -> tuple[Mask, Mask]:
    """Rows that ended ok, and those whose true time is longer than what was seen (`BEYOND`)."""
    return rows.outcome == Outcome.ok, _BEYOND[rows.outcome]
