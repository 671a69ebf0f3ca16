"""What a worker counts beside the columns: causes of what went wrong, protocol statuses."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from suite.errors import Ended, Rejected
from suite.measure.moment_file import MomentFile
from suite.process.redaction import excerpt, prepare, shown_name
from suite.records.detail import Detail
from suite.records.outcome import Outcome

_MOST_CAUSES = 200
_EXAMPLE_LENGTH = 300


ENDS = (Exception, asyncio.CancelledError, SystemExit)
"""What may end an operation, whoever's fault it is, and no worker."""


class StrayCancellation(Exception):
    """A CancelledError that nobody here asked for: some library's own."""

    cause = "cancelled"


def ours(error: BaseException) -> BaseException:
    """`error` as an operation's own; raises a cancellation of ours, which ends the task, and Ended."""
    if isinstance(error, Ended):
        raise error
    if not isinstance(error, asyncio.CancelledError):
        return error
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise error
    return StrayCancellation(f"a CancelledError that nobody here asked for: {error}".removesuffix(": "))


def outcome_of(error: BaseException) -> Outcome:
    """The outcome that an exception from an operation means."""
    if isinstance(error, Rejected):
        return Outcome.rejected
    if isinstance(error, TimeoutError | asyncio.CancelledError):
        return Outcome.timeout
    return Outcome.failed


def cause_of(error: BaseException) -> str:
    """A short class of cause: the error's own `cause`, else its type."""
    try:
        cause = getattr(error, "cause", None)
    except Exception:
        cause = None
    if isinstance(error, asyncio.CancelledError):
        return "timeout"
    return shown_name(cause) if isinstance(cause, str) else type(error).__name__


def text_of(error: BaseException) -> str:
    """What an error says: of a group its first, of one that can't say anything its type."""
    if not isinstance(error, BaseExceptionGroup):
        return _plain_text(error)
    more = 0
    while isinstance(error, BaseExceptionGroup):
        more += len(error.exceptions) - 1
        error = error.exceptions[0]
    others = f" (and {more} more)" if more else ""
    return f"{type(error).__name__}: {_plain_text(error)}{others}"


def _plain_text(error: BaseException) -> str:
    try:
        return str(error) or type(error).__name__
    except Exception as broken:
        return f"{type(error).__name__}, whose text can't be made ({type(broken).__name__})"


@dataclass(slots=True)
class ErrorCounts:
    """Counts by (outcome, cause, operation), each with its first example; statuses by operation.

    `moments` get when what the loop started was due and ended, by its place in `codes`: outcome and cause.
    """

    moments: MomentFile | None = None
    causes: dict[tuple[str, str, str], list[object]] = field(default_factory=dict)
    statuses: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        prepare()  # not at the first failure, which others wait for

    def add(self, operation: str, error: BaseException, at: int, due: int = 0) -> Outcome:
        """Count `error` of `operation` at monotonic nanosecond `at`; the outcome that it means.

        `due` is of what the loop started.
        """
        outcome = outcome_of(error)
        cause = cause_of(error)
        key = (outcome.name, cause, operation)
        if due and self.moments is not None:
            code = self.codes.get(key[:2])
            if code is None and len(self.codes) < _MOST_CAUSES:
                code = self.codes[key[:2]] = len(self.codes)
            if code is not None:
                self.moments.add(code, due, at)
        known = self.causes.get(key)
        if known is not None:
            known[0] += 1  # type: ignore[operator]
        elif len(self.causes) < _MOST_CAUSES:
            self.causes[key] = [1, at, excerpt(text_of(error), _EXAMPLE_LENGTH)]
        return outcome

    def told_statuses(self) -> tuple[tuple[str, str, int], ...]:
        """Operation, status and how often it was seen; users may call a status anything."""
        told: Counter[tuple[str, str]] = Counter()
        for (operation, status), count in self.statuses.items():
            told[operation, shown_name(str(status))] += count
        return tuple((*seen, count) for seen, count in told.items())

    def details(self, start: int) -> tuple[Detail, ...]:
        """The counts as plain data, times in seconds since `start`."""
        return tuple(
            Detail(outcome, cause, operation, int(count), (int(at) - start) / 1e9, str(example))  # type: ignore[call-overload]
            for (outcome, cause, operation), (count, at, example) in self.causes.items()
        )
