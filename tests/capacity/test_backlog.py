"""Whether operations in flight become ever more."""

import numpy as np
import pytest

from suite.capacity.backlog import backlog, backlog_of
from suite.records.outcome import Outcome
from suite.records.recording import Recording

S = 1_000_000_000


def flow(rate, response, seconds=4.0, seed=1):
    """Arrivals at random, each answered after `response(when)` seconds."""
    due = np.sort(np.random.default_rng(seed).uniform(0, seconds, int(rate * seconds)))
    ended = due + response(due)
    return (due * S).astype(np.int64), (ended * S).astype(np.int64), S, int(seconds * S)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("rate", "seconds"), [(10, 0.01), (800, 0.01), (800, 0.5), (20_000, 0.001)])
def test_a_steady_flow_has_none_and_obeys_littles_law(rate, seconds, seed):
    found = backlog(*flow(rate, lambda due: np.full_like(due, seconds), seed=seed))
    assert not found.grew
    assert found.mean == pytest.approx(rate * seconds, rel=0.35, abs=0.2)


@pytest.mark.parametrize("rate", [300, 800, 20_000])
def test_a_system_that_falls_behind_by_a_tenth_shows(rate):
    found = backlog(*flow(rate, lambda due: 0.01 + 0.10 * due))
    assert found.grew
    assert found.by == pytest.approx(0.10 * rate * 2, rel=0.2)


def test_a_hiccup_is_no_backlog():
    found = backlog(*flow(800, lambda due: np.where((due > 2) & (due < 2.3), 2.3 - due + 0.01, 0.01)))
    assert not found.grew


def test_nothing_has_none():
    none = np.zeros(0, np.int64)
    assert backlog(none, none, 0, S) == (0.0, 0.0, False)
    assert backlog(none, none, S, S) == (0.0, 0.0, False)


def test_what_did_not_end_is_in_flight_and_what_was_dropped_is_not():
    moments = np.array([1, 1, 1], np.int64)
    recording = Recording(
        ("ask",),
        np.zeros(3, np.uint16),
        np.array([Outcome.ok, Outcome.unfinished, Outcome.dropped], np.uint8),
        moments,
        moments,
        np.array([1, 1, 0], np.int64),
        np.array([500, 0, 0], np.int64),
        np.ones(3, np.bool_),
        0,
        1000,
    )
    assert backlog_of(recording).mean == pytest.approx(0.499 + 0.999)
