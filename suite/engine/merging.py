"""What several workers report, put together."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from suite.engine.worker_request import WorkerReply
from suite.measure.news_file import counted
from suite.measure.phases import CauseTimes, RetryTimes
from suite.process.redaction import redacted
from suite.records.detail import Detail, added_up


def statuses(reports: Sequence[WorkerReply]) -> Mapping[str, Mapping[str, int]]:
    """How often each operation saw each protocol status, over all workers."""
    return counted(report.statuses for report in reports)


def attempts(reports: Sequence[WorkerReply]) -> Mapping[str, tuple[int, int]]:
    """Operations that may be tried again, by name: how many, and how many attempts at them in all."""
    counts: dict[str, tuple[int, int]] = {}
    for name, operations, tried in (one for report in reports for one in report.attempts):
        known = counts.get(name, (0, 0))
        counts[name] = (known[0] + operations, known[1] + tried)
    return counts


def details(reports: Sequence[WorkerReply]) -> tuple[Detail, ...]:
    """Details of all workers, see `added_up`, without what looks like a secret."""
    merged = added_up(report.details for report in reports)
    return tuple(replace(detail, example=redacted(detail.example, os.environ)) for detail in merged)


def causes(reports: Sequence[WorkerReply]) -> list[CauseTimes]:
    """When operations that ended badly were due and ended, by outcome and cause, if workers noted that."""
    return [
        CauseTimes(outcome, kind, *np.frombuffer(moments, np.int64).reshape(-1, 2).T)
        for report in reports
        for (outcome, kind), moments in report.moments.items()
    ]


def retries(reports: Sequence[WorkerReply]) -> RetryTimes | None:
    """When operations were tried again; None where none is."""
    found = [np.frombuffer(one, np.int64) for report in reports for one in report.retries]
    return RetryTimes(*np.concatenate(found).reshape(-1, 2).T) if found else None
