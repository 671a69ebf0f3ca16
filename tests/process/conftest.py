"""What tests of processes share."""

import pytest

from suite.process import redaction


@pytest.fixture(autouse=True)
def _nothing_is_hidden_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests gave as a secret in this process is none here."""
    monkeypatch.setattr(redaction, "_hidden", set())
