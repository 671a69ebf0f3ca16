"""No reference system leaks: a search of each, real and whole."""

import pytest

from suite.config.catalog import installed
from suite.leaks.session import LeakSettings, find_leaks
from suite.report.reasons import verdict_words

pytestmark = [pytest.mark.load, pytest.mark.slow]

SYSTEMS = [
    "conversation/rapid-cycles",
    "dicom/receive",
    "dicom/forward",
    "vision/match-500",
    "vision/frame-buffer",
]


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_reference_system_does_not_leak(name):
    (found,) = (found for found in installed() if found.workload.name == name)
    search = find_leaks(found.workload, leak=LeakSettings(attribute=False), reference=found.reference)
    if search.exit_code == 3:
        pytest.skip(verdict_words(search.verdict))
    assert search.exit_code == 0, verdict_words(search.verdict)
