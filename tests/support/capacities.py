"""Capacities to test with, as a search gives them."""

from dataclasses import replace

from suite.capacity.scaling import fit_scaling
from suite.records.capacity import Capacity, Goal, Probe, SearchResult
from suite.records.reason import Reason


def look(load, holds=True, **changes):
    """A look of which only the interesting part is told."""
    response = 0.01 if holds else 0.4
    default = Probe(load, holds, None if holds else "response.p95", float(load), response, 2 * response, 0.0)
    return replace(default, **changes)


_BROKEN = Reason(
    "limit_broken",
    {
        "metric": "response.p95",
        "value": 0.4,
        "at_least": False,
        "limit": 0.1,
        "better": "lower",
        "unit": "s",
    },
)


def make_capacity(**changes):
    """Of a system that holds 766 starts a second and not 800."""
    looks = tuple(
        look(
            load,
            load < 790,
            count=2400,
            reasons=() if load < 790 else (_BROKEN,),
        )
        for load in (100, 200, 400, 800, 800, 566, 673, 734, 766, 766)
    )
    capacity = Capacity(
        id="0a1b2c3d4e5f",
        workload="shop/browse",
        started="2024-05-01T10:11:12.000+00:00",
        commit="0123456789abcdef",
        branch="main",
        environment={"cores": 8},
        goal=Goal("rate"),
        plan={"loop": "open", "rate": 100.0},
        found=SearchResult("found", 766.0, 800.0, "response.p95", looks),
        scaling=fit_scaling([(n, 800 * n / (7 + n)) for n in (1, 2, 4, 8, 16, 32)]),
    )
    return replace(capacity, **changes)
