"""Rounds with real processes: fresh systems, planned load, checks that can fail."""

import asyncio
import collections
import os
import time
from pathlib import Path

import pytest
from examples.load_echo import Line, Nothing, Talker, echo, echo_server, mixed, opened
from support.variants import exhaustive

from suite import (
    Component,
    Metric,
    Rejected,
    Row,
    Server,
    Threshold,
    User,
    Workload,
    closed_loop,
    open_loop,
    operation,
)
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.errors import ConfigurationError, MissingExtra

pytestmark = pytest.mark.usefixtures("rounds_once")

ONE = Settings(rounds=1)


def test_every_round_has_a_fresh_system_and_fresh_workers():
    result = run(echo, Settings(rounds=3, seconds=0.1))
    systems = [pids["system"] for pids in result.pids]
    workers = [pids["workers"] for pids in result.pids]
    assert len(set(systems)) == len(set(workers)) == 3
    assert result.exit_code in (0, 3), result


def test_ok_operations_are_counted_and_timed():
    result = run(mixed, ONE)
    assert sum(result.outcomes.values()) == 400
    assert result.outcomes["ok"] + result.outcomes["rejected"] == 400
    assert result.operations["no"]["rejected"] == result.outcomes["rejected"] > 0
    assert result.operations["connect"]["ok"] == 4
    assert result.checks[0].passed
    assert result.metrics["response.p50@echo"].value > 0


@pytest.mark.rounds
def test_an_open_loop_starts_all_that_is_planned():
    result = run(opened, ONE)
    assert result.outcomes["ok"] == 200
    assert result.metrics["offered"].value == pytest.approx(400)
    assert result.metrics["throughput"].value == pytest.approx(400, rel=0.1)


@pytest.mark.exhaustive
def test_users_spread_over_two_workers():
    result = run(mixed, Settings(rounds=1, workers=2))
    assert len(result.pids[0]["workers"]) == 2
    assert sum(result.outcomes.values()) == 400
    assert result.checks[0].passed, result.checks


@pytest.mark.rounds
def test_a_sleep_planted_in_the_system_moves_the_samples_by_its_size():
    workload = Workload("echo/slow", echo_server(), Talker, loop=closed_loop(1, operations=20))
    slow = run(workload, Settings(rounds=1, values={"delay": 0.05}))
    quick = run(workload, ONE)
    moved = slow.metrics["response.min"].value - quick.metrics["response.min"].value
    assert 0.045 < moved < 0.1


def test_load_that_was_not_delivered_shows_as_not_delivered():
    """One user, 50 ms an operation, 100 planned a second: five in six can't even start."""
    workload = Workload(
        "echo/overload",
        echo_server(delay=0.05),
        Talker,
        loop=open_loop(100, seconds=0.6, users=1, busy="drop"),
        thresholds=[Threshold("dropped", critical="1%")],
    )
    result = run(workload, ONE)
    assert result.outcomes["dropped"] >= 40
    assert result.outcomes["ok"] + result.outcomes["dropped"] == 60
    assert result.metrics["throughput"].value < 0.5 * result.metrics["offered"].value
    assert result.metrics["failures"].value > 0.5
    assert result.exit_code in (1, 3)


def test_a_queued_start_keeps_its_intended_time():
    workload = Workload(
        "echo/queue", echo_server(delay=0.02), Talker, loop=open_loop(100, seconds=0.5, users=1), grace=5
    )
    result = run(workload, ONE)
    assert result.outcomes["ok"] == 50
    assert result.metrics["response.max"].value > 10 * result.metrics["service.min"].value


class Slow(User):
    """Awaits longer than the workload's timeout, every second time."""

    calls = 0

    @operation
    async def wait(self):
        import asyncio

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


class Counter:
    """A component with state, built with a parameter."""

    def __init__(self, step):
        self.total = 0
        self.step = step
        self.process = os.getpid()


class Adder(User):
    def connect(self, system):
        self.counter = system

    @operation
    def add(self):
        self.counter.total += self.counter.step


def total_is_right(system, kept, recording):
    assert system.total == system.step * len(recording.loop_only()), "the total is off"
    assert system.process == os.getpid()


def total(system, kept, recording):
    return system.total


def test_a_component_lives_in_its_worker_where_checks_and_metrics_see_it():
    workload = Workload(
        "a/counter",
        Component(Counter, step=2),
        Adder,
        loop=closed_loop(3, operations=99),
        checks=[total_is_right],
        metrics=[Metric("total", "1", "higher", total)],
        thresholds=[Threshold("total", critical="198")],
    )
    result = run(workload, ONE)
    assert result.checks[0].passed, result.checks
    assert result.metrics["total"].value == 198
    assert result.exit_code in (0, 3)
    assert run(workload, Settings(rounds=1, values={"step": "3"})).metrics["total"].value == 297


def breaks(system, kept, recording):
    raise KeyError("lost")


def says_no(system, kept, recording):
    assert False, "one is missing"  # noqa: B011, PT015


@pytest.mark.parametrize(("check", "said"), [(breaks, "the check itself broke"), (says_no, "one is missing")])
def test_a_check_that_finds_something_or_breaks_fails_the_run(check, said):
    result = run(
        Workload("a/c", Component(Counter, step=1), Adder, loop=closed_loop(operations=10), checks=[check]),
        ONE,
    )
    assert result.exit_code == 1
    assert said in result.checks[0].detail


def stamped_elsewhere(system):
    now = time.monotonic_ns()
    return [Row("delivered", now, now + 1_000, now + 5_000_000 + i) for i in range(300)]


def test_collected_rows_have_metrics_of_their_own_and_stay_out_of_the_totals():
    result = run(
        Workload(
            "a/rows", Component(Counter, step=1), Adder, loop=closed_loop(operations=10),
            collect=stamped_elsewhere, thresholds=[Threshold("response.p95@delivered", critical="1s")],
        ),
        ONE,
    )  # fmt: skip
    assert result.outcomes["ok"] == 10
    assert result.operations["delivered"]["ok"] == 300
    assert result.metrics["response.p50@delivered"].value == pytest.approx(0.005, rel=0.01)
    assert result.exit_code in (0, 3)


def test_helpers_start_before_the_system_and_are_measured_apart():
    workload = Workload(
        "echo/beside", Server(relay), Talker, loop=closed_loop(2, seconds=0.2),
        beside={"behind": echo_server()},
    )  # fmt: skip
    result = run(workload, ONE)
    assert result.outcomes["ok"] > 0, result
    assert len({*result.pids[0]["system"], *result.pids[0]["behind"], *result.pids[0]["workers"]}) == 3


async def relay(system):
    """Passes lines on to the helper."""
    import asyncio

    async def pass_on(reader, writer):
        behind_reader, behind_writer = await asyncio.open_connection(
            "127.0.0.1", system.beside["behind"].port
        )
        while line := await reader.readline():
            behind_writer.write(line)
            writer.write(await behind_reader.readline())
        behind_writer.close()
        writer.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1", system.port)
    async with server:
        await server.serve_forever()


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


def test_a_system_that_nobody_can_connect_to_is_one_clear_error():
    result = run(Workload("echo/full", echo_server(), Refused, loop=closed_loop(8, seconds=1)), ONE)
    assert result.exit_code == 4
    assert "no user could connect to the system: no room" in result.error.message


def test_a_missing_extra_names_what_to_install():
    workload = Workload(
        "a/extra",
        Component(Nothing, needs=("vision", "no_such_module")),
        Adder,
        loop=closed_loop(operations=1),
    )
    with pytest.raises(MissingExtra, match=r"pip install 'loadledger\[vision\]'"):
        run(workload, ONE)


def test_a_component_has_exactly_one_worker():
    workload = Workload("a/one", Component(Counter, step=1), Adder, loop=closed_loop(operations=1))
    with pytest.raises(ConfigurationError, match="exactly one worker"):
        run(workload, Settings(workers=2))


def test_a_component_that_can_not_be_built_is_the_system_s_failure():
    workload = Workload("a/broken", Component(Counter, step=1, bad=2), Adder, loop=closed_loop(operations=1))
    result = run(workload, ONE)
    assert result.exit_code == 4
    assert "unexpected keyword argument 'bad'" in result.error.message


class Thinker(User):
    @operation
    async def quick(self):
        pass


def test_think_time_spaces_operations():
    workload = Workload(
        "a/think", Component(Nothing), Thinker, loop=closed_loop(1, seconds=0.5, think="50ms")
    )
    assert 1 <= run(workload, ONE).outcomes["ok"] <= 11


def test_the_warm_up_is_left_out():
    workload = Workload("a/warm", Component(Nothing), Thinker, loop=closed_loop(2, operations=100, warmup=40))
    assert abs(run(workload, ONE).outcomes["ok"] - 100) <= 2


@pytest.mark.rounds
def test_every_round_carries_its_evidence():
    result = run(opened, Settings(rounds=2))
    assert len(result.evidence) == 2
    for found in result.evidence:
        assert found.wall == 0.5
        assert found.planned == pytest.approx(400)
        assert found.dispatched == found.planned
        assert found.due == found.samples == 200
        assert found.lateness_p50 is not None
        assert len(found.worker_cpu) == 1
        assert 0 < found.worker_cpu[0] < 1.2
        assert 0 < found.system_cpu <= found.busiest_process + 0.1
        assert found.in_flight == pytest.approx(found.little, rel=0.2)
        assert found.others is not None
    component = run(Workload("a/plain", Component(Nothing), Outer, loop=closed_loop(2, operations=50)), ONE)
    assert component.evidence[0].worker_cpu == ()


def _lose_what_was_kept(system):
    (Path(system.directory).parent / "kept.jsonl").unlink()
    return []


def test_checks_that_can_not_see_what_was_kept_fail():
    """A check once saw 0 of 114,100 kept values, for the file was gone, and passed."""
    workload = mixed.copy()
    workload.collect = _lose_what_was_kept
    result = run(workload, ONE)
    assert [(check.name, check.passed) for check in result.checks] == [("kept values", False)]
    assert "nothing was checked" in result.checks[0].detail
    assert result.exit_code == 1


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


def test_a_round_without_an_arrival_is_a_round():
    """It was a configuration error, and what other rounds had measured was lost."""
    workload = Workload("echo/rare", echo_server(), Talker, loop=open_loop(0.25, 0.4, arrivals="poisson"))
    result = run(workload, ONE)
    assert result.error is None
    assert sum(result.outcomes.values()) == 0
    assert result.metrics["throughput"].value == 0
    assert result.metrics["response.p50"].value is None
    assert [reason.kind for reason in result.validity.reasons if reason.kind == "nothing_planned"]
    assert result.limiter.kind == "plan"


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


def test_a_round_that_did_not_start_all_that_was_planned_is_invalid():
    workload = Workload("echo/leaving", echo_server(), Leaving, loop=closed_loop(3, each=5))
    result = run(workload, ONE)
    assert result.validity.verdict == "invalid"
    assert ("left_undone", {"started": 5, "planned": 15}) in [
        (reason.kind, dict(reason.figures)) for reason in result.validity.reasons
    ]
