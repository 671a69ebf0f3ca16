"""What a document says of all its Runs together: totals, categories, failures, what could be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from suite.contract.category import Category
from suite.measure.advice import advise
from suite.records.run import Run, RunVerdict
from suite.report.reasons import words
from suite.report.words import quantity
from suite.units import format_quantity


def overview(
    runs: Sequence[Run],
    categories: Mapping[str, Category | None],
    *,
    skipped: Sequence[str] = (),
    saved: Sequence[Path] = (),
) -> dict[str, Any]:
    """The `summary` of a document: `categories` are those of workloads by name, `skipped` why some did not
    run, `saved` where each Run's own document is.
    """
    parts = dict.fromkeys(category for run in runs if (category := categories.get(run.workload)))
    return {
        **_totals(runs),
        "skipped": list(skipped),
        "categories": [
            {
                "name": part.name,
                "title": part.title,
                **_totals([run for run in runs if categories.get(run.workload) == part]),
            }
            for part in parts
        ],
        "failures": [{"workload": run.workload, **one} for run in runs for one in failures(run)],
        "recommendations": [
            {"workload": run.workload, **asdict(reason), "text": words(reason)}
            for run in runs
            for reason in advise(run)
        ],
        "raw": [str(path) for path in saved],
    }


def _totals(runs: Sequence[Run]) -> dict[str, Any]:
    verdicts = Counter(run.verdict for run in runs)
    outcomes: Counter[str] = Counter()
    for run in runs:
        outcomes.update(run.outcomes)
    return {
        "workloads": len(runs),
        "verdicts": {verdict: verdicts[verdict] for verdict in get_args(RunVerdict)},
        "operations": outcomes.total(),
        "outcomes": dict(outcomes),
    }


def failures(run: Run) -> Iterator[dict[str, Any]]:
    """What went wrong in it, `at` how many seconds of its round if that is known."""
    if run.error is not None:
        yield {"what": "error", "name": run.error.kind, "at": None, "detail": run.error.message}
    for check in run.checks:
        if not check.passed:
            yield {"what": "check", "name": check.name, "at": None, "detail": check.detail}
    for judged in run.thresholds:
        if judged.level == "critical" and judged.passed is False:
            measured = run.metrics[judged.metric]
            detail = f"{quantity(measured)} instead of {format_quantity(judged.limit, measured.unit)}"
            yield {"what": "threshold", "name": judged.metric, "at": None, "detail": detail}
    for one in run.details:
        if one.outcome != "rejected":
            example = f"{one.count} times {one.outcome}, the first: {one.example}"
            yield {"what": "operation", "name": one.operation, "at": one.first, "detail": example}
