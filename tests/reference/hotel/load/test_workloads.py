"""The hotel's workloads under the engine: a sound backend passes, a weak one fails."""

import pytest
from support.broken_hotels import weak
from support.variants import exhaustive, nightly

from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.faults import At, Reset
from suite.reference.hotel import workloads
from suite.reference.hotel.load import authentication, calls, databases
from suite.reference.hotel.load.backend import backend

pytestmark = pytest.mark.usefixtures("rounds_once")

FOUND = [*workloads.CALLS, *workloads.AUTHENTICATION, *workloads.MEMORY, *workloads.DATABASES]
TIMES = ("response", "first", "gc", "memory")
"""Metrics whose thresholds are for a machine of its own."""


def broken(result):
    """Checks and critical levels that don't hold, but for times and memory."""
    assert result.error is None, result.error
    checks = {check.name for check in result.checks if not check.passed}
    return checks | {
        one.metric
        for one in result.thresholds
        if one.level == "critical" and one.passed is False and not one.metric.startswith(TIMES)
    }


def with_weak(workload):
    twin = workload.copy()
    twin.system = backend(weak, **workload.system.parameters)
    twin.system.beside = twin.beside
    return twin


def test_every_row_is_there_and_says_what_it_is():
    names = [workload.name for workload in FOUND]
    assert len(set(names)) == len(names) == 21
    assert all(workload.description and workload.quick and workload.thresholds for workload in FOUND)
    tags = set().union(*(workload.all_tags() for workload in FOUND))
    assert tags >= {
        "calls", "events", "audio", "speech", "routing", "authentication", "login", "token", "key",
        "session", "roles", "database", "redis",
    }  # fmt: skip


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("workload", "changes"),
    [
        exhaustive(calls.mixed, {"users": 6, "operations": 12, "values": {"frames": 2}}),
        *(nightly(workload, {}) for workload in FOUND),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_sound_backend_passes(workload, changes):
    result = run(workload, Settings(rounds=1, quick=True, **changes))
    assert not broken(result)
    assert result.outcomes["ok"] > 0
    if workload is calls.mixed:
        assert result.operations["speak"]["ok"] > 0
        assert result.operations["hear"]["ok"] > 0
        assert result.metrics["postgres.transactions@database"].value > 0
        assert result.metrics["redis.commands@redis"].value > 0


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("workload", "noticed"),
    [
        (calls.routing, {"no line is booked twice", "what was acknowledged is stored"}),
        nightly(calls.events, {"what was acknowledged is stored"}),
        (authentication.sessions, {"no session is left"}),
        (databases.consistency, {"no update is lost"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_weak_backend_fails_the_run(workload, noticed):
    result = run(with_weak(workload), Settings(rounds=1, quick=True))
    assert noticed <= broken(result)
    assert result.exit_code == 1


@pytest.mark.exhaustive
@pytest.mark.rounds
def test_who_could_not_talk_hangs_up_and_talks_when_the_database_is_back():
    """A leg that stayed open would be in its call's way for ever."""
    workload = calls.mixed.copy()
    workload.faults = (At("1s", Reset("database", "1s")),)
    result = run(workload, Settings(rounds=1, seconds=4.0))
    assert result.statuses["talk"]["503"] > 0
    assert result.statuses["talk"].get("409", 0) < 5
    (incident,) = result.incidents
    assert incident.impact.outcomes["after"].get("failed", 0) < 0.2 * incident.impact.outcomes["after"]["ok"]
