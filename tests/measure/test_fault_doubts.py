"""Faults that met nothing, and too few of them to gate on."""

from suite import Threshold
from suite.measure.fault_doubts import few, missed
from suite.records.incident import Incident

MADE = Incident("Reset", "system", 1.0, began=1.0, ended=2.0, struck=3)


def test_what_was_not_made_or_met_nothing_is_told():
    nothing = Incident("Latency", "cache", 2.0, began=2.0, ended=3.0)
    never = Incident("Kill", "system", 9.0)
    assert [(one.kind, one.figures["whom"]) for one in missed([MADE, nothing, never])] == [
        ("fault_met_nothing", "cache"), ("fault_not_made", "system"),
    ]  # fmt: skip


def test_a_threshold_on_recovery_wants_eight_faults():
    asked = [Threshold("recovery.time", critical="1s"), Threshold("failures", critical="1%")]
    (reason,) = few(asked, [MADE] * 7)
    assert (reason.kind, reason.figures) == ("few_faults", {"metric": "recovery.time", "n": 7, "wanted": 8})
    assert list(few(asked, [MADE] * 8)) == []
    assert list(few(asked[1:], [MADE])) == []
