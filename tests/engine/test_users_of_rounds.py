"""What users do and meet in rounds with real processes."""

import asyncio
import collections
import time

import pytest
from examples.load_echo import Line, Nothing, Talker, echo_server
from support.variants import exhaustive

from suite import Component, Rejected, User, Workload, closed_loop, open_loop, operation
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.errors import ConfigurationError

pytestmark = pytest.mark.usefixtures("rounds_once")

ONE = Settings(rounds=1)


class Slow(User):
    """Awaits longer than the workload's timeout, every second time."""

    calls = 0

    @operation
    async def wait(self):
        self.calls += 1
        await asyncio.sleep(30 if self.calls % 2 else 0)


def test_an_operation_that_takes_too_long_is_a_timeout_and_the_user_goes_on():
    workload = Workload("a/timeout", Component(Nothing), Slow, loop=closed_loop(1, operations=4), timeout=0.3)
    started = time.monotonic()
    result = run(workload, ONE)
    assert (result.outcomes["timeout"], result.outcomes["ok"]) == (2, 2)
    assert time.monotonic() - started < 20
    assert result.details[0].kind == "timeout"


class Outer(User):
    """An operation that awaits others of its user."""

    @operation
    async def both(self):
        await self.first()
        try:
            await self.second()
        except Rejected:
            self.keep("second was rejected")

    @operation(weight=0)
    async def first(self):
        pass

    @operation(weight=0)
    async def second(self):
        raise Rejected("always")


def nested_are_recorded(system, kept, recording):
    assert len(recording.of("first")) == len(recording.of("both")) == len(kept)
    assert recording.of("second").counts()["rejected"] == len(kept)
    assert len(recording.loop_only()) == len(kept)
    return f"{len(kept)} of each"


def test_operations_inside_operations_are_recorded_apart_from_the_totals():
    workload = Workload(
        "a/nested",
        Component(Nothing),
        Outer,
        loop=closed_loop(2, operations=50),
        checks=[nested_are_recorded],
    )
    result = run(workload, ONE)
    assert result.checks[0].passed, result.checks
    assert sum(result.outcomes.values()) == result.outcomes["ok"] == 50
    assert result.operations["second"]["rejected"] == 50


class Failing(Line):
    @operation
    async def fail(self):
        raise ValueError(f"number {self.index}")


def test_failures_are_counted_by_class_with_one_example():
    result = run(Workload("echo/fail", echo_server(), Failing, loop=closed_loop(2, operations=30)), ONE)
    assert result.outcomes["failed"] == 30
    (detail,) = result.details
    assert (detail.kind, detail.operation, detail.count) == ("ValueError", "fail", 30)
    assert detail.example.startswith("number ")
    assert result.metrics["failures"].value == 1


class Refused(User):
    async def connect(self, system):
        raise ConnectionRefusedError("no room")

    @operation
    async def never(self):
        pass


@pytest.mark.exhaustive
def test_a_system_that_nobody_can_connect_to_is_one_clear_error():
    result = run(Workload("echo/full", echo_server(), Refused, loop=closed_loop(8, seconds=1)), ONE)
    assert result.exit_code == 4
    assert "no user could connect to the system: no room" in result.error.message


class Misused(User):
    async def connect(self, system):
        raise ConfigurationError("who= is needed to log in")

    @operation
    async def never(self):
        pass


def test_a_user_whose_connect_finds_itself_misconfigured_ends_the_run():
    """Once the system was blamed for it: nobody could connect."""
    with pytest.raises(ConfigurationError, match="who= is needed to log in"):
        run(Workload("object/misused", Component(Nothing), Misused, loop=closed_loop(2, seconds=1)), ONE)


class Numbered(Talker):
    """Keeps its number when it joins, and is busy for so long that others have to be added."""

    async def connect(self, system):
        await super().connect(system)
        self.keep(self.index)

    @operation
    async def wait(self):
        await asyncio.sleep(0.2)


def _without_gap_or_repeat(_system, kept, _recording):
    assert sorted(kept) == list(range(len(kept))), sorted(kept)
    assert len(kept) > 20


@pytest.mark.exhaustive
def test_users_that_two_workers_add_are_numbered_without_gap_or_repeat():
    """They were numbered from 10,010 on, and two workers repeated each other's by modulo."""
    workload = Workload(
        "echo/numbered",
        echo_server(),
        Numbered,
        loop=open_loop(200, 0.5, arrivals="burst", burst=10),
        checks=[_without_gap_or_repeat],
    )
    result = run(workload, Settings(rounds=1, workers=2))
    assert result.checks[0].passed, result.checks


class Counting(Talker):
    """Keeps its number for each operation."""

    @operation
    async def count(self):
        self.keep(self.index)


def _each_did_its_own(_system, kept, _recording):
    assert collections.Counter(kept) == dict.fromkeys(range(4), 12)


@pytest.mark.exhaustive
def test_each_user_does_its_own_number_of_operations():
    loop = closed_loop(4, each=10, warmup=2)
    workload = Workload("echo/each", echo_server(), Counting, loop=loop, checks=[_each_did_its_own])
    result = run(workload, Settings(rounds=1, workers=2, skipped_operations=frozenset({"echo"})))
    assert result.checks[0].passed, result.checks


class Ending(Talker):
    """Every tenth operation ends in what would end a task, a program or nobody's patience."""

    count = 0

    @operation
    async def end(self):
        self.count += 1
        if self.count % 10 == 0:
            raise (asyncio.CancelledError("by a library"), SystemExit("quota reached"))[self.count // 10 % 2]

    async def close(self):
        await super().close()
        raise RuntimeError("close went wrong")


@pytest.mark.parametrize("loop", [closed_loop(2, each=100), exhaustive(open_loop(400, 0.5, users=2))])
def test_what_a_library_raises_ends_its_operation_and_nothing_else(loop):
    """A stray CancelledError once ended its user: 46 of 2,000 operations done, and passed as valid."""
    workload = Workload("echo/ending", echo_server(), Ending, loop=loop)
    result = run(workload, Settings(rounds=1, skipped_operations=frozenset({"echo"})))
    assert sum(result.outcomes.values()) == 200
    assert result.outcomes["ok"] + result.outcomes["failed"] == 200
    assert 18 <= result.outcomes["failed"] <= 20
    found = {(detail.operation, detail.kind): detail for detail in result.details}
    assert {("end", "cancelled"), ("end", "SystemExit"), ("close", "RuntimeError")} == found.keys()
    assert found["close", "RuntimeError"].count == 2
    assert found["close", "RuntimeError"].example == "close went wrong"


class Leaving(Line):
    """Its connect fails for all but the first: each had operations of its own to do."""

    async def connect(self, system):
        if self.index:
            raise RuntimeError(f"no licence for user {self.index}")
        await super().connect(system)

    @operation
    async def ask_once(self):
        await self.ask(b"hello\n")


@pytest.mark.exhaustive
def test_a_round_that_did_not_start_all_that_was_planned_is_invalid():
    workload = Workload("echo/leaving", echo_server(), Leaving, loop=closed_loop(3, each=5))
    result = run(workload, ONE)
    assert result.validity.verdict == "invalid"
    assert ("left_undone", {"started": 5, "planned": 15}) in [
        (reason.kind, dict(reason.figures)) for reason in result.validity.reasons
    ]
