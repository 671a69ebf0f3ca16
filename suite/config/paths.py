"""Where results are kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Documents go below `folder`, what is measured into the `ledger`: a file or a database URL."""

    folder: Path
    ledger: str | Path

    @classmethod
    def below(cls, folder: Path) -> Places:
        """All in one folder."""
        return cls(folder, folder / "ledger.db")
