"""What makes faults, and what is measured of them, doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from suite.contract.metric import OF_FAULTS
from suite.contract.threshold import Threshold
from suite.records.incident import Incident
from suite.records.reason import Reason

_WANTED = 8
"""Faults, in all rounds together, that a threshold on them wants."""


def missed(incidents: Iterable[Incident]) -> Iterator[Reason]:
    """Faults that were not made, or met nothing."""
    for one in incidents:
        kind = "fault_not_made" if one.began is None else "fault_met_nothing"
        if one.began is None or not one.struck:
            yield Reason(kind, {"fault": one.kind, "whom": one.party, "planned": one.planned})


def few(thresholds: Iterable[Threshold], incidents: Sequence[Incident]) -> Iterator[Reason]:
    """Recovery with a threshold, after so few faults that chance decides which is the worst."""
    made = sum(one.began is not None for one in incidents)
    for name in dict.fromkeys(threshold.metric for threshold in thresholds):
        if name in OF_FAULTS and 0 < made < _WANTED:
            yield Reason("few_faults", {"metric": name, "n": made, "wanted": _WANTED})
