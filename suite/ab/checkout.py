"""One side of a comparison: a commit, its files, and the Python that runs them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from suite.ab.repository import Commit

Name = Literal["base", "head"]


@dataclass(frozen=True, slots=True)
class Checkout:
    """`folder` is the checkout, `first` what goes before all installed packages, `note` a reservation."""

    name: Name
    commit: Commit
    folder: Path
    python: Path
    first: tuple[Path, ...] = ()
    note: str = ""

    @property
    def title(self) -> str:
        """For messages: "base (0123456789ab Subject)"."""
        return f"{self.name} ({self.commit})"

    def variables(self, work_tree: Path) -> Mapping[str, str]:
        """Environment variables of its processes; what leads into the user's work tree is left out."""
        inherited = [
            part
            for part in os.environ.get("PYTHONPATH", "").split(os.pathsep)
            if part and not Path(part).resolve().is_relative_to(work_tree)
        ]
        return {
            "PYTHONPATH": os.pathsep.join([*map(str, self.first), *inherited]),
            "PATH": os.pathsep.join([str(self.python.parent), os.environ.get("PATH", os.defpath)]),
            "PYTHONDONTWRITEBYTECODE": "",
            "LOADLEDGER_LEDGER": "",  # rounds of a comparison are no part of a history
        }
