"""Servers made to be held back by one thing, and whether that is what a run names."""

import os
import time

import pytest
from examples.load_limits import Polite, compute, limited, one_lock, pool_of_two, synced
from examples.load_null import Asker, null_server
from support.load import skip_if_shared

from suite import Server, Workload, closed_loop, open_loop
from suite.config.settings import Settings
from suite.engine.coordinator import run

pytestmark = pytest.mark.rounds

MANY = closed_loop(16, seconds=1.5)


def limiter(system, user=Asker, loop=MANY, *, expected):
    """The limiter of a round, or of one more; it must be `expected`, or cores were shared."""
    for _ in range(2):
        result = run(Workload("a/limit", system, user, loop=loop, grace=1), Settings(rounds=1))
        assert result.error is None, result.error
        if result.limiter.kind == expected:
            return result.limiter
    skip_if_shared(result)
    pytest.fail(f"not {expected}: {result.limiter}, {result.evidence}")


def test_a_server_that_computes():
    found = limiter(Server(compute), expected="cpu")
    assert found.figures.keys() & {"used", "thread", "process", "cpu"}


def test_a_server_with_one_lock():
    found = limiter(Server(one_lock), expected="wait")
    assert found.figures["behind"] in ("lock", "lock or pool")
    assert found.figures["at_once"] < 0.5 * found.figures["busy"]


@pytest.mark.exhaustive
def test_a_server_with_a_pool_of_two():
    found = limiter(Server(pool_of_two), expected="wait")
    assert found.figures["behind"] == "lock or pool"
    assert found.figures["busy"] == pytest.approx(16, abs=0.5)


@pytest.mark.exhaustive
def test_a_server_that_synchronises_its_disk(tmp_path):
    with (tmp_path / "probe").open("ab", buffering=0) as file:
        begun = time.monotonic()
        for _ in range(20):
            file.write(b"?" * 4096)
            os.fsync(file.fileno())
        each = (time.monotonic() - begun) / 20
    if each < 0.0001:
        pytest.skip(f"synchronising takes {each * 1e6:.0f} µs here: there is no disk to wait for")
    found = limiter(Server(synced, folder=str(tmp_path)), expected="disk")
    assert found.figures["threads"] > 0.3


@pytest.mark.exhaustive
def test_a_server_with_a_declared_limit():
    found = limiter(Server(limited), Polite, expected="limit")
    assert found.figures["rejected"] > 0.01 * found.figures["due"]


def test_a_plan_far_below_what_the_server_can_do():
    found = limiter(null_server(), loop=open_loop(200, 1.5), expected="plan")
    assert found.figures["planned"] == pytest.approx(200, rel=0.01)


@pytest.mark.exhaustive
def test_a_loop_of_one_user():
    found = limiter(null_server(), loop=closed_loop(1, seconds=1), expected="loop")
    assert (found.figures["users"], found.figures["thinking"]) == (1, 0.0)


@pytest.mark.exhaustive
def test_more_users_than_the_generator_can_serve():
    limiter(null_server(), loop=closed_loop(64, seconds=1), expected="generator")
