"""Recordings of steady load in which something fails, whose truth is known because a test wrote it."""

import numpy as np

from suite.records.outcome import Outcome
from suite.records.recording import Recording

BEGIN = 5_000_000_000
RATE, SECONDS = 200, 30


def recorded(due, taken, outcome, started=None, seconds=SECONDS):
    """A recording of operations due at these seconds of the measured part, that took these seconds."""
    intended = BEGIN + np.round(np.asarray(due) * 1e9).astype(np.int64)
    begun = intended if started is None else BEGIN + np.round(np.asarray(started) * 1e9).astype(np.int64)
    count = len(intended)
    return Recording(
        ("get",),
        np.zeros(count, np.uint16),
        np.asarray(outcome, np.uint8),
        intended,
        intended,
        begun,
        intended + np.round(np.asarray(taken) * 1e9).astype(np.int64),
        np.ones(count, np.bool_),
        BEGIN,
        BEGIN + seconds * 1_000_000_000,
    )


def steady(bad=lambda due: np.zeros(len(due), np.bool_), *, seed=1, stray=0.0):
    """An open loop at 2 ms an operation; those that `bad` chooses fail, and `stray` of all by chance."""
    random = np.random.default_rng(seed)
    due = np.arange(RATE * SECONDS) / RATE
    taken = 0.002 * np.exp(0.2 * random.standard_normal(len(due)))
    failed = bad(due) | (random.random(len(due)) < stray)
    return recorded(due, taken, np.where(failed, Outcome.failed, Outcome.ok))


def between(low, high):
    return lambda due: (due >= low) & (due < high)
