"""No reference system leaks: a search of each, real and whole."""

import pytest

from suite.config.catalog import installed
from suite.config.settings import Settings
from suite.leaks.session import LeakSettings, find_leaks
from suite.report.reasons import verdict_words

pytestmark = [pytest.mark.load, pytest.mark.slow]

SYSTEMS = [
    "api/health",
    "api/session-reads",
    "api/memory",
    "conversation/fifty-users",
    "conversation/sustained",
    "conversation/bursts",
    "conversation/mixed",
    "conversation/global-limit",
    "conversation/user-limit",
    "conversation/rapid-cycles",
    "conversation/expiry",
    "dicom/receive",
    "dicom/forward",
    "vision/match-500",
    "vision/frame-buffer",
]


FASTER = {"conversation/expiry": {"idle_timeout": 0.06, "max_duration": 0.18}}
"""Parameters with which a search takes a minute, not five."""


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_reference_system_does_not_leak(name):
    (found,) = (found for found in installed() if found.workload.name == name)
    settings = Settings(values=FASTER.get(name, {}))
    search = find_leaks(found.workload, settings, LeakSettings(attribute=False), reference=found.reference)
    if search.exit_code == 3:
        pytest.skip(verdict_words(search.verdict))
    assert search.exit_code == 0, verdict_words(search.verdict)
