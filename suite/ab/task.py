"""What a fresh `suite run` is told to run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.config.catalog import CatalogEntry
from suite.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Task:
    """A workload and the words by which `suite run` finds and shapes it.

    `target` is a name, or module::name, or file::name (relative to the checkout if it lies in it).
    `load_file`, relative to the checkout, is where it is described: both sides take that from the work tree.
    """

    name: str
    target: str
    words: tuple[str, ...]
    load_file: Path | None = None


def make_task(found: CatalogEntry, settings: Settings, given: Mapping[str, Any], root: Path) -> Task:
    """How `found` is run as `given` (options of `suite run`) on any checkout of the tree in `root`."""
    name, reference = found.workload.name, found.reference
    words = ["--quick"] if given.get("quick") else []
    words += [
        f"--{option}={given[option]}"
        for option in ("users", "seconds", "workers", "seed")
        if given.get(option) is not None
    ]
    values = given.get("set", {})
    words += [f"--set={key}={value}" for key, value in values.items() if key in settings.values]
    if reference.module.startswith("suite."):  # an entry point of ours, whichever commit it is
        return Task(name, name, tuple(words))
    file = Path(reference.file or _origin(reference.module))
    inside = file.relative_to(root) if file.is_relative_to(root) else None
    place = reference.module or str(inside or file)
    return Task(name, f"{place}::{name}", tuple(words), inside)


def _origin(module: str) -> str:
    return str(getattr(sys.modules.get(module), "__file__", None) or "")
