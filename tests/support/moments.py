"""Moments as a worker notes them."""

import weakref
from collections.abc import Iterable, Sequence

from suite.measure.moment_file import FURTHER, MomentFile
from suite.measure.moments import Moments
from suite.measure.phases import CauseTimes, RetryTimes


def noted(causes: Sequence[CauseTimes] = (), retries: RetryTimes | None = None) -> Moments:
    """What a worker noted in which this happened; `retries` of None: nothing may be tried again."""
    file = MomentFile.create()
    for code, one in enumerate(causes):
        _add(file, code, one.due.tolist(), one.ended.tolist())
    if retries is not None:
        _add(file, FURTHER, retries.begun.tolist(), retries.again.tolist())
    made = Moments([(file, [(one.outcome, one.kind) for one in causes])], retried=retries is not None)
    weakref.finalize(made, file.close)
    return made


def _add(file: MomentFile, code: int, firsts: Iterable[int], lasts: Iterable[int]) -> None:
    for first, last in zip(firsts, lasts, strict=True):
        file.add(code, int(first), int(last))
