"""Simulated systems that leak, and more of them that don't, with what a search should find."""

from collections import defaultdict

from support.leaking import RULES, System, adds, drawn, drifts, drive, is_a, jitters, usual
from support.leaking_amounts import (
    at,
    between,
    distinct,
    done,
    every,
    expiring,
    fragments,
    held,
    highest,
    share,
)
from support.leaking_processes import piling, recycled, started, turns, vanishing

CHILDREN = range(2, 10)
SMALL = {"blocks": 2, "small": 100}
CLEAN = {"no growth"}
FILLED = {"no growth", "bounded"}
LEAK = {"unbounded"}

CASES = {
    "clean": (CLEAN, usual()),
    "clean, 8 children": (CLEAN, *(usual(pid) for pid in CHILDREN)),
    "garbage": (CLEAN, usual(), jitters(blocks=20, malloc=2_000)),
    "cache that fills early": (CLEAN, usual(), adds(between(0, 250), **SMALL)),
    "cache that fills within the windows": (FILLED, usual(), adds(between(0, 1_700), **SMALL)),
    "cache that starts and fills within the windows": (FILLED, usual(), adds(between(600, 900), **SMALL)),
    "cache that fills while it is confirmed": (FILLED, usual(), adds(between(300, 1_900), **SMALL)),
    "LRU of 3,000": (FILLED, usual(), adds(between(0, 3_000), blocks=3, malloc=1_000)),
    "LRU of 1,000, random keys": (FILLED, usual(), drawn(distinct(1_050, 1_000), blocks=3, malloc=1_000)),
    "clean, malloc unknown": (CLEAN, usual(), is_a("no malloc")),
    "ring of 600 frames": (CLEAN, usual(), adds(between(0, 600), malloc=100_000)),
    "fragmentation": (FILLED, usual(), drawn(fragments(3_000_000, 700), mapped=1)),
    "fragmentation, slow": (FILLED, usual(), drawn(fragments(3_000_000, 2_000), mapped=1)),
    "busy": (CLEAN, usual(), jitters(blocks=300, malloc=10_000, mapped=500_000)),
    "busy, slowly": (FILLED, usual(), drifts(blocks=200, malloc=10_000)),
    "one step": (FILLED, usual(), adds(at(700), malloc=1_000_000, blocks=300)),
    "caches of 8 threads": (
        FILLED, usual(), *(adds(between(50, 300 * i), blocks=1, malloc=64) for i in range(1, 9))
    ),
    "expires, at once": ({"released"}, usual(), adds(expiring(2.0, lazily=False), **SMALL)),
    "expires, with the next": ({"released"}, usual(), adds(expiring(2.0, lazily=True), **SMALL)),
    "expires soon": (FILLED, usual(), adds(expiring(0.5, lazily=True), **SMALL)),
    "expires, but its pages stay": (
        {"released", *FILLED},
        usual(),
        adds(expiring(1.0, lazily=False), **SMALL),
        adds(highest(expiring(1.0, lazily=False)), mapped=200),
    ),
    "worker recycled": (CLEAN, usual(), recycled(500)),
    "worker recycled, warms up": (FILLED | {"unsettled"}, usual(), recycled(500, warm=400)),
    "worker recycled, leaks": (FILLED | {"unsettled"}, usual(), recycled(500, blocks=2, small=100)),
    "worker recycled oddly, leaks": (FILLED | {"unsettled"}, usual(), recycled(470, blocks=2, small=100)),
    "not Python": (CLEAN, is_a("other"), jitters(mapped=50_000)),
    "not Python beside": (CLEAN, usual(), is_a("other", 2), jitters(2, mapped=50_000)),
    "unreadable beside": (CLEAN, usual(), is_a("unreadable", 2)),
    "unreadable": ({"unsettled"}, is_a("unreadable")),
    "vanishes": ({"unsettled"}, usual(), vanishing(700)),
    "replaced all the time": ({"unsettled"}, vanishing(0), recycled(70)),
    "far too busy": ({"unsettled"}, usual(), jitters(blocks=50_000, malloc=5_000_000)),
    "very busy": (CLEAN, usual(), jitters(blocks=3_000, malloc=200_000)),
    "100 B": (LEAK, usual(), adds(done, **SMALL)),
    "1 KB": (LEAK, usual(), adds(done, blocks=12, small=1_000)),
    "10 KB": (LEAK, usual(), adds(done, blocks=2, small=100, malloc=10_000)),
    "100 B, busy": (LEAK, usual(), adds(done, **SMALL), jitters(blocks=150)),
    "1 KB, busy": (LEAK, usual(), adds(done, blocks=12, small=1_000), jitters(blocks=300, malloc=10_000)),
    "100 B and a step": (LEAK, usual(), adds(done, **SMALL), adds(at(1_400), blocks=5_000, malloc=10**6)),
    "numpy, 1 KB": (LEAK, usual(), adds(done, blocks=1, malloc=1_100)),
    "malloc, 100 B": (LEAK, usual(), adds(done, malloc=112)),
    "malloc, 1 KB, malloc unknown": (LEAK, usual(), is_a("no malloc"), adds(done, malloc=1_100)),
    "mmap, 4 KB": (LEAK, usual(), adds(done, mapped=4_096)),
    "forked child": (LEAK, usual(), usual(2), adds(done, 2, **SMALL)),
    "spawned child": (LEAK, usual(), started(2, 50), adds(lambda s: max(0, s.done - 50), 2, **SMALL)),
    "one of 8 children": (
        LEAK, usual(), *(usual(pid) for pid in CHILDREN), drawn(share(1 / 8), 5, **SMALL)
    ),
    "all of 8 children": (LEAK, usual(), *(drawn(share(1 / 8), pid, **SMALL) for pid in CHILDREN)),
    "children that take turns": (LEAK, usual(), usual(2), usual(3), turns((2, 3), 100, **SMALL)),
    "children that take long turns": (LEAK, usual(), usual(2), usual(3), turns((2, 3), 250, **SMALL)),
    "parent of a recycled worker": (LEAK, usual(), recycled(500), adds(done, **SMALL)),
    "sporadic": (LEAK, usual(), drawn(share(0.01), blocks=2, malloc=10_000)),
    "held connections": (LEAK, usual(), adds(held, **SMALL)),
    "children pile up": (LEAK, usual(), piling(50)),
    "children pile up, slowly": (LEAK, usual(), piling(400)),
    "not Python, 10 KB": (LEAK, is_a("other"), jitters(mapped=50_000), adds(done, mapped=10_000)),
    "not Python, 1 KB": (LEAK, is_a("other"), jitters(mapped=50_000), adds(done, mapped=1_000)),
    "descriptors": (LEAK, usual(), adds(every(20), descriptors=1)),
    "descriptors, not Python": (LEAK, is_a("other"), adds(every(20), descriptors=1)),
    "descriptors while held": (LEAK, usual(), adds(lambda s: s.held // 20, descriptors=1)),
    "sockets": (LEAK, usual(), adds(every(50), descriptors=1, sockets=1)),
    "threads": (LEAK, usual(), adds(every(30), threads=1)),
    "pool of threads": (FILLED, usual(), adds(every(30, 1_000), threads=1)),
    "connections that come and go": (CLEAN, usual(), jitters(descriptors=6, sockets=6, threads=3)),
}  # fmt: skip


def system_of(case, seed):
    """One of the cases."""
    return System(seed, *CASES[case][1:])


def trial(case, seeds, rules=RULES):
    """The outcomes of a case over `seeds` with their number, and the mean number of operations."""
    outcomes = defaultdict(int)
    operations = 0
    for seed in seeds:
        verdict = drive(system_of(case, seed), rules)
        outcomes[verdict.outcome] += 1
        operations += verdict.operations
    return dict(outcomes), operations / len(seeds)
