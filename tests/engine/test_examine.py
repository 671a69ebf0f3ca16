"""What a workload's own metrics come to, and its checks where they don't end."""

import asyncio
import errno
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from examples.load_echo import Talker, echo_server

from suite import Metric, Row, Workload, closed_loop
from suite.engine.bounded import said
from suite.engine.examine import Question, examine, figure
from suite.engine.examining import examined
from suite.engine.worker_request import WorkerReply
from suite.errors import ConfigurationError, SystemFailed, WorkerFailed
from suite.measure.column_file import ColumnFile
from suite.measure.stamped_rows import stamp
from suite.measure.tally import MOST_NAMES


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(None, None), (math.nan, None), (3, 3.0), (True, 1.0), ("12", 12.0), (math.inf, math.inf)],
)
def test_none_and_nan_are_not_measured(value: object, wanted: float | None) -> None:
    assert figure(value) == wanted


def answered(tmp_path: Any, seconds: float, **asked: Any) -> Any:
    """What a workload's checks and metrics say within so many seconds."""
    workload = Workload("hangs/here", echo_server(), Talker, loop=closed_loop(1, seconds=1), **asked)
    (tmp_path / "kept.jsonl").touch()
    question = Question(0, (), (), (), (), (), 0, 1, str(tmp_path / "kept.jsonl"), seconds)
    with asyncio.Runner() as runner:
        return examine(workload, None, question, runner)


@pytest.mark.parametrize(
    ("answer", "passed", "detail"),
    [
        (None, True, ""),
        ("3 of 3", True, "3 of 3"),
        (3, True, "3"),
        (True, True, ""),
        (np.bool_(True), True, ""),
        (False, False, "does not hold"),
        (np.bool_(False), False, "does not hold"),
        ((False, "2 of 3"), False, "the check itself broke: it gave (False, '2 of 3'); a check gives text"),
        (
            (False, "the row: password=hunter2-hunter2"),
            False,
            "the check itself broke: it gave (False, 'the row: password=***'); a check gives text",
        ),
        ([], False, "the check itself broke: it gave []; a check gives text"),
    ],
)
def test_a_check_holds_by_what_it_says(tmp_path: Any, answer: object, passed: bool, detail: str) -> None:
    """One that gave numpy's False, or a pair of False and why, passed."""
    (found,) = answered(tmp_path, 5.0, checks=[lambda *_: answer]).checks
    assert (found.passed, found.detail[: len(detail)]) == (passed, detail)
    assert bool(found.detail) == bool(detail)


def test_nothing_that_breaks_when_it_is_looked_at_tells_a_secret(tmp_path: Any, monkeypatch: Any) -> None:
    """What a metric of one's own and `collect` raised was kept as it stood."""
    monkeypatch.setenv("SHOP_TOKEN", "hunter2hunter2")

    def breaks(*_: Any) -> None:
        raise ValueError("hunter2hunter2 at postgres://ann:secret@db")

    depth = Metric("depth", better="lower", read=breaks)
    found = answered(tmp_path, 5.0, checks=[breaks], metrics=[depth])
    assert [check.detail for check in found.checks] == [
        "the check itself broke: ValueError: *** at postgres://***@db",
        "ValueError: *** at postgres://***@db",
    ]
    assert said(ValueError("DB_PASSWORD=x"), 1.0) == "ValueError: DB_PASSWORD=***"


def test_a_check_that_hangs_fails_and_the_others_are_made(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("suite.engine.examine.LEAST_SECONDS", 0.05)

    def waits(*_: Any) -> None:
        time.sleep(600)

    async def awaits(*_: Any) -> None:
        await asyncio.sleep(600)

    def holds(*_: Any) -> str:
        return "all of them"

    depth = Metric("depth", better="lower", read=waits)
    found = answered(tmp_path, 0.1, checks=[waits, awaits, holds], metrics=[depth])
    assert [(check.name, check.passed) for check in found.checks] == [
        ("waits", False),
        ("awaits", False),
        ("holds", True),
        ("metric depth", False),
    ]
    assert found.checks[0].detail == "the check itself broke: not done within 0.1 s"
    assert found.metrics == {"depth": None}


def deployment(ask: Callable[..., Any], check_systems: Callable[[], None] = lambda: None) -> Any:
    """What has one check and answers so."""
    plan = SimpleNamespace(files=(), marks=(), names=(), by_loop=(), due=())
    workload = SimpleNamespace(examined=True, checks=(1,), metrics=(), collect=None)
    worker = SimpleNamespace(told=None, child=SimpleNamespace(running=lambda: True))
    return SimpleNamespace(
        ask=ask, check_systems=check_systems, plan=plan, workload=workload, workers=[worker],
        directory=Path(), prepared=None, component=False,
    )  # fmt: skip


def test_a_system_that_dies_while_it_is_checked_is_noticed_though_the_check_passes() -> None:
    """One round in four passed, for the check was over before anybody looked."""

    def died() -> None:
        raise SystemFailed("the system ended by signal 9 (SIGKILL)")

    answer = SimpleNamespace(result="all well")
    assert examined(deployment(lambda *_, **__: [answer]), 0, 1) == "all well"
    with pytest.raises(SystemFailed, match="SIGKILL"):
        examined(deployment(lambda *_, **__: [answer], died), 0, 1)


def test_a_worker_that_does_not_come_back_from_checks_is_a_check_that_failed() -> None:
    def ask(*_: Any, **__: Any) -> None:
        raise WorkerFailed("worker 0 did not finish to examine in time")

    found = examined(deployment(ask), 0, 1)
    (check,) = found.checks
    assert (check.passed, check.detail) == (False, "worker 0 did not finish to examine in time")
    assert not found.unmade


def test_what_a_check_tells_is_bounded(tmp_path: Any) -> None:
    """A document had all of what a check compared, and one of more than 256 MiB is never read again."""

    def fails(*_: Any) -> None:
        raise AssertionError("x" * 1_000_000)

    def breaks(*_: Any) -> None:
        raise ValueError("x" * 1_000_000)

    found = answered(tmp_path, 20.0, checks=[fails, breaks, lambda *_: "x" * 1_000_000])
    assert [len(one.detail) for one in found.checks] == [10_000] * 3


def test_operations_collected_are_kinds(tmp_path: Any) -> None:
    """A name for each row, of 20,000, was a document of 91 MB; the load is kept, and the check says why."""

    def rows(names: int) -> Any:
        return (Row(f"forward {index}", 1, 2, 3) for index in range(names))

    file = ColumnFile.create(rows=100)
    assert len(stamp(file, rows(MOST_NAMES), ("a",)).collected) == MOST_NAMES
    with pytest.raises(ConfigurationError, match="more than 1,000 operations, the last 'forward 1000'"):
        stamp(file, rows(MOST_NAMES + 1), ("a",))
    assert stamp(file, [Row("x" * 10_000, 1, 2, 3)], ("a",)).names == ("a", "x" * 200)


@pytest.mark.parametrize("component", [False, True])
def test_a_worker_that_died_of_checks_says_nothing_of_a_system_elsewhere(component: bool) -> None:
    """Ended for want of memory by the kernel, it was a check that failed. An object is in it."""

    def ask(*_: Any, **__: Any) -> None:
        raise WorkerFailed("worker 0 was killed by SIGKILL")

    asked = deployment(ask)
    asked.component = component
    asked.workers[0].child = SimpleNamespace(running=lambda: False)
    found = examined(asked, 0, 1)
    assert len(found.checks) == component
    assert len(found.unmade) == (not component)
    assert all(reason.figures["why"] == "worker 0 was killed by SIGKILL" for reason in found.unmade)


@pytest.mark.parametrize("component", [False, True])
def test_what_the_machine_refuses_a_worker_that_checks_says_nothing_of_the_system(component: bool) -> None:
    def ask(*_: Any, **__: Any) -> None:
        raise WorkerFailed("worker 0 can't examine: there is no memory left")

    asked = deployment(ask)
    asked.component = component
    asked.workers[0].told = WorkerReply("examine", fault="there is no memory left", at_fault="machine")
    found = examined(asked, 0, 1)
    assert not found.checks
    (reason,) = found.unmade
    assert reason.figures == {"what": "checks", "why": "worker 0 can't examine: there is no memory left"}


def test_what_the_machine_refuses_a_check_is_no_check_that_failed(tmp_path: Any) -> None:
    """A check for which there was no memory said that the system was wrong."""

    def hungry(*_: Any) -> None:
        raise MemoryError

    def opens(*_: Any) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    def wrong(*_: Any) -> None:
        raise AssertionError("one is lost")

    depth = Metric("depth", better="lower", read=hungry)
    found = answered(tmp_path, 5.0, checks=[hungry, opens, wrong, lambda *_: "all"], metrics=[depth])
    assert [(check.passed, check.detail) for check in found.checks] == [(False, "one is lost"), (True, "all")]
    assert found.metrics == {"depth": None}
    assert [(reason.kind, reason.figures["what"]) for reason in found.unmade] == [
        ("unexamined", "check hungry"), ("unexamined", "check opens"), ("unexamined", "metric depth"),
    ]  # fmt: skip
    assert "free some memory" in str(found.unmade[0].figures["why"])


def test_a_worker_without_files_reads_nothing_kept_and_says_nothing_of_the_system(
    tmp_path: Any, monkeypatch: Any
) -> None:
    def refuse(_: Path) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("suite.engine.examine.read_kept", refuse)
    with pytest.raises(OSError, match="Too many open files"):  # which its worker tells
        answered(tmp_path, 5.0, checks=[lambda *_: True])
