"""What a rate limit did is judged by what is certain: a sound one is never accused, one too many is seen."""

import math
from random import Random

import pytest

from suite.reference.api.served import (
    Asked,
    fixed_excess,
    fixed_shortfall,
    most_served,
    moving_excess,
    moving_shortfall,
    untrue_waits,
)

LIMIT, WINDOW = 10, 2


class Fixed:
    """A limiter of the clock's windows; `extra` more than allowed pass."""

    def __init__(self, extra=0):
        self.limit, self.counts = LIMIT + extra, {}

    def wait(self, now):
        number = now // WINDOW
        self.counts[number] = self.counts.get(number, 0) + 1
        return None if self.counts[number] <= self.limit else math.ceil((number + 1) * WINDOW - now)


class Moving:
    """A limiter of any window; `extra` more than allowed pass."""

    def __init__(self, extra=0):
        self.limit, self.served = LIMIT + extra, []

    def wait(self, now):
        recent = [at for at in self.served if at >= now - WINDOW]
        if len(recent) < self.limit:
            self.served.append(now)
            return None
        return math.ceil(recent[0] + WINDOW - now)


def asked(limiter, seed, *, spread=0.02, count=150):
    """Requests at random times, in bursts and alone, each decided at some moment under way."""
    random, now, found = Random(seed), 1_000.3, []
    for _ in range(count):
        now += random.choice([0.001, 0.003, 0.3, 0.9]) * random.random()
        sent = now
        decided = sent + spread * random.random()
        wait = limiter.wait(decided)
        now = decided + spread * random.random()
        found.append(Asked(sent, now, wait))
    return found


def judged(kind, found):
    excess, short = {
        Fixed: (fixed_excess, fixed_shortfall),
        Moving: (moving_excess, moving_shortfall),
    }[kind]
    return excess(found, LIMIT, WINDOW), short(found, LIMIT, WINDOW), untrue_waits(found)


@pytest.mark.parametrize("kind", [Fixed, Moving])
@pytest.mark.parametrize("seed", range(20))
def test_a_sound_limiter_is_never_accused(kind, seed):
    assert judged(kind, asked(kind(), seed)) == (0, 0, [])


@pytest.mark.parametrize("kind", [Fixed, Moving])
def test_one_too_many_is_seen(kind):
    found = [judged(kind, asked(kind(extra=1), seed, spread=0.001)) for seed in range(5)]
    assert [excess for excess, _, _ in found] == [1] * 5


@pytest.mark.parametrize("kind", [Fixed, Moving])
def test_one_too_few_is_seen(kind):
    found = [judged(kind, asked(kind(extra=-1), seed, spread=0.001)) for seed in range(5)]
    assert all(short > 0 for _, short, _ in found)
    assert not any(excess for excess, _, _ in found)


def burst(at, count, *, wait=None, every=0.001):
    return [Asked(at + n * every, at + (n + 0.5) * every, wait) for n in range(count)]


def test_a_fixed_window_serves_twice_as_many_across_its_edge_and_a_moving_one_may_not():
    found = burst(1_001.9, 10) + burst(1_002.0, 10)
    assert most_served(found, WINDOW) == 20
    assert fixed_excess(found, LIMIT, WINDOW) == 0
    assert moving_excess(found, LIMIT, WINDOW) == 10


def test_what_may_belong_to_either_window_is_held_against_none():
    edge = Asked(1_001.999, 1_002.001)
    assert fixed_excess([*burst(1_000.1, 10), edge, *burst(1_002.1, 10)], LIMIT, WINDOW) == 0
    assert (
        moving_excess([Asked(1_000.0, 1_000.01), *burst(1_001.0, 9), Asked(1_001.99, 1_002.01)], 10, 2) == 0
    )


@pytest.mark.parametrize(
    ("after", "wait", "told"),
    [
        (Asked(1_000.5, 1_000.6), None, "served 0.60 s after"),  # 1.1 s early and more
        (Asked(1_001.5, 1_001.6), None, ""),  # within the second that is rounded up
        (Asked(1_002.1, 1_002.2), 1, "refused 2.09 s after"),
        (Asked(1_001.9, 1_001.95), 1, ""),
    ],
)
def test_retry_after_is_whole_seconds_and_true(after, wait, told):
    (*found,) = untrue_waits([Asked(1_000.0, 1_000.01, 2), after._replace(wait=wait)])
    assert len(found) == bool(told)
    assert all(told in text for text in found)


def test_a_place_that_the_client_took_itself_is_no_broken_promise():
    found = [Asked(0.0, 0.01, 2), Asked(1.5, 1.6), Asked(2.1, 2.2, 1)]
    assert untrue_waits(found) == []
