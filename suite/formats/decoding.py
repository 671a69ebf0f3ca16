"""Runs and leak searches made of plain data, every field checked.

What is not as it should be raises one of the usual errors of Python, or StoreError; see `codec`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast, get_args

from suite.formats.fields import Fields
from suite.records.better import Better
from suite.records.evidence import Evidence
from suite.records.histogram import Histogram
from suite.records.leak import Counter, Frame, Growth, LeakOutcome, LeakSearch, LeakSuspect, LeakVerdict
from suite.records.reason import Reason
from suite.records.run import (
    CheckResult,
    Detail,
    Failure,
    Judgement,
    Measured,
    Run,
    Validity,
    ValidityVerdict,
)

_SMALL = 2**31
"""What databases take for a short whole number is below that."""
_VALIDITY, _BETTER = get_args(ValidityVerdict), get_args(Better)
_FAILURES = ("system", "worker", "interrupted", "internal")


def run_from(data: Mapping[str, Any]) -> Run:
    """A Run."""
    run = Fields(data)
    error = None if data["error"] is None else run.inner("error")
    validity = run.inner("validity")
    operations, statuses = run.inner("operations"), run.inner("statuses")
    histograms, series, metrics = run.inner("histograms"), run.inner("series"), run.inner("metrics")
    return Run(
        id=run.text("id"),
        workload=run.text("workload"),
        started=run.moment("started"),
        commit=run.maybe_text("commit"),
        branch=run.maybe_text("branch"),
        dirty=bool(run.object("environment").get("dirty")),
        environment=_clean(run.object("environment")),
        plan=run.object("plan"),
        rounds=run.whole("rounds", _SMALL),
        metrics={name: _decode_measured(metrics.inner(name)) for name in metrics.names()},
        histograms={name: Histogram.decode(histograms.text(name)) for name in histograms.names()},
        outcomes=run.counts("outcomes"),
        operations={name: operations.counts(name) for name in operations.names()},
        statuses={name: statuses.counts(name) for name in statuses.names()},
        details=tuple(
            Detail(
                item.text("outcome"),
                item.text("class"),
                item.text("operation"),
                item.whole("count"),
                item.number("first"),
                item.text("example"),
            )
            for item in run.each("details")
        ),
        thresholds=tuple(
            Judgement(
                item.text("metric"),
                item.text("level"),
                item.number("limit"),
                item.maybe_number("value"),
                item.maybe_flag("passed"),
            )
            for item in run.each("thresholds")
        ),
        checks=tuple(
            CheckResult(item.text("name"), item.flag("passed"), item.text("detail"))
            for item in run.each("checks")
        ),
        series={name: series.numbers(name) for name in series.names()},
        validity=Validity(
            cast(ValidityVerdict, validity.text("verdict", _VALIDITY)),
            tuple(reason_from(one) for one in validity.items("reasons")),
        ),
        pids=tuple({name: item.wholes(name) for name in item.names()} for item in run.each("pids")),
        error=None
        if error is None
        else Failure(cast(Any, error.text("kind", _FAILURES)), error.text("message")),
        # Older documents have neither of these.
        evidence=tuple(
            None if item is None else _decode_evidence(item) for item in data.get("evidence") or ()
        ),
        limiter=None if data.get("limiter") is None else reason_from(data["limiter"]),
    )


def reason_from(data: object) -> Reason:
    """A reason; of older documents, where it was a sentence or a kind with one, with that as its text."""
    if isinstance(data, str):
        return Reason("text", {"text": data})
    item = Fields(data, "reason")
    if "figures" not in item.names():
        return Reason(item.text("kind"), {"text": item.text("text")})
    return Reason(item.text("kind"), item.object("figures"))


def _clean(environment: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in environment.items() if name != "dirty"}


def _decode_measured(item: Fields) -> Measured:
    return Measured(
        unit=item.text("unit"),
        better=item.text("better", _BETTER),
        value=item.maybe_number("value"),
        values=item.numbers("values"),
        at_least=item.flag("at_least"),
        note=item.maybe_text("note"),
    )


def _decode_evidence(data: object) -> Evidence:
    """Figures and lists of them; what a newer version added is left out."""
    item = Fields(data, "evidence")
    known = {field.name: field.default for field in fields(Evidence) if field.name in item.names()}
    return Evidence(
        **{
            name: item.numbers(name) if isinstance(usual, tuple) else item.maybe_number(name)
            for name, usual in known.items()
        }  # type: ignore[arg-type]
    )


def leaks_from(data: Mapping[str, Any]) -> LeakSearch:
    """A search for leaks."""
    search = Fields(data)
    verdict = search.inner("verdict")
    traced = data["suspects"] is not None
    return LeakSearch(
        id=search.text("id"),
        workload=search.text("workload"),
        started=search.moment("started"),
        commit=search.maybe_text("commit"),
        branch=search.maybe_text("branch"),
        dirty=bool(search.object("environment").get("dirty")),
        environment=_clean(search.object("environment")),
        plan=search.object("plan"),
        verdict=LeakVerdict(
            outcome=cast(LeakOutcome, verdict.text("outcome", get_args(LeakOutcome))),
            words=verdict.text("words"),
            operations=verdict.whole("operations"),
            bytes_per_operation=verdict.maybe_number("bytes_per_operation"),
            blocks_per_operation=verdict.maybe_number("blocks_per_operation"),
            detectable=verdict.maybe_number("detectable"),
            held=verdict.flag("held"),
            growths=tuple(_decode_growth(item) for item in verdict.each("growths")),
        ),
        seconds=number(search.maybe_number("seconds")),
        suspects=tuple(_decode_suspect(item) for item in search.each("suspects")) if traced else None,
        unattributed=search.maybe_number("unattributed"),
        recordings=search.texts("recordings"),
        notes=search.texts("notes"),
    )


def number(value: float | None) -> float:
    """A figure of plain data that is never left out: None stands for one that was not finite."""
    return math.nan if value is None else value


def _decode_growth(item: Fields) -> Growth:
    return Growth(
        process=item.text("process"),
        counter=cast(Counter, item.text("counter", get_args(Counter))),
        operations=item.whole("operations"),
        levels=tuple(number(level) for level in item.numbers("levels")),
        per_operation=number(item.maybe_number("per_operation")),
    )


def _decode_suspect(item: Fields) -> LeakSuspect:
    return LeakSuspect(
        function=item.text("function"),
        file=item.text("file"),
        line=item.whole("line", _SMALL),
        bytes_per_operation=number(item.maybe_number("bytes_per_operation")),
        blocks_per_operation=number(item.maybe_number("blocks_per_operation")),
        share=number(item.maybe_number("share")),
        stack=tuple(
            Frame(frame.text("function"), frame.text("file"), frame.whole("line"))
            for frame in item.each("stack")
        ),
    )
