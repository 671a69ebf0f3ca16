"""A system that answers nobody as it should is a few lines, whatever it does, and the run goes on."""

import asyncio
import errno
import os
import resource

import pytest
import uvloop
from examples import load_refused
from support.variants import exhaustive

from suite.clients import Http
from suite.clients.errors import ClientError, ConnectFailed, NameNotResolved, OutOfDescriptors
from suite.config.settings import Settings
from suite.engine.coordinator import run

pytestmark = pytest.mark.usefixtures("rounds_once")


@pytest.mark.parametrize(
    ("name", "outcome", "cause"),
    [
        ("refused", "failed", "connect"),
        exhaustive("refused_open", "failed", "connect"),
        exhaustive("nameless", "failed", "dns"),
        exhaustive("exhausted", "failed", "descriptors"),
        exhaustive("closing", "failed", "closed"),
        ("silent", "timeout", "timeout-whole"),
        exhaustive("garbage", "failed", "protocol"),
        exhaustive("endless", "failed", "too-large"),
        ("reset", "failed", "reset"),
    ],
)
def test_one_detail_for_each_cause(name: str, outcome: str, cause: str) -> None:
    workload = getattr(load_refused, name)
    result = run(workload, Settings(rounds=1))
    assert result.error is None, result.error
    assert [(detail.outcome, detail.kind, detail.operation) for detail in result.details] == [
        (outcome, cause, "ask")
    ]
    (detail,) = result.details
    assert detail.count >= 8
    assert detail.count == result.outcomes[outcome]
    assert result.outcomes["ok"] == 0
    assert detail.example
    assert len(detail.example) < 200


def test_users_that_can_not_connect() -> None:
    result = run(load_refused.early, Settings(rounds=1))
    assert result.error is not None
    assert result.error.kind == "system"
    assert result.error.message.startswith("no user could connect")
    assert "127.0.0.1:1" in result.error.message
    assert result.error.message.count("\n") == 0


LOOPS = [uvloop.new_event_loop, asyncio.new_event_loop]


def error_of(url: str, loop_factory, files: int | None = None) -> ClientError:  # type: ignore[no-untyped-def]
    """What connecting to `url` raises while no more than `files` may be open."""

    async def body() -> ClientError:
        await asyncio.get_running_loop().run_in_executor(None, int)  # its thread is there
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, limits[1]))
        try:
            with pytest.raises(ClientError) as caught:
                await Http.connect(url, timeout=30)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert isinstance(caught.value, ConnectFailed)
        return caught.value

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(body())


@pytest.mark.parametrize("factory", LOOPS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_descriptor_is_left(factory, host: str) -> None:  # type: ignore[no-untyped-def]
    error = error_of(f"http://{host}:1", factory, files=3)
    assert isinstance(error, OutOfDescriptors)
    assert "ulimit" in str(error)


def test_a_resolver_that_is_busy_for_want_of_descriptors() -> None:
    """What glibc says depends on what the process has resolved before: it was EBUSY once."""

    def factory() -> asyncio.AbstractEventLoop:
        async def busy(*_: object, **__: object) -> None:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

        loop = asyncio.new_event_loop()
        loop.getaddrinfo = busy  # type: ignore[method-assign, assignment]
        return loop

    assert isinstance(error_of("http://localhost:1", factory, files=3), OutOfDescriptors)
    assert not isinstance(error_of("http://localhost:1", factory), OutOfDescriptors)


@pytest.mark.parametrize("factory", LOOPS)
@pytest.mark.parametrize("host", ["a" * 70 + ".invalid", "exa mple", "a..b"])
def test_names_without_an_address(factory, host: str) -> None:  # type: ignore[no-untyped-def]
    error = error_of(f"http://{host}", factory)
    assert isinstance(error, NameNotResolved)
    assert error.cause == "dns"
    assert host in str(error)
