"""Operations tried again."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite import Component, Rejected, Retry, Threshold, User, Workload, closed_loop, operation
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.engine.retrying import Retrying
from suite.measure.moment_file import FURTHER, MomentFile

pytestmark = pytest.mark.usefixtures("rounds_once")


def tried(retry, *endings, times=1, moments=None):
    """How `times` operations end whose attempts end so, the last ending again and again; the Retrying."""
    left, new = list(endings), []

    async def reconnect(user):
        new.append(user)

    async def body(_user):
        ending = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(ending, BaseException):
            raise ending
        if ending == "hang":
            await asyncio.sleep(600)
        return ending

    async def all_of_them():
        return [await asyncio.gather(wrapped("user"), return_exceptions=True) for _ in range(times)]

    retrying = Retrying(retry, reconnect, lambda _low, _high: 0.0, moments)
    wrapped = retrying.around("buy", body)
    return [one for (one,) in asyncio.run(all_of_them())], retrying, new


@given(st.integers(1, 6), st.integers(0, 8))
def test_attempts_end_with_the_first_that_is_good_or_the_last_that_is_allowed(attempts, failing):
    endings = [ValueError(str(n)) for n in range(failing)]
    (result,), retrying, _ = tried(Retry(attempts), *endings, "good")
    assert retrying.operations["buy"] == 1
    assert retrying.attempts["buy"] == min(attempts, failing + 1)
    assert result == "good" if failing < attempts else str(result) == str(attempts - 1)


def test_when_it_was_tried_again_is_noted_only_where_somebody_asks():
    """In a soak it filled the memory of the workers."""
    moments = MomentFile.create()
    ((result,), retrying, _) = tried(Retry(3), ValueError(), ValueError(), "good", moments=moments)
    assert (result, retrying.attempts["buy"]) == ("good", 3)
    code, begun, first, _, again, second, *rest = moments.read().tolist()
    assert code == FURTHER
    assert 0 < begun == again < first < second
    assert not any(rest)
    moments.close()


def test_a_limit_that_did_its_work_is_an_answer():
    (result,), retrying, _ = tried(Retry(3), Rejected("429"), "good")
    assert isinstance(result, Rejected)
    assert retrying.attempts["buy"] == 1


def test_an_attempt_that_takes_too_long_is_cut_off_and_the_session_begun_anew():
    (result,), retrying, new = tried(Retry(2, timeout=0.02), "hang", "good")
    assert (result, retrying.attempts["buy"], new) == ("good", 2, ["user"])
    (result,), _, new = tried(Retry(2, timeout=0.02), "hang")
    assert isinstance(result, TimeoutError)
    assert str(result) == "no answer within 0.02 s"
    assert len(new) == 2  # the next operation must not read the answer to this one


def test_a_budget_bounds_what_is_added_to_the_load():
    results, retrying, _ = tried(Retry(4, budget=0.2), ValueError("down"), times=400)
    assert all(isinstance(result, ValueError) for result in results)
    assert retrying.attempts["buy"] == 400 + 80
    _, retrying, _ = tried(Retry(4), ValueError("down"), times=400)
    assert retrying.attempts["buy"] == 1_600


def test_a_cancellation_of_ours_is_no_failure_to_be_tried_again():
    async def cut_off():
        async def hang(_user):
            await asyncio.sleep(600)

        async def reconnect(_user):
            raise AssertionError

        retrying = Retrying(Retry(3), reconnect, lambda _low, _high: 0.0, None)
        task = asyncio.ensure_future(retrying.around("buy", hang)(None))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return retrying.attempts["buy"]

    assert asyncio.run(cut_off()) == 1


class Flaky:
    """Refuses every second call."""

    def __init__(self):
        self.calls = 0

    def call(self):
        self.calls += 1
        if self.calls % 2:
            raise OSError("try again")


class Caller(User):
    def connect(self, system):
        self.flaky = system

    @operation
    async def call(self):
        self.flaky.call()


def test_a_run_counts_the_operation_once_and_shows_its_attempts():
    workload = Workload(
        "flaky/call",
        Component(Flaky),
        Caller,
        loop=closed_loop(1, operations=50),
        retry=Retry(3, backoff="1ms"),
        thresholds=[Threshold("retry.amplification", critical=2)],
        checks=[lambda system, _kept, _recording: f"{system.calls} calls"],
    )
    one = Settings(rounds=1)
    result = run(workload, one)
    assert result.outcomes["ok"] == sum(result.outcomes.values()) == 50
    assert result.metrics["retry.amplification"].value == 2
    assert result.thresholds[0].passed
    assert result.checks[0].detail == "100 calls"
    assert result.plan["retry"] == {"attempts": 3, "timeout": None, "backoff": 0.001, "budget": None}
    alone = run(Workload("flaky/once", Component(Flaky), Caller, loop=closed_loop(1, operations=4)), one)
    assert "retry.amplification" not in alone.metrics
    assert alone.outcomes["failed"] == 2


class Stubborn(User):
    """Sees a status and something coming in each attempt; the first of each operation takes too long."""

    attempt = 0

    async def connect(self, system):
        self.arrived()  # while it connects: of no operation
        self.saw("welcome")

    @operation
    async def ask(self):
        self.attempt += 1
        self.saw("asked")
        if self.attempt % 2:
            await asyncio.sleep(60)
        self.arrived()


@pytest.mark.exhaustive
def test_what_a_second_attempt_sees_is_still_the_operations():
    workload = Workload(
        "flaky/ask",
        Component(dict),
        Stubborn,
        loop=closed_loop(2, operations=6),
        retry=Retry(2, timeout="20ms", backoff="1ms"),
    )
    result = run(workload, Settings(rounds=1))
    assert result.outcomes["ok"] == 6
    assert result.statuses == {"connect": {"welcome": 8}, "ask": {"asked": 12}}
    first = result.histograms["first"]
    assert (first.count, first.beyond_count) == (6, 0)
    assert first.min >= 0.01
    assert result.histograms["gap"].count == 0
