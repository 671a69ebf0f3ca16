"""What tests of commands share."""

import pytest
from support.repositories import slowed


@pytest.fixture
def scratch(command):
    """A repository with two commits in the folder that commands run in; its rounds are not run."""
    return slowed(command.folder)
