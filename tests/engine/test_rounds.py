"""Rounds with real processes: fresh systems, planned load, evidence of what was delivered."""

import asyncio

import pytest
from examples.load_echo import Nothing, Talker, echo, echo_server, mixed, opened

from suite import Component, Server, Threshold, User, Workload, closed_loop, open_loop, operation
from suite.config.settings import Settings
from suite.engine.coordinator import run

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


@pytest.fixture(scope="module")
def opened_twice():
    """A Run of two rounds of an open loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("suite.engine.coordinator._REPEATS", 0)
        return run(opened, Settings(rounds=2))


@pytest.mark.rounds
def test_an_open_loop_starts_all_that_is_planned(opened_twice):
    assert opened_twice.outcomes["ok"] == 400
    assert opened_twice.metrics["offered"].value == pytest.approx(400)
    assert opened_twice.metrics["throughput"].value == pytest.approx(400, rel=0.1)


@pytest.mark.exhaustive
def test_users_spread_over_two_workers():
    result = run(mixed, Settings(rounds=1, workers=2))
    assert len(result.pids[0]["workers"]) == 2
    assert sum(result.outcomes.values()) == 400
    assert result.checks[0].passed, result.checks


@pytest.mark.exhaustive
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
def test_every_round_carries_its_evidence(opened_twice):
    assert len(opened_twice.evidence) == 2
    for found in opened_twice.evidence:
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


def test_the_worker_of_a_component_is_the_system_and_has_no_cpu_of_its_own():
    component = run(Workload("a/plain", Component(Nothing), Thinker, loop=closed_loop(2, operations=50)), ONE)
    assert component.evidence[0].worker_cpu == ()


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
