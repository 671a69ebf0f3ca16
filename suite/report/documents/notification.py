"""What an address is told of verdicts that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import suite
from suite.formats.envelope import kind_of
from suite.records.record import Record
from suite.records.run import Run
from suite.report.reasons import words

_SAME = ("id", "workload", "started", "commit", "branch", "dirty")


def notification(changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All of a command: `changes`, and `text` that says them in a line each."""
    lines = [
        f"{one['workload']}: {one['before']} → {one['verdict']}"
        + (f" at {one['commit'][:10]}" if one["commit"] else "")
        for one in changes
    ]
    return {
        "by": f"loadledger {suite.__version__}",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "text": "\n".join(lines),
        "changes": list(changes),
    }


def verdict_change(result: Record, before: str, verdict: str) -> dict[str, Any]:
    """One of `changes`: of which result, from which verdict to which, and of a Run why."""
    return {
        "kind": kind_of(result),
        **{name: getattr(result, name) for name in _SAME},
        "before": before,
        "verdict": verdict,
        "why": _why(result) if isinstance(result, Run) else [],
    }


def _why(run: Run) -> list[str]:
    """What did not hold, a line each."""
    broken = [
        f"{one.metric}: {one.level} is {one.limit:g}, it is {'-' if one.value is None else f'{one.value:g}'}"
        for one in run.thresholds
        if one.passed is False and one.level == "critical"
    ]
    checks = [f"{one.name}: {one.detail}" for one in run.checks if not one.passed]
    ended = [words(run.stopped)] if run.stopped else [run.error.message] if run.error else []
    return [*broken, *checks, *(text.splitlines()[0] for text in ended if text)]
