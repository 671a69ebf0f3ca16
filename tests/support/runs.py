"""Runs to test with: one like real ones, and any that there could be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from suite.contract.metric import STANDARD
from suite.records.comparison import Change, Comparison
from suite.records.detail import Detail
from suite.records.evidence import Evidence
from suite.records.histogram import Histogram
from suite.records.incident import Impact, Incident
from suite.records.observation import Observation, RequestCount
from suite.records.outcome import OUTCOMES
from suite.records.plan_facts import KNOWN_FACTS
from suite.records.provenance import provenance_of
from suite.records.reason import Reason
from suite.records.run import (
    CheckResult,
    Failure,
    Judgement,
    Measured,
    Run,
    Validity,
    ValidityVerdict,
)


def make_histogram(*milliseconds: float, beyond: tuple[float, ...] = ()) -> Histogram:
    """Of `milliseconds` that ended ok and lower bounds `beyond`."""
    return Histogram.of(
        np.array([int(value * 1e6) for value in milliseconds], np.int64),
        np.array([int(value * 1e6) for value in beyond], np.int64),
    )


def make_measured(name: str, *values: float, **changes: Any) -> Measured:
    """The standard metric `name` with these values of rounds and their mean as the Run's value."""
    metric = STANDARD[name]
    value = sum(values) / len(values) if values else None
    return replace(Measured(metric.unit, metric.better, value, values), **changes)


def counts(**some: int) -> dict[str, int]:
    """All outcomes, 0 but for `some`."""
    return {name: some.get(name, 0) for name in OUTCOMES}


def validity_of(verdict: ValidityVerdict, *texts: str) -> Validity:
    """A validity whose reasons are only texts, as those of old documents are."""
    return Validity(verdict, tuple(map(Reason.of_text, texts)))


def make_run(**changes: Any) -> Run:
    """A valid Run of three rounds that passed, with any fields replaced."""
    metrics = {
        "response.mean": make_measured("response.mean", 0.0020, 0.0021, 0.0022),
        "response.p50": make_measured("response.p50", 0.0018, 0.0019, 0.0020),
        "response.p95": make_measured("response.p95", 0.0035, 0.0036, 0.0037),
        "response.p99": make_measured("response.p99", 0.0041, 0.0042, 0.0044),
        "response.max": make_measured("response.max", 0.0105, 0.0110, 0.0132),
        "throughput": make_measured("throughput", 298.0, 300.0, 302.0),
        "failures": make_measured("failures", 0.0, 0.0, 0.0),
        "rejected": make_measured("rejected", 0.0, 0.0, 0.0),
        "memory.idle": make_measured("memory.idle", 48.1e6, 48.2e6, 48.3e6),
        "memory.peak": make_measured("memory.peak", 61e6, 62e6, 63e6),
        "memory.growth": make_measured("memory.growth", 1.1e6, 1.2e6, 1.3e6),
        "cpu.per_operation": make_measured("cpu.per_operation", 0.00101, 0.00102, 0.00103),
    }
    run = Run(
        id="20240501T101112-0a1b2c3d",
        workload="dicom/receive",
        started="2024-05-01T10:11:12+00:00",
        commit="0123456789abcdef0123456789abcdef01234567",
        branch="main",
        environment={"machine": {"cpu": "x", "cores": 8}, "python": "3.11.2", "container": None},
        plan={"loop": "closed", "users": 8, "seconds": 10.0, "warmup": 1.0},
        rounds=3,
        metrics=metrics,
        histograms={"response": make_histogram(1.8, 1.9, 2.0, 4.2), "service": make_histogram(1.8, 1.9)},
        outcomes=counts(ok=3000),
        operations={"store": counts(ok=3000)},
        statuses={"store": {"0x0000": 3000}},
        details=(),
        thresholds=(
            Judgement("response.p95", "target", 0.1, 0.0036, True),
            Judgement("response.p95", "critical", 1.0, 0.0036, True),
        ),
        checks=(CheckResult("every accepted instance is stored", True, "3000 of 3000"),),
        series={"second": (0.0, 1.0), "completed": (299.0, 301.0), "p99": (0.004, None)},
        validity=Validity(),
        pids=({"system": (4242,), "workers": (4250, 4251)},),
    )
    return replace(run, **changes)


def make_comparison(
    workload: str = "shop/browse",
    base: str = "main (aaaaaaaaaaaa)",
    head: str = "bbbbbbbbbbbb",
    changes: tuple[Change, ...] = (),
    **more: Any,
) -> Comparison:
    """What was found of one workload on two sides."""
    plain = provenance_of(make_run(id="0c0c0c0c0c0c", workload=workload))
    return Comparison(**{**plain, "base": base, "head": head, "changes": changes, **more})


_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_names = st.text("abcdefgh./@_-", min_size=1, max_size=12)
_numbers = st.floats(allow_nan=False, allow_infinity=False)
_values = st.none() | _numbers
_counts = st.integers(0, 2**53)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _numbers | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_objects = st.dictionaries(_text, _json, max_size=3)
_outcomes = st.sampled_from(OUTCOMES)
_levels = st.sampled_from(["target", "warning", "critical"])
_pids = st.lists(st.integers(1, 2**22), max_size=3).map(tuple)
_histograms = st.builds(
    make_histogram,
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    beyond=st.lists(st.floats(0, 1e6), max_size=2).map(tuple),
)
_reasons = st.builds(
    Reason,
    _names,
    st.dictionaries(_names, st.none() | st.booleans() | _counts | _numbers | _text, max_size=3),
)
_moments = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())


def _tuples(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=3).map(tuple)


def any_runs() -> st.SearchStrategy[Run]:
    """Runs with everything that their types allow, but for what JSON has no word for."""
    return st.builds(
        Run,
        id=st.uuids().map(str),
        workload=_names,
        started=_moments,
        commit=st.none() | st.text("0123456789abcdef", min_size=40, max_size=40),
        branch=st.none() | _text,
        environment=_objects.filter(KNOWN_FACTS.isdisjoint),
        plan=_objects.filter(KNOWN_FACTS.isdisjoint),
        rounds=st.integers(0, 9),
        metrics=st.dictionaries(
            _names,
            st.builds(
                Measured,
                unit=st.sampled_from(["s", "B", "1/s", "ratio", "1", "frames"]),
                better=st.sampled_from(["lower", "higher", "none"]),
                value=_values,
                values=_tuples(_values),
                at_least=st.booleans(),
                note=st.none() | _text,
            ),
            max_size=4,
        ),
        histograms=st.dictionaries(_names, _histograms, max_size=1),
        outcomes=st.dictionaries(_outcomes, _counts),
        operations=st.dictionaries(_names, st.dictionaries(_outcomes, _counts, max_size=3), max_size=3),
        statuses=st.dictionaries(_names, st.dictionaries(_text, _counts, max_size=3), max_size=3),
        details=_tuples(st.builds(Detail, _outcomes, _text, _names, _counts, _numbers, _text)),
        thresholds=_tuples(
            st.builds(Judgement, _names, _levels, _numbers, _values, st.none() | st.booleans())
        ),
        checks=_tuples(st.builds(CheckResult, _text, st.booleans(), _text)),
        series=st.dictionaries(_names, _tuples(_values), max_size=3),
        validity=st.builds(Validity, st.sampled_from(["valid", "doubtful", "invalid"]), _tuples(_reasons)),
        pids=_tuples(st.dictionaries(_names, _pids, max_size=2)),
        error=st.none()
        | st.builds(Failure, st.sampled_from(["system", "worker", "interrupted", "internal"]), _text),
        evidence=_tuples(
            st.none()
            | st.builds(
                Evidence,
                wall=_numbers,
                lateness_p99=_values,
                worker_cpu=_tuples(_numbers),
                system_cores=st.none() | st.integers(1, 999),
                due=_counts,
            )
        ),
        limiter=st.none() | _reasons,
        observed=_tuples(
            st.builds(
                Observation,
                source=_text,
                second=_tuples(_numbers),
                values=st.dictionaries(_names, _tuples(_values), max_size=2),
                counters=_tuples(_names),
                failures=st.dictionaries(_text, _counts, max_size=2),
                left_out=_counts,
                in_turns=st.booleans(),
                requests=st.none() | st.builds(RequestCount, _names, _counts, _counts, _counts),
            )
        ),
        incidents=_tuples(
            st.builds(
                Incident,
                kind=_names,
                party=_text,
                planned=_numbers,
                round=_counts,
                settings=_objects,
                began=_values,
                ended=_values,
                ready=_values,
                struck=_counts,
                impact=st.none()
                | st.builds(
                    Impact,
                    outcomes=st.dictionaries(
                        st.sampled_from(["before", "during", "after"]), st.dictionaries(_outcomes, _counts)
                    ),
                    resolution=_values,
                    detection=_values,
                    recovery=_values,
                    recovery_at_least=st.booleans(),
                    service=_values,
                    untold=st.none() | _text,
                ),
            )
        ),
    )
