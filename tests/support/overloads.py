"""Searches for the load that a system recovers at, to test with."""

from dataclasses import replace

from support.resiliences import fault_round
from support.runs import make_run

from suite.records.capacity import SearchResult
from suite.records.overload import OverloadCourse, OverloadLook, OverloadRecovery
from suite.records.provenance import provenance_of

OVERLOAD = {"kind": "Overload", "party": "system", "began": 2.5, "ended": 3.0}


def overload_look(load, recovered=True, **changes):
    """A look at which the system recovered within 2 s, or not at all with four attempts per operation."""
    impact = {
        "recovery": 2.0 if recovered else 15.0,
        "recovery_at_least": not recovered,
        "service_at_least": not recovered,
        "amplification": {"before": 1.0, "during": 2.5, "after": 1.62 if recovered else 3.95},
    }
    after = {"ok": 270, "failed": 30} if recovered else {"failed": 300}
    return OverloadLook(load, replace(fault_round(after=after, incident=OVERLOAD, impact=impact), **changes))


def make_recovery(**changes):
    """Of a system of 200 /s that recovers at a fifth of that."""
    found = OverloadRecovery(
        **{**provenance_of(make_run()), "id": "0e0e0e0e0e0e", "workload": "shop/checkout"},
        course=OverloadCourse(),
        capacity=200.0,
        attempts=4,
        found=SearchResult("found", 40.0, 44.0, "recovery", ()),
        looks=(overload_look(100.0, False), overload_look(40.0), overload_look(44.0, False)),
    )
    return replace(found, **changes)
