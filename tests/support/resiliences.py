"""What became of systems while something failed around them, to test with."""

from dataclasses import replace

from support.runs import make_run

from suite.records.detail import Detail
from suite.records.incident import Impact, Incident
from suite.records.provenance import provenance_of
from suite.records.resilience import FaultCourse, FaultRound, FaultTrial, Resilience, SkippedFault
from suite.records.run import CheckResult

_BEFORE = {"ok": 250}


def fault_round(during=None, *, after=None, incident=None, impact=None, **changes):
    """A round that bore its fault of two seconds; `incident` and `impact` are what is different of those."""
    outcomes = {"before": _BEFORE, "during": during or {"ok": 200}, "after": after or {"ok": 500}}
    known = Impact(outcomes, None, 0.02, 0.02, resolution=0.2, recovery=0.0, service=0.0)
    one = Incident("Reset", "database", 2.5, began=2.5, ended=4.5, struck=4)
    one = replace(one, impact=replace(known, **(impact or {})), **(incident or {}))
    return replace(FaultRound(one, checked=1), **changes)


BORNE = fault_round()
NEVER = fault_round(
    {"failed": 200},
    after={"failed": 500},
    impact={
        "detection": 0.011,
        "recovery": 4.8,
        "recovery_at_least": True,
        "service": 4.8,
        "service_at_least": True,
    },
    details=(Detail("failed", "reset", "order", 700, 3.0, "the database is gone"),),
)
LOST = fault_round(lost=(CheckResult("all mail is there", False, "12 of 900 are not there"),))
WAITED = fault_round({"ok": 180, "failed": 20}, impact={"longest": 1.95, "recovery": 0.4})
UNMET = fault_round(incident={"struck": 0})
UNTOLD = fault_round(impact={"recovery": None, "untold": "few_before"})
DIED = FaultRound(died="the system died: exit code 1")


def make_resilience(*trials, **changes):
    """Of a shop with a database that it never connects to again, if nothing else is given."""
    found = Resilience(
        **{**provenance_of(make_run()), "id": "0b0b0b0b0b0b", "workload": "shop/checkout"},
        course=FaultCourse(),
        usual=fault_round(),
        trials=trials
        or (
            FaultTrial("slow", "database", (BORNE,)),
            FaultTrial("reset", "database", (NEVER,)),
            FaultTrial("reset", "mail", (LOST,)),
            FaultTrial("blackhole", "mail", (WAITED,)),
        ),
        skipped=(SkippedFault("dead", "search", "this search runs already, its processes are not ours"),),
    )
    return replace(found, **changes)
