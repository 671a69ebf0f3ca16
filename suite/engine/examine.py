"""What is asked of the system after the load: rows stamped elsewhere, checks, own metrics."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import reprlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from inspect import isawaitable
from pathlib import Path
from typing import Any

import numpy as np

from suite.contract.workload import Workload
from suite.engine.bounded import MOST_TOLD, awaited, bounded, said
from suite.engine.worker_plan import FilePlan
from suite.measure.column_file import ColumnFile
from suite.measure.mark_file import MarkFile
from suite.measure.recording import from_files
from suite.measure.stamped_rows import Stamped, stamp
from suite.process.redaction import excerpt, redacted
from suite.process.shortage import shortage
from suite.records.reason import Reason
from suite.records.recording import Recording
from suite.records.run import CheckResult

LEAST_SECONDS = 1.0
"""What each check has, however long those before it took."""


@dataclass(frozen=True, slots=True)
class Question:
    """All that an examiner needs: the columns that process `owner` holds, and the measured window.

    `marks` are descriptors of the MarkFile of each of the columns, -1 for none; `stamped` are the columns for
    what is collected. All has to be answered within `seconds`.
    """

    owner: int
    columns: tuple[FilePlan, ...]
    marks: tuple[int, ...]
    names: tuple[str, ...]
    by_loop: tuple[bool, ...]
    due: tuple[int, ...]
    begin: int
    end: int
    kept: str
    seconds: float
    prepared: Any = None
    stamped: FilePlan | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """Rows collected, checks made, the workload's own metrics; why what is `unmade` of them could not be."""

    stamped: Stamped
    checks: tuple[CheckResult, ...]
    metrics: dict[str, float | None]
    unmade: tuple[Reason, ...] = ()


def unmade(what: str, why: str) -> Reason:
    """That a process of ours could not do it, which says nothing of the system."""
    return Reason("unexamined", {"what": what, "why": why})


def examine(workload: Workload, target: Any, question: Question, runner: asyncio.Runner) -> Examination:
    """Collect, check and read. A check that raises AssertionError found something; one that raises
    anything else is broken, and says so: neither passes. Nor does one that does not end. One for which the
    machine has no memory, or no files, is not made."""
    with contextlib.ExitStack() as opened:
        files = [_opened(question, plan, opened) for plan in question.columns]
        marks = [None if one < 0 else MarkFile.open(question.owner, one) for one in question.marks]
        for marked in filter(None, marks):
            opened.callback(marked.close)
        recording = from_files(
            files,
            question.names,
            by_loop=question.by_loop,
            planned=question.due,
            begin=question.begin,
            end=question.end,
            marks=marks,
            prepared=question.prepared,
        )
        ask = _Asking(runner, question.seconds)
        stamped, results = Stamped(question.names), list[CheckResult]()
        if workload.collect is not None and question.stamped is not None:
            elsewhere = _opened(question, question.stamped, opened)
            try:
                rows = ask(workload.collect, target)
                stamped = ask(lambda: stamp(elsewhere, rows, question.names))
                recording = recording.beside(stamped.names, stamped.parts(elsewhere))
            except Exception as error:
                results += ask.broken("collect", "collect", error)
        found, metrics = _examined(ask, workload, target, Path(question.kept), recording)
        return Examination(stamped, (*results, *found), metrics, tuple(ask.unmade))


def _opened(question: Question, plan: FilePlan, opened: contextlib.ExitStack) -> ColumnFile:
    file = ColumnFile.open(question.owner, *plan)
    opened.callback(file.close)
    return file


def _examined(
    ask: _Asking, workload: Workload, target: Any, kept_at: Path, recording: Recording
) -> tuple[list[CheckResult], dict[str, float | None]]:
    try:
        kept = read_kept(kept_at)
    except OSError as error:  # a check that can't see what it judges must not pass
        if shortage(error):
            raise
        said = f"what users kept can't be read, so nothing was checked: {error.strerror}"
        return [CheckResult("kept values", passed=False, detail=said)], {}
    results: list[CheckResult] = []
    for check in workload.checks:
        found = _checked(ask, check, target, kept, recording)
        results += [replace(one, detail=excerpt(one.detail, MOST_TOLD)) for one in found]
    metrics: dict[str, float | None] = {}
    for metric in workload.metrics:
        if metric.read is None:
            continue
        try:
            value = ask(metric.read, target, kept, recording)
            metrics[metric.name] = figure(value)
        except Exception as error:
            metrics[metric.name] = None
            results += ask.broken(f"metric {metric.name}", f"metric {metric.name}", error)
    return results, metrics


def figure(value: Any) -> float | None:
    """What a metric's `read` gave as a number; None and NaN say that it was not measured."""
    number = math.nan if value is None else float(value)
    return None if math.isnan(number) else number


def read_kept(path: Path) -> list[Any]:
    """What the users kept, in the order of writing; a line cut off by a kill or a full disk is left out."""
    lines = path.read_bytes().split(b"\n")
    kept = []
    for line in lines[:-1]:
        with contextlib.suppress(ValueError):
            kept.append(json.loads(line))
    return kept


def _checked(
    ask: _Asking,
    check: Callable[..., Any],
    target: Any,
    kept: Sequence[Any],
    recording: Any,
) -> list[CheckResult]:
    """What it says; nothing of one that could not be made."""
    name = getattr(check, "__name__", str(check)).replace("_", " ").strip()
    try:
        answer = ask(check, target, kept, recording)
    except AssertionError as error:
        return [CheckResult(name, passed=False, detail=str(error) or "does not hold")]
    except Exception as error:
        return ask.broken(name, f"check {name}", error, "the check itself broke: ")
    match answer:
        case bool() | np.bool_():
            return [CheckResult(name, passed=bool(answer), detail="" if answer else "does not hold")]
        case None | str() | int() | float() | np.number():
            return [CheckResult(name, passed=True, detail="" if answer is None else str(answer))]
    told = (
        f"the check itself broke: it gave {_Short().repr(answer)}; a check gives text to show, False "
        "or nothing, and says with assert why it does not hold"
    )
    return [CheckResult(name, passed=False, detail=told)]


class _Short(reprlib.Repr):
    """Cuts texts when they are without secrets: half a secret is not known as one."""

    def repr_str(self, x: str, level: int) -> str:
        return super().repr_str(redacted(x, os.environ), level)


class _Asking:
    """Calls functions of the workload, plain or async; all of them together have so many `seconds`."""

    def __init__(self, runner: asyncio.Runner, seconds: float) -> None:
        self._runner = runner
        self._ends = time.monotonic() + seconds
        self._allowed = seconds
        self.unmade: list[Reason] = []

    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self._allowed = max(self._ends - time.monotonic(), LEAST_SECONDS)
        with bounded(self._allowed):
            result = function(*arguments)
        return awaited(self._runner, result, self._allowed) if isawaitable(result) else result

    def broken(self, name: str, what: str, error: Exception, before: str = "") -> list[CheckResult]:
        """That the last one raised `error`, as a check `name` that failed; nothing if that is of our own."""
        if refused := shortage(error):
            self.unmade.append(unmade(what, excerpt(refused, MOST_TOLD)))
            return []
        told = f"{before}{said(error, round(self._allowed, 1))}"
        return [CheckResult(name, passed=False, detail=told)]
