"""Who keeps what is measured the moment that it is there; the ledger's journal does."""

from __future__ import annotations

from typing import Any, Protocol

from suite.records.provenance import Provenance


class Keeper(Protocol):
    """Told by the searches and the engine, whenever a round, a look, a window or a pair has ended.

    A fault of keeping raises nothing: who measures goes on, and the keeper says it.
    """

    def keep(self, so_far: Provenance, **more: Any) -> None:
        """A record as it stands, partial or whole, in place of what it was before; durable when this returns.

        `more` is what only its document says.
        """


class Unkept:
    """Nobody."""

    def keep(self, so_far: Provenance, **more: Any) -> None:
        """See `Keeper`."""
