"""Where the Runs of tests on Locust are kept."""

from __future__ import annotations

import os

from suite.config.file import read_configuration
from suite.config.paths import Places
from suite.files import check_writable
from suite.ledger.store import Ledger


def places() -> Places:
    """As the configuration file says, or the environment. Raises ConfigurationError."""
    return read_configuration(None).places(None, os.environ.get("LOADLEDGER_LEDGER") or None)


def check_places() -> None:
    """Raise what a test would else end with: StoreError if its Run can't be written or stored."""
    found = places()
    check_writable(found.folder / "runs" / "draft")
    with Ledger(found.ledger):
        pass
