"""What tests of commands share."""

import pytest
from support.repositories import slowed


@pytest.fixture(autouse=True)
def _no_pull_request(monkeypatch):
    """What tests compare is nothing to tell a real one of."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def scratch(command):
    """A repository with two commits in the folder that commands run in; its rounds are not run."""
    return slowed(command.folder)
