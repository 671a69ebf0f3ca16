"""A Run in a few lines: for where there is no room for tables."""

from __future__ import annotations

from suite.records.run import Run
from suite.report.documents.overview import failures
from suite.report.reasons import words
from suite.report.verdict import short_verdict
from suite.report.words import quantity

_FIGURES = {"throughput": "", "response.p50": "p50 ", "response.p95": "p95 ", "response.p99": "p99 "}


def brief_line(run: Run) -> str:
    """Its verdict, rate and times in one line."""
    shown = [
        short + quantity(measured)
        for metric, short in _FIGURES.items()
        if (measured := run.metrics.get(metric)) is not None and measured.value is not None
    ]
    doubt = "" if run.validity.verdict != "doubtful" else ", doubtful"
    return f"{short_verdict(run).plain}{doubt}  {', '.join(shown)}".rstrip()


def why(run: Run) -> list[str]:
    """A line for each reason why it did not pass."""
    found = [
        f"{run.workload}: {one['what']} {one['name']}: {one['detail']}"
        for one in failures(run)
        if one["what"] != "operation"
    ]
    if run.validity.verdict == "invalid":
        found += [f"{run.workload} can't be believed: {words(one)}" for one in run.validity.reasons]
    unjudged = [one.metric for one in run.thresholds if one.level == "critical" and one.passed is None]
    found += [f"{run.workload}: {metric} could not be judged" for metric in dict.fromkeys(unjudged)]
    return found
