"""How documents come later into a ledger that could not take them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from suite.config.ledger_url import shown
from suite.ledger.store import DEFAULT
from suite.process.secret_forms import HIDDEN


def brought_in_by(documents: Iterable[Path], ledger: str | Path) -> str:
    """The command, to be entered as it is but for secrets."""
    place = shown(ledger)
    words = ["suite", "import", *map(str, documents)]
    if place != str(DEFAULT):
        words += ["--ledger", place]
    return shlex.join(words) + (f", with what is secret in place of {HIDDEN}" if HIDDEN in place else "")
