"""How clients try again."""

import pytest

from suite import Retry
from suite.errors import ConfigurationError


def test_times_are_seconds_or_text():
    retry = Retry(5, timeout="200ms", backoff=0.5, budget=0.1)
    assert (retry.attempts, retry.timeout, retry.backoff, retry.budget) == (5, 0.2, 0.5, 0.1)
    assert Retry().timeout is None


def test_all_faults_are_told_at_once():
    with pytest.raises(ConfigurationError) as caught:
        Retry(0, timeout=0, backoff=-1, budget=-0.1)
    assert [line.split()[1] for line in str(caught.value).splitlines()] == [
        "attempts", "timeout", "backoff", "budget",
    ]  # fmt: skip
