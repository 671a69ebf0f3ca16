"""What all tests share: fixtures, hypothesis' profile, and how long each kind of test may take."""

import gc
import os
import signal
import sys

import pytest
from hypothesis import settings

# Hundreds of processes would compile the same anew, each worker of xdist all tests: said before any is read.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from support.command import command, engine, refused  # noqa: E402

__all__ = ["command", "engine", "refused"]

# Started in the background or by nohup we may ignore what the tests send to programs that would inherit that.
for number, usual in ((signal.SIGHUP, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)

LIMITS = {"exhaustive": 300, "load": 300}
"""Seconds that a test so marked may take; the ini file has those of all others."""

EXAMPLES = int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
"""Of a property, where its test has no number of its own; `tox -e exhaustive` tries more."""

settings.register_profile("default", deadline=None, max_examples=EXAMPLES)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, max_examples=EXAMPLES)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is imported and collected stays: nothing looks through it for garbage, neither now nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(config, items):
    """Each test gets the limit of its kind, unless its file says another. `--timeout` beats them all."""
    asked = config.getoption("timeout")
    for item in items:
        if asked is not None:
            item.add_marker(pytest.mark.timeout(asked), append=False)
        elif item.get_closest_marker("timeout") is None and (
            limits := [LIMITS[mark.name] for mark in item.iter_markers() if mark.name in LIMITS]
        ):
            item.add_marker(pytest.mark.timeout(max(limits)))


@pytest.fixture
def rounds_once(monkeypatch):
    """An invalid round is not run again: for tests of what a round does, not of how long it took."""
    monkeypatch.setattr("suite.engine.coordinator._REPEATS", 0)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """A choice of tests may be all pure, or all rounds: tox's other half has nothing to do then."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.getoption("markexpr"):
        session.exitstatus = pytest.ExitCode.OK
