"""A Run or a search whose command was killed, with what its last round had recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from suite.contract.metric import Metric, find
from suite.contract.threshold import Threshold
from suite.measure.combine import combine, merged_details, summed
from suite.measure.partial import CUT_SHORT
from suite.records.provenance import provenance_of
from suite.records.run import Round, Run, Validity
from suite.records.unfinished import Unfinished


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A workload of which nobody knows more than the name."""

    name: str
    thresholds: tuple[Threshold, ...] = ()

    def metric(self, name: str) -> Metric | None:
        return find(name, ())


def with_last(run: Run, last: Round) -> Run:
    """`run` with its `last` round, which it has as one of which nothing is known.

    Where it is the only one its figures are the Run's; else they are those of the rounds that are whole, and
    what it counted is added.
    """
    if run.rounds == 1:
        known = {
            name: value for name, value in provenance_of(run).items() if name not in ("workload", "partial")
        }
        return combine(_Unknown(run.workload), [last], **known)
    outcomes = dict(last.outcomes)
    return replace(
        run,
        outcomes=summed([{"": run.outcomes}, {"": outcomes.pop("", {})}])[""],
        operations=summed([run.operations, outcomes]),
        statuses=summed([run.statuses, last.statuses]),
        details=merged_details([Round(0, details=run.details), last]),
        metrics={
            name: replace(one, values=(*one.values[:-1], last.metrics.get(name)))
            for name, one in run.metrics.items()
        },
        validity=Validity("invalid", (*run.validity.reasons, *last.validity.reasons)),
    )


def filled(unfinished: Unfinished, last: Round) -> Unfinished:
    """What its round had recorded that was the `last` of a search."""
    cut = [reason.figures for reason in last.validity.reasons if reason.kind == CUT_SHORT]
    return replace(
        unfinished,
        seconds=float(cut[0]["seconds"] or 0.0) if cut else 0.0,
        outcomes=dict(last.outcomes.get("", {})),
        metrics={name: value for name, value in last.metrics.items() if value is not None},
    )
