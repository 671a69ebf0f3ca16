"""Containers with a bound, seen from inside a process."""

import collections
import functools
import json
import sys
from types import ModuleType

import pytest

from suite.process.injected.loadledger_agent.caches import filling


def told() -> set[tuple[int, int]]:
    return {(entries, bound) for _, entries, bound in json.loads(filling())}


def test_caches_that_are_not_full_are_told() -> None:
    @functools.lru_cache(maxsize=7_001)
    def partly(n: int) -> int:
        return n

    @functools.lru_cache(maxsize=70)
    def full(n: int) -> int:
        return n

    @functools.cache
    def without_a_bound(n: int) -> int:
        return n

    for n in range(700):
        for cache in (partly, full, without_a_bound):
            cache(n)
    ring = collections.deque(range(777), maxlen=7_002)
    found = told()
    assert {(700, 7_001), (len(ring), 7_002)} <= found
    assert not found & {(70, 70), (700, None)}


def test_caches_of_cachetools_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in: what matters is the name of the module, and that a type of somebody else's is not asked."""
    library = ModuleType("cachetools")
    exec("class Cache(dict):\n  currsize, maxsize = 701, 7003\nclass LRUCache(Cache): pass", library.__dict__)
    for kind in (library.Cache, library.LRUCache):
        kind.__module__ = "cachetools"
    monkeypatch.setitem(sys.modules, "cachetools", library)
    mine = type("Mine", (library.Cache,), {"maxsize": 7_004})
    kept = [library.LRUCache(a=1), mine(a=1)]
    assert (701, 7_003) in told()
    assert (701, 7_004) not in told()
    assert len(kept) == 2


def test_those_with_most_entries_are_told_and_no_more_than_an_answer_holds() -> None:
    rings = [collections.deque(range(5_000 + n), maxlen=10**9) for n in range(90)]
    answer = filling()
    assert len(answer) < 3_000
    assert {len(ring) for ring in rings[-20:]} <= {entries for _, entries, _ in json.loads(answer)}
