"""What several workers report, put together."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from suite.engine.worker_request import WorkerReply
from suite.measure.moment_file import MomentFile
from suite.measure.moments import Moments
from suite.measure.news_file import counted
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


def moments(reports: Sequence[WorkerReply], files: Sequence[MomentFile], *, retried: bool) -> Moments:
    """What workers noted in `files`, where they have any; operations may be tried again if `retried`."""
    codes = [report.causes for report in reports]
    return Moments([*zip(files, codes, strict=True)] if files else (), retried=retried)
