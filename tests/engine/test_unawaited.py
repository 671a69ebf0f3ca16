"""Coroutines that operations leave alone."""

from __future__ import annotations

import asyncio
import gc
import inspect
import warnings
from typing import Any

import pytest

from suite import Component, User, Workload, closed_loop, open_loop, operation
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.engine.unawaited import UnawaitedWatch, unawaited
from suite.engine.worker_request import WorkerReply
from suite.records.reason import Reason

pytestmark = pytest.mark.usefixtures("rounds_once")


class Shop:
    """Each visit is one more."""


async def visit() -> None:
    await asyncio.sleep(0)


class Forgetful(User):
    @operation
    async def go(self) -> None:
        visit()  # type: ignore[unused-coroutine]


class Returning(User):
    @operation
    async def go(self) -> Any:
        return visit()


class Careful(User):
    @operation
    async def go(self) -> None:
        await visit()


class Plain(User):
    @operation
    def go(self) -> Any:
        return visit()


COUNTED = closed_loop(1, operations=50)


def first_reason(user: type[User], loop: Any = COUNTED) -> tuple[str, Any]:
    """Kind and figures."""
    found = run(Workload("shop/visit", Component(Shop), user, loop=loop), Settings(rounds=1))
    reason = next(iter(found.validity.reasons), Reason("none", {}))
    return reason.kind, reason.figures


@pytest.mark.parametrize("loop", [COUNTED, open_loop(500, seconds=0.1)])
def test_what_an_operation_makes_and_leaves_alone_is_told_with_its_line(loop: Any) -> None:
    """An HTTP request without `await` passed, at 400,000 a second."""
    kind, figures = first_reason(Forgetful, loop)
    assert kind == "unawaited"
    assert figures["what"] == "coroutine 'visit' was never awaited"
    line = inspect.getsourcelines(Forgetful.go.body)[1] + 2
    assert figures["where"] == f"test_unawaited.py:{line}"
    assert figures["times"] >= 40


@pytest.mark.parametrize("user", [Returning, Plain])
def test_what_an_operation_returns_and_should_have_awaited_is_told(user: type[User]) -> None:
    kind, figures = first_reason(user)
    assert (kind, figures["where"], figures["times"]) == ("unawaited", "", 50)


def test_what_is_awaited_is_no_reason() -> None:
    assert first_reason(Careful)[0] != "unawaited"


def test_what_others_leave_alone_is_told_as_ever_and_is_none_of_ours() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with UnawaitedWatch({"/elsewhere.py"}) as watch:
            visit()  # type: ignore[unused-coroutine]
            gc.collect()
            warnings.warn("something else", RuntimeWarning, stacklevel=1)
    assert not watch.found
    assert [str(one.message) for one in caught] == [
        "coroutine 'visit' was never awaited",
        "something else",
    ]


def test_what_came_most_often_in_all_workers_is_the_reason() -> None:
    reports = [
        WorkerReply("run", unawaited=(("a", "x.py:1", 3), ("b", "x.py:2", 4))),
        WorkerReply("run", unawaited=(("a", "x.py:1", 2),)),
        WorkerReply("run"),
    ]
    (reason,) = unawaited(reports)
    assert reason.figures == {"what": "a", "where": "x.py:1", "times": 5}
    assert unawaited([WorkerReply("run")]) == []
