"""Who keeps what is measured the moment that it is there; the ledger's journal does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from suite.records.held_round import HeldRound
from suite.records.record import Record


class Keeper(Protocol):
    """Told by the engine and the searches whenever a round, a look, a window or a pair has ended.

    What it is told is durable when it returns. A fault of keeping raises nothing: who measures goes on, and
    the keeper says it.
    """

    def begin(self, head: Record) -> None:
        """A record of which nothing is measured yet."""

    def keep(self, so_far: Record, *, named: Record | None = None, **more: Any) -> None:
        """A record as it stands, in place of what it was before. `more` is what only its document says.

        One that gets another id whenever there is more of it is `named` after another.
        """

    def hold(self, running: HeldRound) -> Path | None:
        """A round of the record that was told last begins: where its columns go, should we die in it."""
